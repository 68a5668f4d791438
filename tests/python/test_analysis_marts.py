"""The analysis marts agree with independent recomputations in plain Python.

The random numbers, the weights, the tree and the ranks are computed anew from the seeds' figures,
draw by draw; the Sobol estimators run on a function whose indices are known.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Iterator

import duckdb
import pytest

from conftest import BuiltProject, read_seed

EDITIONS = ("2024", "2025")
RANKING = "simulated_field"
COMPARED_DRAWS = 150
FACTORS = ("weights", "normalisation", "aggregation", "project_points")

Indices = dict[str, float]


@pytest.fixture(scope="module")
def connection(built_project: BuiltProject) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the built file read-only."""
    with duckdb.connect(str(built_project.database), read_only=True) as opened:
        yield opened


def random_number(text: str) -> float:
    """Return the number between 0 and 1 that a text is hashed to."""
    return (int(hashlib.md5(text.encode()).hexdigest()[:13], 16) + 0.5) / 2**52


class Field:
    """Scores, tree and fixed additions of one edition of the simulated field.

    Attributes:
        children: regular indicators by category, the categories by `overall`.
        weights: weight of every regular node.
        scores: score by city and indicator.
        additions: by city and category, the index points that weights do not touch: project
            points, and the difference between a published index and the computed one.
    """

    def __init__(self, edition: str, connection: duckdb.DuckDBPyConnection) -> None:
        methodology = next(
            row["methodology_id"]
            for row in read_seed("methodology/editions.csv")
            if (row["ranking_id"], row["edition"]) == (RANKING, edition)
        )
        tree = [row for row in read_seed("methodology/hierarchy.csv") if row["methodology_id"] == methodology]
        self.children: dict[str, list[str]] = defaultdict(list)
        self.weights: dict[str, float] = {}
        self.divisors: dict[str, float] = {}
        for row in tree:
            if row["role"] == "regular":
                self.children[row["parent_node_id"]].append(row["node_id"])
                self.weights[row["node_id"]] = float(row["weight"])
            if row["node_type"] == "category":
                self.divisors[row["node_id"]] = 1 + float(row["project_cap_share"] or 0)
        self.scores: dict[str, dict[str, float]] = defaultdict(dict)
        for city, indicator, score in connection.execute(
            "select city_id, indicator_id, score from fct_indicator_scores"
            " where ranking_id = ? and edition = ?",
            [RANKING, int(edition)],
        ).fetchall():
            self.scores[city][indicator] = float(score)
        self.additions: dict[tuple[str, str], float] = {}
        for city, category, index in connection.execute(
            "select city_id, category_id, index_value from fct_index_results"
            " where ranking_id = ? and edition = ? and category_id <> 'overall'",
            [RANKING, int(edition)],
        ).fetchall():
            plain = self.mean(city, category, self.weights) / self.divisors[category]
            self.additions[city, category] = float(index) - plain

    def mean(self, city: str, category: str, weights: dict[str, float]) -> float:
        """Return the weighted mean of a category's regular scores."""
        used = [(weights[node], self.scores[city][node]) for node in self.children[category]]
        return sum(weight * score for weight, score in used) / sum(weight for weight, _ in used)

    def indices(self, weights: dict[str, float]) -> Indices:
        """Return the overall index of every city under other weights."""
        categories = self.children["overall"]
        total = sum(weights[category] for category in categories)
        return {
            city: sum(
                weights[category]
                * (
                    self.mean(city, category, weights) / self.divisors[category]
                    + self.additions[city, category]
                )
                for category in categories
            )
            / total
            for city in self.scores
        }


def ranks(indices: Indices) -> dict[str, int]:
    """Return competition ranks on the index rounded to 8 digits."""
    rounded = {city: round(value, 8) for city, value in indices.items()}
    return {
        city: 1 + sum(other > value for other in rounded.values())
        for city, value in rounded.items()
    }


def run_results(
    connection: duckdb.DuckDBPyConnection, edition: str, run_type: str, draws: int
) -> dict[tuple[str, int], dict[str, tuple[float, int]]]:
    """Return index and rank by city of the runs of a type, by run group and draw."""
    found: dict[tuple[str, int], dict[str, tuple[float, int]]] = defaultdict(dict)
    for group, draw, city, index, rank in connection.execute(
        "select run_group, draw, city_id, index_value, rank"
        " from main_intermediate.int_run_results"
        " inner join main_intermediate.int_runs using (run_number)"
        " where ranking_id = ? and edition = ? and run_type = ? and draw <= ?",
        [RANKING, int(edition), run_type, draws],
    ).fetchall():
        found[group, draw][city] = (float(index), rank)
    return found


def assert_same(
    found: dict[str, tuple[float, int]], expected: Indices, run: tuple[str, int]
) -> None:
    """Compare the indices (1e-7 points) and the ranks of one run."""
    assert found.keys() == expected.keys(), run
    for city, value in expected.items():
        assert abs(found[city][0] - value) < 1e-7, (run, city)
    assert {city: rank for city, (_, rank) in found.items()} == ranks(expected), run


