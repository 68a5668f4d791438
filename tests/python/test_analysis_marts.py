"""The analysis marts of a complete field agree with independent recomputations in numpy and scipy.

Random numbers, weights, tree, indices and ranks are computed anew from the seeds' figures for every
draw; bounds by linear programming; levers by computing the whole index again. The largest
difference of each comparison is printed at the end of the test run.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linprog
from scipy.stats import rankdata

from tests.python.conftest import SIMULATED_FIELD, BuiltProject, Differences, read_seed
from tests.python.exact_index import read_rows
from tests.python.few_draws import COMPARED_DRAWS, COMPARED_SAMPLES
from tests.python.small_fields import ROOT, Edition, Node, check_curve, curves, random_number

EDITIONS = (2024, 2025)
RANKING = "simulated_field"
FACTORS = ("weights", "normalisation", "aggregation", "project_points")
COMPARED_PAIRS = 60
# One of so many.
COMPARED_CURVES = 40

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def connection(simulated_field: BuiltProject) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the built file read-only."""
    with duckdb.connect(str(simulated_field.database), read_only=True) as opened:
        yield opened


def rows(connection: duckdb.DuckDBPyConnection, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query with its parameters."""
    found: list[tuple[Any, ...]] = connection.execute(query, list(values)).fetchall()
    return found


def normalised(scores: Vector, normalisation: str) -> Vector:
    """Return the scores of one indicator under an alternative, 0..100."""
    if normalisation == "min_max":
        spread = scores.max() - scores.min()
        return (scores - scores.min()) / spread * 100 if spread else np.full_like(scores, 50.0)
    if normalisation == "percentile_rank":
        return 100 * (rankdata(scores) - 1) / (len(scores) - 1)
    return scores


def field(
    connection: duckdb.DuckDBPyConnection,
    year: int,
    normalisation: str = "as_defined",
    root_aggregation: str = "as_defined",
) -> Edition:
    """Return an edition of the simulated field.

    Its tree comes from its CSV file; what published indices add that are carried on is in it.
    """
    tree = {
        row["node_id"]: Node(
            parent=row["parent_node_id"] or None,
            weight=float(row["weight"]),
            is_indicator=row["node_type"] == "indicator",
            is_project=row["role"] == "project",
            cap=float(row["project_cap_share"] or 0),
            aggregation=row["aggregation"] or "arithmetic",
        )
        for row in read_rows(SIMULATED_FIELD, "framework")
    }
    if root_aggregation != "as_defined":
        tree[ROOT] = Node(parent=None, aggregation=root_aggregation)
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    for city, indicator, score in rows(
        connection,
        "select city_id, indicator_id, score from fct_indicator_scores"
        " where ranking_id = ? and edition = ?",
        RANKING,
        year,
    ):
        scores[city][indicator] = float(score)
    edition = Edition(tree, dict(scores))
    for city, category, index in rows(
        connection,
        "select city_id, category_id, index_value from fct_index_results"
        " where ranking_id = ? and edition = ? and index_source = 'published'",
        RANKING,
        year,
    ):
        edition.carried[city, category] = float(index) - float(edition.index(city, name=category))
    for indicator in edition.indicators():
        cities = edition.cities
        compared = normalised(np.array([scores[city][indicator] for city in cities]), normalisation)
        for city, score in zip(cities, compared, strict=True):
            scores[city][indicator] = float(score)
    return edition


def drawn_weights(edition: Edition, scenario: dict[str, str], draws: int) -> dict[str, Vector]:
    """Return the weight of every regular node in every draw of a scenario."""
    found = {}
    for node, weight in edition.weights().items():
        numbers = np.array(
            [
                random_number(f"{scenario['seed_text']}|{draw}|{node}")
                for draw in range(1, draws + 1)
            ]
        )
        if scenario["distribution"] == "varied":
            found[node] = weight * (1 + float(scenario["weight_variation"]) * (2 * numbers - 1))
        else:
            found[node] = -np.log(numbers)
    return found


def ranks_of(values: Matrix) -> npt.NDArray[np.int64]:
    """Return competition ranks within every column, on indices rounded to 8 digits."""
    return rankdata(-np.round(values, 8), method="min", axis=0).astype(np.int64)


def run_results(
    connection: duckdb.DuckDBPyConnection, year: int, simulation_type: str
) -> dict[str, tuple[Matrix, npt.NDArray[np.int64]]]:
    """Return indices and ranks, cities by draws, of the runs of a type by run group."""
    fetched = connection.execute(
        "select simulation_group, city_id, cast(index_value as double) as index_value, rank"
        " from main_intermediate.int_simulation_results"
        " inner join main_intermediate.int_simulations using (simulation_number)"
        " where edition_key = ? and simulation_type = ? order by simulation_group, city_id, draw",
        [f"{RANKING}_{year}", simulation_type],
    ).fetchnumpy()
    groups = np.asarray(fetched["simulation_group"])
    city_count = len(np.unique(np.asarray(fetched["city_id"])))
    return {
        str(group): (
            np.asarray(fetched["index_value"])[groups == group].reshape(city_count, -1),
            np.asarray(fetched["rank"])[groups == group].reshape(city_count, -1).astype(np.int64),
        )
        for group in np.unique(groups)
    }


@pytest.mark.parametrize("year", EDITIONS)
def test_every_draw_of_weights(
    year: int, connection: duckdb.DuckDBPyConnection, differences: Differences
) -> None:
    """Every draw of every scenario gives the same indices, and the same rank to every city."""
    found = run_results(connection, year, "weights")
    scenarios = read_seed("methodology/weight_scenarios.csv")
    assert found.keys() == {scenario["scenario_id"] for scenario in scenarios}
    for scenario in scenarios:
        edition = field(connection, year, scenario["normalisation"], scenario["root_aggregation"])
        weights = drawn_weights(edition, scenario, COMPARED_DRAWS)
        expected = np.array([edition.index(city, weights) for city in edition.cities])
        indices, ranks = found[scenario["scenario_id"]]
        differences.add("drawn indices (points)", np.abs(indices - expected).max(), 1e-8)
        assert (ranks == ranks_of(expected)).all()


@pytest.mark.parametrize("year", EDITIONS)
def test_every_indicator_left_out(
    year: int, connection: duckdb.DuckDBPyConnection, differences: Differences
) -> None:
    """Every indicator left out gives the same indices and ranks."""
    edition = field(connection, year)
    found = run_results(connection, year, "leave_one_out")
    assert sorted(found) == edition.indicators()
    for indicator, (indices, ranks) in found.items():
        weights = {**edition.weights(), indicator: 0.0}
        expected = np.array([[edition.index(city, weights)] for city in edition.cities])
        differences.add("indices without an indicator", np.abs(indices - expected).max(), 1e-8)
        assert (ranks == ranks_of(expected)).all()


def test_every_sensitivity_run(
    connection: duckdb.DuckDBPyConnection, differences: Differences
) -> None:
    """Every sample of the design, drawn anew, shifts the ranks by as much."""
    (weight_variation,) = (
        float(row["setting_value"])
        for row in read_seed("methodology/analysis_settings.csv")
        if row["setting_id"] == "sensitivity_weight_variation"
    )
    year = EDITIONS[-1]
    fields = {
        (normalisation, aggregation): field(connection, year, normalisation, aggregation)
        for normalisation in ("as_defined", "min_max", "percentile_rank")
        for aggregation in ("arithmetic", "geometric")
    }
    plain = field(connection, year)
    ranks = ranks_of(np.array([[plain.index(city)] for city in plain.cities]))
    compared = rows(
        connection,
        "select matrix, draw, mean_rank_shift from main_intermediate.int_sensitivity_outputs"
        " where edition_key = ?",
        f"{RANKING}_{year}",
    )
    assert len(compared) == 6 * COMPARED_SAMPLES
    for matrix, draw, shift in compared:
        sources = {factor: "B" if matrix in ("B", f"AB_{factor}") else "A" for factor in FACTORS}
        numbers = {
            factor: random_number(f"sensitivity|{factor}|{source}|{draw}")
            for factor, source in sources.items()
        }
        normalisation = ("as_defined", "min_max", "percentile_rank")[
            int(numbers["normalisation"] * 3)
        ]
        aggregation = ("arithmetic", "geometric")[int(numbers["aggregation"] * 2)]
        edition = fields[normalisation, aggregation]
        weights = {
            node: weight
            * (
                1
                + weight_variation
                * (2 * random_number(f"sensitivity|{sources['weights']}|{draw}|{node}") - 1)
            )
            for node, weight in edition.weights().items()
        }
        with_points = numbers["project_points"] * 2 < 1
        expected = np.array(
            [
                [edition.index(city, weights, has_project_points=with_points)]
                for city in edition.cities
            ]
        )
        difference = abs(float(shift) - np.abs(ranks_of(expected) - ranks).mean())
        differences.add("mean rank shift of a sample (places)", difference, 1e-6)


def test_rank_intervals_equal_the_draws(
    connection: duckdb.DuckDBPyConnection, differences: Differences
) -> None:
    """Mean, quantiles and probabilities follow from all draws; quantiles by numpy."""
    drawn = {year: run_results(connection, year, "weights") for year in EDITIONS}
    cities = {year: field(connection, year).cities for year in EDITIONS}
    found = rows(
        connection,
        "select edition, scenario_id, city_id, rank, mean_rank, rank_p05, median_rank, rank_p95,"
        " probability_top_3, probability_top_10, probability_top_quarter, share_at_rank,"
        " next_worse_city_id, probability_beats_next_worse, next_better_city_id,"
        " probability_beats_next_better from rank_robustness",
    )
    assert len(found) == sum(len(drawn[year]) * len(cities[year]) for year in EDITIONS)
    for year, scenario, city, rank, mean, p05, median, p95, *shares in found:
        indices, ranks = drawn[year][scenario]
        position = cities[year].index(city)
        sample = ranks[position]
        quantiles = np.quantile(sample, [0.05, 0.5, 0.95], method="inverted_cdf")
        assert [p05, median, p95] == list(quantiles)
        expected = [
            sample.mean(),
            (sample <= 3).mean(),
            (sample <= 10).mean(),
            (sample <= len(cities[year]) / 4).mean(),
            (sample == rank).mean(),
        ]
        probabilities = [mean, *shares[:4]]
        for neighbour, probability in (shares[4:6], shares[6:8]):
            if neighbour is not None:
                other = cities[year].index(neighbour)
                expected.append((indices[position] > indices[other]).mean())
                probabilities.append(probability)
        for value, reference in zip(probabilities, expected, strict=True):
            differences.add(
                "mean rank and probabilities", abs(float(value) - float(reference)), 1e-11
            )


def test_pairs_of_cities_equal_the_draws(
    connection: duckdb.DuckDBPyConnection, differences: Differences
) -> None:
    """For every pair the draws are counted anew, both ways round."""
    drawn = {year: run_results(connection, year, "weights") for year in EDITIONS}
    cities = {year: field(connection, year).cities for year in EDITIONS}
    found = rows(
        connection,
        "select edition, scenario_id, city_id, other_city_id, probability_ahead, probability_tied,"
        " probability_behind from pairwise_probability",
    )
    pairs = {year: len(of_year) * (len(of_year) - 1) for year, of_year in cities.items()}
    assert len(found) == sum(len(drawn[year]) * pairs[year] for year in EDITIONS)
    assert len({row[:4] for row in found}) == len(found)
    for year, scenario, city, other, *values in found:
        indices, _ = drawn[year][scenario]
        own, others = (indices[cities[year].index(name)] for name in (city, other))
        expected = [(own > others).mean(), (own == others).mean(), (own < others).mean()]
        for value, reference in zip(values, expected, strict=True):
            differences.add("probability of a pair", abs(float(value) - float(reference)), 1e-11)


def test_probability_of_rising(
    connection: duckdb.DuckDBPyConnection, differences: Differences
) -> None:
    """Both editions are compared draw by draw."""
    before, now = (run_results(connection, year, "weights") for year in EDITIONS)
    cities_before, cities_now = (field(connection, year).cities for year in EDITIONS)
    found = rows(
        connection,
        "select scenario_id, city_id, mean_drawn_tendency, probability_rose, probability_unchanged,"
        " probability_fell from tendency_probability",
    )
    assert len(found) == len(now) * len(set(cities_before) & set(cities_now))
    for scenario, city, *values in found:
        change = (
            before[scenario][1][cities_before.index(city)]
            - now[scenario][1][cities_now.index(city)]
        )
        expected = [change.mean(), (change > 0).mean(), (change == 0).mean(), (change < 0).mean()]
        for value, reference in zip(values, expected, strict=True):
            differences.add("probability of rising", abs(float(value) - float(reference)), 1e-11)


def least_mean(values: Vector, weights: Vector, share: float) -> float:
    """Return the least weighted mean over weights, by linear programming.

    With y = t w the quotient becomes linear (Charnes and Cooper 1962): minimise y d with
    sum(y) = 1 and t w (1 - s) <= y <= t w (1 + s).
    """
    count = len(values)
    low = np.hstack([-np.eye(count), (weights * (1 - share))[:, None]])
    high = np.hstack([np.eye(count), -(weights * (1 + share))[:, None]])
    solved = linprog(
        np.append(values, 0.0),
        A_ub=np.vstack([low, high]),
        b_ub=np.zeros(2 * count),
        A_eq=[[1.0] * count + [0.0]],
        b_eq=[1.0],
        bounds=(0, None),
    )
    assert solved.success
    return float(solved.fun)


@pytest.mark.parametrize(
    ("scenario", "share"), [("weights_25_percent", 0.25), ("uniform_weights", 1.0)]
)
def test_smallest_differences_by_linear_programming(
    scenario: str,
    share: float,
    connection: duckdb.DuckDBPyConnection,
    differences: Differences,
) -> None:
    """The smallest difference of two cities is the optimum that scipy finds; no draw goes below."""
    year = EDITIONS[-1]
    edition = field(connection, year)
    found = {
        (city, other): float(value)
        for city, other, value in rows(
            connection,
            "select city_id, other_city_id, smallest_difference"
            " from main_intermediate.int_pairwise_dominance"
            " where edition_key = ? and scenario_id = ?",
            f"{RANKING}_{year}",
            scenario,
        )
    }
    assert len(found) == len(edition.cities) * (len(edition.cities) - 1)
    indices = run_results(connection, year, "weights")[scenario][0]
    generator = np.random.default_rng(1)
    cities = edition.cities
    for (city, other), value in found.items():
        drawn = indices[cities.index(city)] - indices[cities.index(other)]
        assert drawn.min() >= value - 2e-8
    for position in generator.choice(len(found), COMPARED_PAIRS, replace=False):
        city, other = sorted(found)[position]
        categories = edition.children(ROOT)
        parts = []
        for category in categories:
            children = edition.children(category)
            gaps = np.array(
                [edition.scores[city][child] - edition.scores[other][child] for child in children]
            )
            weights = np.array([edition.tree[child].weight for child in children])
            fixed = sum(
                sign
                * (
                    float(edition.index(name, name=category))
                    - weights @ scores / weights.sum() / 1.05
                )
                for sign, name in ((1, city), (-1, other))
                for scores in [np.array([edition.scores[name][child] for child in children])]
            )
            parts.append(least_mean(gaps, weights, share) / 1.05 + fixed)
        root_weights = np.array([edition.tree[category].weight for category in categories])
        expected = least_mean(np.array(parts), root_weights, share)
        differences.add("smallest differences (points)", abs(found[city, other] - expected), 1e-7)


def test_tendency_drivers(connection: duckdb.DuckDBPyConnection, differences: Differences) -> None:
    """Score drivers are what the index loses if the score alone goes back; ranks are recounted."""
    before, now = (field(connection, year) for year in EDITIONS)
    found: dict[tuple[str, str, str], float] = {
        (city, driver, node): float(value)
        for city, driver, node, value in rows(
            connection, "select city_id, driver, node_id, contribution from tendency_drivers"
        )
    }
    common = sorted(set(before.cities) & set(now.cities))
    indices_before, indices_now = before.indices(), now.indices()
    common_before = {city: indices_before[city] for city in common}
    common_now = {city: indices_now[city] for city in common}
    ranks_before, ranks_now = before.ranks(), now.ranks()
    assert {city for city, *_ in found} == set(common)
    for city in common:
        for indicator in now.indicators():
            taken_back = {**now.scores[city], indicator: before.scores[city][indicator]}
            expected = indices_now[city] - float(now.index(city, scores=taken_back))
            difference = abs(found[city, "score", indicator] - expected)
            differences.add("index drivers (points)", difference, 1e-10)
        new_among_old = now.rank_of(city, common_now[city], common_before)
        old_among_new = now.rank_of(city, common_before[city], common_now)
        first, last = now.ranks(common_before)[city], now.ranks(common_now)[city]
        expected_places = {
            "own_change": (first - new_among_old + old_among_new - last) / 2,
            "others_change": (new_among_old - last + first - old_among_new) / 2,
            "cities_left": ranks_before[city] - first,
            "cities_entered": last - ranks_now[city],
        }
        for driver, places in expected_places.items():
            difference = abs(found[city, driver, ROOT] - places)
            differences.add("rank drivers (places)", difference, 1e-11)


@pytest.mark.parametrize("year", EDITIONS)
def test_levers_by_computing_the_index_again(
    year: int, connection: duckdb.DuckDBPyConnection, differences: Differences
) -> None:
    """A raised score gives the stated rank, and the stated points the next better one."""
    edition = field(connection, year)
    indices, ranks = edition.indices(), edition.ranks()
    found = rows(
        connection,
        "select city_id, indicator_id, maximum_score, score_points_to_next_rank, reaches_next_rank,"
        " median_score, rank_at_median, best_quarter_score, rank_at_best_quarter, rank_at_maximum,"
        " index_points_at_maximum from what_if_scores where edition = ?",
        year,
    )
    nodes = [name for name, node in edition.tree.items() if node.is_indicator]
    assert len(found) == len(nodes) * len(edition.cities)
    for city, indicator, maximum, points, reaches, *targets, gain in found:
        score = edition.scores[city][indicator]

        def raised(value: float, city: str = city, indicator: str = indicator) -> float:
            scores = {**edition.scores[city], indicator: value}
            return float(edition.index(city, scores=scores))

        median, rank_at_median, quarter, rank_at_quarter, rank_at_maximum = targets
        for target, rank in (
            (median, rank_at_median),
            (quarter, rank_at_quarter),
            (maximum, rank_at_maximum),
        ):
            assert rank == edition.rank_of(city, raised(max(score, float(target))), indices)
        difference = abs(raised(float(maximum)) - indices[city] - float(gain))
        differences.add("gain of a lever (index points)", difference, 1e-10)
        if points is None:
            assert ranks[city] == 1
        else:
            assert reaches == (score + float(points) <= float(maximum) + 1e-9)
            if reaches:
                enough, too_little = (raised(score + float(points) - less) for less in (0, 1e-4))
                assert edition.rank_of(city, enough, indices) < ranks[city]
                assert edition.rank_of(city, too_little, indices) == ranks[city]


@pytest.mark.parametrize("year", EDITIONS)
def test_curves_by_computing_the_index_again(
    year: int, connection: duckdb.DuckDBPyConnection
) -> None:
    """Each step joins the next, and every score of it gives its rank; no rank is left out."""
    edition = field(connection, year)
    steps = curves(connection, RANKING, year)
    nodes = [name for name, node in edition.tree.items() if node.is_indicator]
    assert len(steps) == len(nodes) * len(edition.cities)
    for city, indicator in sorted(steps)[::COMPARED_CURVES]:
        check_curve(edition, city, indicator, steps[city, indicator])


@pytest.mark.parametrize("year", EDITIONS)
def test_paths_are_the_cheapest(
    year: int, connection: duckdb.DuckDBPyConnection, differences: Differences
) -> None:
    """Every path reaches its rank; none has fewer points (by linear programming) or indicators."""
    edition = field(connection, year)
    indices, ranks = edition.indices(), edition.ranks()
    paths: dict[tuple[str, int, str], dict[str, float]] = defaultdict(dict)
    needed: dict[tuple[str, int], float] = {}
    for city, places, objective, indicator, score, points in rows(
        connection,
        "select city_id, ranks_to_gain, objective, indicator_id, score_to, index_points_needed"
        " from target_scores where edition = ?",
        year,
    ):
        paths[city, places, objective][indicator] = float(score)
        needed[city, places] = float(points)
    levers: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for city, weight, score, maximum in rows(
        connection,
        "select city_id, effective_weight, score, maximum_score from what_if_scores"
        " where edition = ?",
        year,
    ):
        levers[city].append((float(weight), float(maximum - score)))
    assert len({objective for *_, objective in paths}) == 2
    for (city, places, objective), raised in paths.items():
        scores = {**edition.scores[city], **raised}
        rank = edition.rank_of(city, float(edition.index(city, scores=scores)), indices)
        assert rank <= ranks[city] - places
        if objective == "fewest_indicators":
            gains = sorted((weight * room for weight, room in levers[city]), reverse=True)
            assert sum(gains[: len(raised) - 1]) < needed[city, places]
        else:
            cost = sum(score - edition.scores[city][name] for name, score in raised.items())
            solved = linprog(
                np.ones(len(levers[city])),
                A_ub=[[-weight for weight, _ in levers[city]]],
                b_ub=[-needed[city, places]],
                bounds=[(0, room) for _, room in levers[city]],
            )
            differences.add("score points of a cheapest set", abs(cost - float(solved.fun)), 1e-6)


@pytest.mark.parametrize("year", EDITIONS)
def test_statistics_by_numpy(
    year: int, connection: duckdb.DuckDBPyConnection, differences: Differences
) -> None:
    """Distribution, correlations, alpha and shares of variance agree with numpy."""
    edition = field(connection, year)
    cities = edition.cities
    overall = np.array([edition.index(city) for city in cities])

    def scores(indicator: str) -> Vector:
        return np.array([edition.scores[city][indicator] for city in cities])

    def compare(name: str, value: Any, reference: float, limit: float = 1e-8) -> None:
        differences.add(name, abs(float(value) - float(reference)), limit)

    indicator_rows = rows(
        connection,
        "select indicator_id, category_id, mean_score, standard_deviation, first_quartile,"
        " median_score, third_quartile, correlation_with_category_index,"
        " correlation_with_rest_of_category, correlation_with_overall_index, effective_weight,"
        " share_of_index_variance from indicator_statistics where edition = ?",
        year,
    )
    assert len(indicator_rows) == 37
    for indicator, category, mean, deviation, q1, q2, q3, *part in indicator_rows:
        sample = scores(indicator)
        compare("mean and standard deviation", mean, sample.mean())
        compare("mean and standard deviation", deviation, sample.std(ddof=1))
        quartiles = np.quantile(sample, [0.25, 0.5, 0.75], method="inverted_cdf")
        assert [float(q) for q in (q1, q2, q3)] == list(quartiles)
        siblings = [name for name in edition.children(category) if name != indicator]
        rest = np.mean([scores(name) for name in siblings], axis=0)
        index = np.array([edition.index(city, name=category) for city in cities])
        for value, reference in zip(part[:3], (index, rest, overall), strict=True):
            compare("correlations", value, np.corrcoef(sample, reference)[0, 1])
        # what one point more of this score does to the index
        city = cities[0]
        richer = {**edition.scores[city], indicator: edition.scores[city][indicator] - 1}
        slope = float(edition.index(city) - edition.index(city, scores=richer))
        compare("effective weights", part[3], slope, 1e-10)
        share = np.cov(slope * sample, overall)[0, 1] / overall.var(ddof=1)
        compare("shares of variance", part[4], share)
    category_rows = rows(
        connection,
        "select category_id, mean_index, standard_deviation, cronbach_alpha,"
        " correlation_with_overall_index from category_statistics where edition = ?",
        year,
    )
    assert len(category_rows) == 6
    for category, mean, deviation, alpha, correlation in category_rows:
        index = np.array([edition.index(city, name=category) for city in cities])
        items = np.array(
            [
                [float(edition.index(city, name=child)) for city in cities]
                for child in edition.children(category)
            ]
        )
        reference = (
            len(items)
            / (len(items) - 1)
            * (1 - items.var(axis=1, ddof=1).sum() / items.sum(axis=0).var(ddof=1))
        )
        compare("mean and standard deviation", mean, index.mean())
        compare("mean and standard deviation", deviation, index.std(ddof=1))
        compare("Cronbach's alpha", alpha, reference)
        compare("correlations", correlation, np.corrcoef(index, overall)[0, 1])
    pairs = rows(
        connection,
        "select category_id, other_category_id, correlation from category_correlations"
        " where edition = ?",
        year,
    )
    assert len(pairs) == 6 * 5
    for category, other, correlation in pairs:
        reference = np.corrcoef(
            [
                [float(edition.index(city, name=name)) for city in cities]
                for name in (category, other)
            ]
        )[0, 1]
        compare("correlations", correlation, reference)
    (total,) = rows(
        connection,
        "select sum(share_of_index_variance) from main_intermediate.int_index_shares"
        " where edition_key = ?",
        f"{RANKING}_{year}",
    )[0]
    compare("sum of the shares of variance", total, 1.0, 1e-6)


@pytest.mark.parametrize("year", EDITIONS)
def test_peers_strengths_and_waterfall(
    year: int, connection: duckdb.DuckDBPyConnection, differences: Differences
) -> None:
    """Distances, mean ranks within the indicators and category differences agree with numpy."""
    edition = field(connection, year)
    cities, indicators = edition.cities, edition.indicators()
    table = np.array([[edition.scores[city][name] for name in indicators] for city in cities])
    classes = dict(
        rows(
            connection,
            "select city_id, size_class_id from league_table where ranking_id = ? and edition = ?",
            RANKING,
            year,
        )
    )
    peers: dict[tuple[str, str], list[float]] = defaultdict(list)
    for city, scope, distance in rows(
        connection,
        "select city_id, scope, distance from peer_cities where edition = ? order by nearness",
        year,
    ):
        peers[city, scope].append(float(distance))
    for (city, scope), found in peers.items():
        others = [
            k
            for k, other in enumerate(cities)
            if other != city and (scope == "edition" or classes[other] == classes[city])
        ]
        own = table[cities.index(city)]
        nearest = np.sort(np.sqrt(((table[others] - own) ** 2).mean(axis=1)))[:5]
        assert len(found) == len(nearest)
        differences.add("distances of peers (points)", np.abs(found - nearest).max(), 1e-8)
    assert len(peers) == 2 * len(cities)
    mean_ranks = rankdata(-table, axis=0)
    assessed = rows(
        connection,
        "select city_id, indicator_id, mean_rank, assessment from strengths_and_weaknesses"
        " where edition = ?",
        year,
    )
    assert len(assessed) == table.size
    for city, indicator, mean_rank, assessment in assessed:
        reference = mean_ranks[cities.index(city), indicators.index(indicator)]
        assert float(mean_rank) == reference
        strong = reference <= len(cities) / 4
        weak = len(cities) + 1 - reference <= len(cities) / 4
        assert assessment == ("strength" if strong else "weakness" if weak else "neither")
    categories = edition.children(ROOT)
    indices = {
        city: {name: float(edition.index(city, name=name)) / len(categories) for name in categories}
        for city in cities
    }
    for city, other, category, ahead in rows(
        connection,
        "select city_id, compared_city_id, category_id, index_points_ahead from category_waterfall"
        " where edition = ?",
        year,
    ):
        compared = (
            indices[other][category]
            if other
            else np.mean([indices[name][category] for name in cities])
        )
        difference = abs(float(ahead) - (indices[city][category] - compared))
        differences.add("waterfall (index points)", difference, 1e-10)


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
    differences: Differences,
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
        rows += [("r_1", matrix, draw, round(function(x), 6)) for matrix, x in points.items()]
    values = ", ".join(
        f"('{e}', '{m}', {d}, cast({v:.6f} as decimal(12, 6)))" for e, m, d, v in rows
    )
    query = built_project.compiled_code("model")["sensitivity"]
    replaced = {
        built_project.nodes("model")["int_sensitivity_outputs"]["relation_name"]: (
            f"(from (values {values}) as t(edition_key, matrix, draw, mean_rank_shift))"
        ),
        built_project.nodes("model")["int_analysed_editions"]["relation_name"]: (
            "(select 'r_1' as edition_key, 1 as analysed_city_count, 1 as city_count)"
        ),
        built_project.nodes("model")["int_editions"]["relation_name"]: (
            "(select 'r_1' as edition_key, 'r' as ranking_id, 1 as edition,"
            " true as is_simulated_ranking)"
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
        differences.add("Sobol indices, 4,000 samples", abs(found[factor][0] - first), 0.06)
        differences.add("Sobol indices, 4,000 samples", abs(found[factor][1] - whole), 0.06)