@pytest.mark.parametrize("edition", EDITIONS)
def test_weight_draws_equal_plain_python(
    edition: str, connection: duckdb.DuckDBPyConnection
) -> None:
    """The first draws of every scenario give the same indices and ranks."""
    field = Field(edition, connection)
    scenarios = {row["scenario_id"]: row for row in read_seed("methodology/weight_scenarios.csv")}
    found = run_results(connection, edition, "weights", COMPARED_DRAWS)
    assert len(found) == COMPARED_DRAWS * len(scenarios)
    for (scenario_id, draw), cities in found.items():
        scenario = scenarios[scenario_id]
        drawn = {}
        for node, weight in field.weights.items():
            number = random_number(f"{scenario['seed_text']}|{draw}|{node}")
            if scenario["distribution"] == "box":
                drawn[node] = weight * (1 + float(scenario["box_share"]) * (2 * number - 1))
            else:
                drawn[node] = -math.log(number)
        assert_same(cities, field.indices(drawn), (scenario_id, draw))


@pytest.mark.parametrize("edition", EDITIONS)
def test_leaving_an_indicator_out_equals_plain_python(
    edition: str, connection: duckdb.DuckDBPyConnection
) -> None:
    """Every indicator left out gives the same indices and ranks."""
    field = Field(edition, connection)
    found = run_results(connection, edition, "leave_one_out", 1)
    regular = {node for node in field.weights if node not in field.children}
    assert {group for group, _ in found} == regular
    for run, cities in found.items():
        assert_same(cities, field.indices({**field.weights, run[0]: 0.0}), run)


def test_rank_intervals_equal_the_draws(connection: duckdb.DuckDBPyConnection) -> None:
    """Mean, quantiles and probabilities follow from the sorted ranks of all draws."""
    drawn: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for edition, scenario, city, rank in connection.execute(
        "select edition, run_group, city_id, rank from main_intermediate.int_run_results"
        " inner join main_intermediate.int_runs using (run_number) where run_type = 'weights'"
    ).fetchall():
        drawn[edition, scenario, city].append(rank)
    rows = connection.execute(
        "select edition, scenario_id, city_id, draw_count, mean_rank, rank_p05, median_rank,"
        " rank_p95, probability_top_10, share_at_rank, rank from rank_robustness"
    ).fetchall()
    assert len(rows) == len(drawn)
    for edition, scenario, city, count, mean, p05, median, p95, top_10, share, rank in rows:
        sample = sorted(drawn[edition, scenario, city])
        assert count == len(sample)
        assert abs(float(mean) - sum(sample) / count) < 1e-9
        quantiles = [sample[math.ceil(q * count / 100) - 1] for q in (5, 50, 95)]
        assert [p05, median, p95] == quantiles
        assert abs(float(top_10) - sum(place <= 10 for place in sample) / count) < 1e-9
        assert abs(float(share) - sample.count(rank) / count) < 1e-9


def linear(numbers: list[float]) -> float:
    """Return x1 + 2 x2 + 3 x3 + 4 x4."""
    return sum((k + 1) * number for k, number in enumerate(numbers))


def g_function(numbers: list[float]) -> float:
    """Return Sobol's g-function, the usual test of such estimators."""
    return math.prod(
        (abs(4 * number - 2) + a) / (1 + a)
        for number, a in zip(numbers, G_COEFFICIENTS, strict=True)
    )


G_COEFFICIENTS = (0.0, 1.0, 4.5, 9.0)
G_PARTS = [1 / (3 * (1 + a) ** 2) for a in G_COEFFICIENTS]
G_VARIANCE = math.prod(1 + part for part in G_PARTS) - 1


@pytest.mark.parametrize(
    ("function", "first_order", "total"),
    [
        (linear, [1 / 30, 4 / 30, 9 / 30, 16 / 30], [1 / 30, 4 / 30, 9 / 30, 16 / 30]),
        (
            g_function,
            [part / G_VARIANCE for part in G_PARTS],
            [part * (G_VARIANCE + 1) / (1 + part) / G_VARIANCE for part in G_PARTS],
        ),
    ],
)
def test_sobol_indices_of_known_functions(
    function: Callable[[list[float]], float],
    first_order: list[float],
    total: list[float],
    built_project: BuiltProject,
) -> None:
    """The mart's own SQL finds the known indices of two functions, to 0.06 with 4,000 samples."""
    rows = []
    for draw in range(1, 4001):
        numbers = {
            matrix: [random_number(f"test|{factor}|{matrix}|{draw}") for factor in FACTORS]
            for matrix in "AB"
        }
        points = dict(numbers)
        for position, factor in enumerate(FACTORS):
            mixed = list(numbers["A"])
            mixed[position] = numbers["B"][position]
            points[f"AB_{factor}"] = mixed
        rows += [("r", 1, matrix, draw, round(function(x), 6)) for matrix, x in points.items()]
    values = ", ".join(
        f"('{r}', {e}, '{m}', {d}, cast({v:.6f} as decimal(12, 6)))" for r, e, m, d, v in rows
    )
    query = built_project.compiled_code("model")["sensitivity"]
    replaced = {
        built_project.nodes("model")["int_sensitivity_outputs"]["relation_name"]: (
            f"(from (values {values}) as t(ranking_id, edition, matrix, draw, mean_rank_shift))"
        ),
        built_project.nodes("model")["stg_rankings"]["relation_name"]: (
            "(select 'r' as ranking_id, true as is_simulated_field)"
        ),
    }
    for relation, stand_in in replaced.items():
        assert relation in query
        query = query.replace(relation, stand_in)
    with duckdb.connect() as connection:
        found = {
            factor: (float(first), float(whole))
            for factor, first, whole in connection.execute(
                f"select factor, first_order_index, total_index from ({query})"
            ).fetchall()
        }
    for factor, first, whole in zip(FACTORS, first_order, total, strict=True):
        assert abs(found[factor][0] - first) < 0.06, factor
        assert abs(found[factor][1] - whole) < 0.06, factor
