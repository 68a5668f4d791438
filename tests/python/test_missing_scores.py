"""Analysis of editions with gaps: every mart answers, and says what an independent numpy says.

Small made-up fields with any gaps run through the project's own SQL and through the reference of
small_fields.py, under every rule for missing values. A field as large as the real one, with 1, 10
and 200 of its scores and a whole category of a city removed, is compared figure by figure.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from tests.python.conftest import BuiltProject, Differences, read_seed
from tests.python.small_fields import (
    LEFT_OUT,
    RANKING,
    ROOT,
    Edition,
    Node,
    SmallWarehouse,
    corner_weights,
    random_number,
)
from tests.python.test_small_fields import (
    BOX_SHARE,
    HYPOTHESIS,
    check_drivers,
    editions,
    many,
    rows,
)

RULES = ("renormalise", "zero", "no_index")
DRAWS = 40
REAL_RANKING = "open_data_index"
SAMPLES = 5
ANALYSIS_MARTS = (
    "analysis_coverage",
    "category_correlations",
    "category_statistics",
    "category_waterfall",
    "city_coverage",
    "indicator_statistics",
    "leave_one_indicator_out",
    "peer_cities",
    "rank_bounds",
    "rank_distribution",
    "rank_robustness",
    "sensitivity",
    "strengths_and_weaknesses",
    "target_scores",
    "tendency_drivers",
    "tendency_probability",
    "what_if_scores",
)
# scores removed from both editions together, or every score of a category from one city
GAPS: tuple[tuple[str, int | str], ...] = (
    *(("renormalise", gap) for gap in (1, 10, 200, "a category")),
    *(("zero", gap) for gap in (200, "a category")),
    *(("no_index", gap) for gap in (200, "a category")),
)

Fields = dict[int, Edition]
Vector = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def warehouse(built_project: BuiltProject) -> SmallWarehouse:
    """Return the project's models, ready to run on made-up seeds."""
    return SmallWarehouse(built_project)


@st.composite
def fields_with_gaps(draw: st.DrawFn) -> Fields:
    """Draw two editions of a field, each with scores that are missing or do not apply."""
    rule = draw(st.sampled_from(RULES))
    found = {}
    for year, edition in draw(editions()).items():
        scores = {city: dict(own) for city, own in edition.scores.items()}
        cells = [(city, name) for city in edition.cities for name in edition.scores[city]]
        gaps = draw(st.lists(st.sampled_from(cells), min_size=1, max_size=4, unique=True))
        not_applicable = draw(st.sets(st.sampled_from(gaps)))
        for city, name in gaps:
            # a city without any score is not in the made-up seeds
            if len(scores[city]) > 1:
                del scores[city][name]
        found[year] = replace(
            edition,
            scores=scores,
            missing_value_rule=rule,
            not_applicable=frozenset(
                (city, name) for city, name in not_applicable if name not in scores[city]
            ),
        )
    return found


def check_ranks(connection: duckdb.DuckDBPyConnection, fields: Fields) -> None:
    """Cities with an index are analysed, with their ranks among each other; the others say why."""
    found = rows(
        connection,
        "select edition, city_id, status, rank, index_value from city_coverage"
        f" where ranking_id = '{RANKING}'",
    )
    for year, edition in fields.items():
        indices = edition.indices()
        ranks = edition.ranks(indices) if indices else {}
        for found_year, city, status, rank, index in found:
            if found_year == year and status not in ("too_few_cities", "no_indicators"):
                assert rank == ranks.get(city)
                assert status == ("analysed" if city in ranks else "index_missing")
                assert (index is None) == (city not in ranks)
                assert index is None or abs(float(index) - indices[city]) < 1e-9


def analysed(fields: Fields) -> Fields:
    """Return the editions that are analysed: some city has an index."""
    return {
        year: edition
        for year, edition in fields.items()
        if any(
            edition.tree[name].is_indicator and not edition.tree[name].is_project
            for city in edition.indices()
            for name in edition.scores[city]
        )
    }


def check_draws(connection: duckdb.DuckDBPyConnection, fields: Fields) -> None:
    """Every draw of weights gives the same indices and ranks, each city with its own gaps."""
    found = {
        (year, draw, city): (float(index), rank)
        for year, draw, city, index, rank in rows(
            connection,
            "select edition, draw, city_id, index_value, rank"
            " from main_intermediate.int_simulation_results"
            " inner join main_intermediate.int_simulations using (simulation_number)"
            " inner join main_intermediate.int_editions using (edition_key)"
            " where simulation_group = 'varied'",
        )
    }
    expected_keys = set()
    for year, edition in fields.items():
        weights = {
            node: np.array(
                [
                    weight * (1 + BOX_SHARE * (2 * random_number(f"s1|{draw}|{node}") - 1))
                    for draw in range(1, DRAWS + 1)
                ]
            )
            for node, weight in edition.weights().items()
        }
        cities = list(edition.indices())
        drawn = {city: np.broadcast_to(edition.index(city, weights), DRAWS) for city in cities}
        for draw in range(DRAWS):
            ranks = edition.ranks({city: float(drawn[city][draw]) for city in cities})
            for city in cities:
                expected_keys.add((year, draw + 1, city))
                index, rank = found[year, draw + 1, city]
                assert abs(index - drawn[city][draw]) < 2e-8
                assert rank == ranks[city]
    assert found.keys() == expected_keys


def check_left_out(connection: duckdb.DuckDBPyConnection, fields: Fields) -> None:
    """Without an indicator each city's others count more; one that has nothing left has no row."""
    found = {
        (year, indicator, city): (float(index), rank)
        for year, indicator, city, index, rank in rows(
            connection,
            "select edition, indicator_id, city_id, index_without, rank_without"
            f" from leave_one_indicator_out where ranking_id = '{RANKING}'",
        )
    }
    expected: dict[tuple[int, str, str], tuple[float, int]] = {}
    for year, edition in fields.items():
        cities = edition.indices()
        for indicator in edition.indicators():
            values = {city: edition.index(city, left_out=indicator) for city in cities}
            values = {city: float(value) for city, value in values.items() if value is not LEFT_OUT}
            if values:
                ranks = edition.ranks(values)
                expected |= {
                    (year, indicator, city): (value, ranks[city]) for city, value in values.items()
                }
    assert found.keys() == expected.keys()
    for key, (index, rank) in found.items():
        assert abs(index - expected[key][0]) < 2e-8, key
        assert rank == expected[key][1], key


def check_bounds(connection: duckdb.DuckDBPyConnection, fields: Fields) -> None:
    """No corner of the box goes below a smallest difference; with equal gaps one reaches it."""
    found = {
        (key, city, other): float(value)
        for key, city, other, value in rows(
            connection,
            "select edition, city_id, other_city_id, smallest_difference"
            " from main_intermediate.int_pairwise_dominance"
            " inner join main_intermediate.int_editions using (edition_key)"
            " where scenario_id = 'varied'",
        )
    }
    for year, edition in fields.items():
        weights = corner_weights(edition, BOX_SHARE)
        values = {city: edition.index(city, weights) for city in edition.indices()}
        for city in values:
            for other in values:
                if city == other:
                    continue
                least = float(np.min(values[city] - values[other]))
                assert found[year, city, other] <= least + 1e-9
                if edition.scores[city].keys() == edition.scores[other].keys() and not (
                    {name for _, name in edition.not_applicable}
                ):
                    assert abs(found[year, city, other] - least) < 1e-9
    outside = rows(
        connection,
        "select * from rank_robustness inner join rank_bounds"
        " using (ranking_id, edition, scenario_id, city_id)"
        " where best_drawn_rank < best_rank or worst_drawn_rank > worst_rank",
    )
    assert outside == []


def check_possible_indices(connection: duckdb.DuckDBPyConnection, fields: Fields) -> None:
    """Missing scores at the lowest and the highest give the stated indices and ranks."""
    found = {
        (year, city): figures
        for year, city, *figures in rows(
            connection,
            "select edition, city_id, lowest_index, highest_index, best_rank, worst_rank"
            f" from city_coverage where ranking_id = '{RANKING}'",
        )
    }
    for year, edition in fields.items():
        extremes: dict[str, list[float]] = {}
        for city in edition.cities:
            extremes[city] = []
            for filled in (0.0, 100.0):
                scores = dict(edition.scores[city])
                for name, node in edition.tree.items():
                    applies = (city, name) not in edition.not_applicable
                    if node.is_indicator and name not in scores and applies:
                        scores[name] = filled
                index = edition.index(city, scores=scores)
                if index is not None:
                    extremes[city].append(float(index))
        for city, own in extremes.items():
            lowest, highest, best, worst = found[year, city]
            if not own:
                continue
            assert abs(float(lowest) - own[0]) < 2e-8, (year, city)
            assert abs(float(highest) - own[1]) < 2e-8, (year, city)
            others = [values for name, values in extremes.items() if values and name != city]
            rounded = np.round([*own, *np.ravel(others)], 8)
            low, high = rounded[2::2], rounded[3::2]
            assert best == 1 + int((low > rounded[1]).sum())
            assert worst == 1 + int((high > rounded[0]).sum())


def check_what_ifs(connection: duckdb.DuckDBPyConnection, fields: Fields) -> None:
    """A raised score gives the stated rank when the whole index is computed again."""
    found = rows(
        connection,
        "select edition, city_id, indicator_id, score, maximum_score, rank_at_maximum,"
        f" index_points_at_maximum from what_if_scores where ranking_id = '{RANKING}'",
    )
    expected = {
        (year, city, name)
        for year, edition in fields.items()
        for city in edition.indices()
        for name in edition.scores[city]
    }
    found_keys = {(year, city, name) for year, city, name, *_ in found}
    assert found_keys <= expected
    all_indices = {year: edition.indices() for year, edition in fields.items()}
    for year, city, name, score, maximum, rank, gain in found:
        edition, indices = fields[year], all_indices[year]
        raised = {**edition.scores[city], name: max(float(maximum), edition.scores[city][name])}
        value = float(edition.index(city, scores=raised))
        assert float(score) == min(edition.scores[city][name], float(maximum))
        assert abs(value - indices[city] - float(gain)) < 1e-9
        assert rank == edition.rank_of(city, value, indices)
    for year, city, name in expected - found_keys:
        # a score in a category that has no index moves nothing
        edition = fields[year]
        raised = {**edition.scores[city], name: edition.scores[city][name] + 1}
        moved = float(edition.index(city, scores=raised)) - all_indices[year][city]
        assert abs(moved) < 1e-12, (year, city, name)


@HYPOTHESIS
@given(drawn=many(fields_with_gaps()))
def test_any_gaps(drawn: list[Fields], warehouse: SmallWarehouse, differences: Differences) -> None:
    """Whatever is missing, whatever the rule: all marts agree with trying everything."""
    with warehouse.build_each(drawn) as connections:
        for connection, fields in zip(connections, drawn, strict=True):
            check_ranks(connection, fields)
            complete = analysed(fields)
            check_draws(connection, complete)
            check_left_out(connection, complete)
            check_bounds(connection, complete)
            check_possible_indices(connection, complete)
            check_what_ifs(connection, complete)
            if rows(connection, "select * from tendency_drivers"):
                check_drivers(connection, differences)


@st.composite
def geometric_fields(draw: st.DrawFn) -> Fields:
    """Draw a field with gaps in which some means are geometric, not always the same ones."""
    found = {}
    for year, edition in draw(fields_with_gaps()).items():
        tree = {
            name: node
            if node.is_indicator
            else replace(node, aggregation=draw(st.sampled_from(["geometric", "arithmetic"])))
            for name, node in sorted(edition.tree.items())
        }
        found[year] = replace(edition, tree=tree)
    return found


@HYPOTHESIS
@given(drawn=many(geometric_fields()))
def test_drivers_of_geometric_means(
    drawn: list[Fields], warehouse: SmallWarehouse, differences: Differences
) -> None:
    """Drivers add up to the change of the index; only zeros and other kinds of means are not split."""
    with warehouse.build_each(drawn, marts=["tendency_drivers"]) as connections:
        for connection, fields in zip(connections, drawn, strict=True):
            if rows(connection, "select * from tendency_drivers"):
                check_drivers(connection, differences)
            for city, category in rows(
                connection,
                "select city_id, node_id from tendency_drivers where driver = 'not_split'",
            ):
                before, now = fields[1], fields[2]
                kinds = {edition.tree[category].aggregation for edition in (before, now)}
                values = [
                    edition.index(city, name=child)
                    for edition in (before, now)
                    for child in edition.children(category)
                ]
                assert len(kinds) == 2 or not all(values)


def test_drivers_of_one_geometric_mean(warehouse: SmallWarehouse) -> None:
    """Of a geometric mean each child brings L * weight * ln(now / before)."""
    tree = {
        ROOT: Node(None, aggregation="geometric"),
        "x": Node(ROOT, is_indicator=True),
        "y": Node(ROOT, 3.0, is_indicator=True),
    }
    before = {"c1": {"x": 20.0, "y": 50.0}, "c2": {"x": 30.0, "y": 40.0}}
    now = {"c1": {"x": 80.0, "y": 40.0}, "c2": {"x": 30.0, "y": 40.0}}
    indices = [20**0.25 * 50**0.75, 80**0.25 * 40**0.75]
    mean = (indices[1] - indices[0]) / np.log(indices[1] / indices[0])
    with warehouse.build({1: Edition(tree, before), 2: Edition(tree, now)}) as connection:
        found = dict(
            rows(
                connection,
                "select node_id, contribution from tendency_drivers"
                " where driver = 'score' and city_id = 'c1'",
            )
        )
        assert float(found["x"]) == pytest.approx(mean * 0.25 * np.log(4), abs=1e-10)
        assert float(found["y"]) == pytest.approx(mean * 0.75 * np.log(0.8), abs=1e-10)
        assert rows(
            connection,
            "select sum(abs(contribution)) from tendency_drivers"
            " where city_id = 'c2' and figure = 'index'",
        ) == [(0,)]


@pytest.fixture(scope="module")
def real_fields(built_project: BuiltProject) -> Fields:
    """Return the real ranking that is computed from open data: two editions with their own gaps."""
    methodologies = {
        int(row["edition"]): row["methodology_id"]
        for row in read_seed("methodology/editions.csv")
        if row["ranking_id"] == REAL_RANKING
    }
    trees = {
        methodology: {
            row["node_id"]: Node(
                parent=row["parent_node_id"] or None,
                weight=float(row["weight"]),
                is_indicator=row["node_type"] == "indicator",
            )
            for row in read_seed("methodology/framework.csv")
            if row["methodology_id"] == methodology
        }
        for methodology in methodologies.values()
    }
    scores: dict[int, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    with duckdb.connect(str(built_project.database), read_only=True) as connection:
        for year, city, indicator, score in rows(
            connection,
            "select edition, city_id, indicator_id, score from fct_indicator_scores"
            f" where ranking_id = '{REAL_RANKING}' and score is not null",
        ):
            # as many digits as a raw value can have
            scores[year][city][indicator] = round(float(score), 6)
    return {
        year: Edition(trees[methodologies[year]], {city: dict(own) for city, own in found.items()})
        for year, found in scores.items()
    }


def with_gaps(fields: Fields, gap: int | str, rule: str) -> Fields:
    """Return a field without some of its scores: the same ones each time, spread by a hash."""
    cells = sorted(
        (random_number(f"{year}|{city}|{name}"), year, city, name)
        for year, edition in fields.items()
        for city, own in edition.scores.items()
        for name in own
    )
    removed = {cell[1:] for cell in cells[: gap if isinstance(gap, int) else 0]}
    if not isinstance(gap, int):
        year, city = max(fields), min(fields[max(fields)].scores)
        category = fields[year].children(ROOT)[0]
        removed = {(year, city, name) for name in fields[year].children(category)}
    return {
        year: replace(
            edition,
            missing_value_rule=rule,
            scores={
                city: {
                    name: score for name, score in own.items() if (year, city, name) not in removed
                }
                for city, own in edition.scores.items()
            },
        )
        for year, edition in fields.items()
    }


def check_statistics(
    connection: duckdb.DuckDBPyConnection, fields: Fields, differences: Differences
) -> None:
    """Statistics are those of the known scores, correlations those of pairs that are both known."""

    def compare(name: str, value: Any, reference: float) -> None:
        differences.add(f"with gaps: {name}", abs(float(value) - float(reference)), 1e-7)

    def pairs(left: list[Any], right: list[Any]) -> float:
        known = [
            (float(a), float(b))
            for a, b in zip(left, right, strict=True)
            if a is not None and b is not None
        ]
        return float(np.corrcoef(np.array(known).T)[0, 1])

    columns: dict[tuple[int, str], list[Any]] = {
        (year, name): [edition.index(city, name=name) for city in edition.cities]
        for year, edition in fields.items()
        for name in edition.tree
    }
    known = {key: [value for value in found if value is not None] for key, found in columns.items()}
    for year, name, count, mean, deviation, overall, category, category_id in rows(
        connection,
        "select edition, indicator_id, city_count, mean_score, standard_deviation,"
        " correlation_with_overall_index, correlation_with_category_index, category_id"
        f" from indicator_statistics where ranking_id = '{RANKING}'",
    ):
        assert count == len(known[year, name])
        compare("mean", mean, np.mean(known[year, name]))
        compare("standard deviation", deviation, np.std(known[year, name], ddof=1))
        compare("correlations", overall, pairs(columns[year, name], columns[year, ROOT]))
        compare("correlations", category, pairs(columns[year, name], columns[year, category_id]))
    for year, name, count, mean, alpha, alpha_cities in rows(
        connection,
        "select edition, category_id, city_count, mean_index, cronbach_alpha, alpha_city_count"
        f" from category_statistics where ranking_id = '{RANKING}'",
    ):
        assert count == len(known[year, name])
        compare("mean", mean, np.mean(known[year, name]))
        items = [columns[year, child] for child in fields[year].children(name)]
        complete = np.array(
            [item for item in zip(*items, strict=True) if None not in item], dtype=float
        ).T
        assert alpha_cities == complete.shape[1]
        reference = (
            len(complete)
            / (len(complete) - 1)
            * (1 - complete.var(axis=1, ddof=1).sum() / complete.sum(axis=0).var(ddof=1))
        )
        compare("Cronbach's alpha", alpha, reference)
    for year, name, other, correlation in rows(
        connection,
        "select edition, category_id, other_category_id, correlation from category_correlations"
        f" where ranking_id = '{RANKING}'",
    ):
        compare("correlations", correlation, pairs(columns[year, name], columns[year, other]))


def check_peers_and_strengths(
    connection: duckdb.DuckDBPyConnection, fields: Fields, differences: Differences
) -> None:
    """Distances are those of shared scores; mean ranks those among the cities with a score."""
    found = defaultdict(list)
    for year, city, peer, distance, shared in rows(
        connection,
        "select edition, city_id, peer_city_id, distance, shared_indicator_count from peer_cities"
        f" where ranking_id = '{RANKING}' and scope = 'edition' order by nearness",
    ):
        own, others = fields[year].scores[city], fields[year].scores[peer]
        both = own.keys() & others.keys()
        assert shared == len(both)
        reference = np.sqrt(np.mean([(own[name] - others[name]) ** 2 for name in both]))
        differences.add("with gaps: distances", abs(float(distance) - float(reference)), 1e-8)
        found[year, city].append(float(distance))
    for year, edition in fields.items():
        cities = edition.indices().keys()
        for city in cities:
            own = edition.scores[city]
            distances = sorted(
                float(np.sqrt(np.mean([(own[name] - others[name]) ** 2 for name in both])))
                for other in cities
                for others in [edition.scores[other]]
                for both in [own.keys() & others.keys()]
                if other != city and 2 * len(both) >= len(edition.indicators())
            )
            assert found[year, city] == pytest.approx(distances[:2], abs=1e-8)
    for year, name, city, mean_rank, count in rows(
        connection,
        "select edition, indicator_id, city_id, mean_rank, ranked_city_count"
        f" from strengths_and_weaknesses where ranking_id = '{RANKING}'",
    ):
        scores = {other: -own[name] for other, own in fields[year].scores.items() if name in own}
        assert count == len(scores)
        position = list(scores).index(city)
        assert float(mean_rank) == rankdata(np.round(list(scores.values()), 8))[position]


def check_sums(connection: duckdb.DuckDBPyConnection) -> None:
    """Contributions of the categories add up to the index of every analysed city."""
    assert rows(
        connection,
        "select count(*) from (select edition_key, city_id, sum(contribution) as total"
        " from category_waterfall where comparison = 'edition_mean' group by all) as sums"
        " full outer join city_coverage using (edition_key, city_id)"
        " where (status = 'analysed' or total is not null)"
        " and (total is null or index_value is null or abs(total - index_value) > 1e-9)",
    ) == [(0,)]


def check_sensitivity(connection: duckdb.DuckDBPyConnection, fields: Fields) -> None:
    """Samples that keep method and mean shift the ranks as much as the reference says."""
    found = rows(
        connection,
        "select edition, matrix, draw, mean_rank_shift from"
        " main_intermediate.int_sensitivity_outputs"
        " inner join main_intermediate.int_editions using (edition_key)",
    )
    assert len(found) == 6 * SAMPLES * len(fields)
    compared = 0
    all_ranks = {year: edition.ranks() for year, edition in fields.items()}
    for year, matrix, draw, shift in found:
        sources = {
            factor: "B" if matrix in ("B", f"AB_{factor}") else "A"
            for factor in ("weights", "normalisation", "aggregation")
        }
        numbers = {
            factor: random_number(f"sensitivity|{factor}|{source}|{draw}")
            for factor, source in sources.items()
        }
        if numbers["normalisation"] * 3 >= 1 or numbers["aggregation"] * 2 >= 1:
            continue
        compared += 1
        edition = fields[year]
        weights = {
            node: weight
            * (
                1
                + BOX_SHARE
                * (2 * random_number(f"sensitivity|{sources['weights']}|{draw}|{node}") - 1)
            )
            for node, weight in edition.weights().items()
        }
        ranks = all_ranks[year]
        drawn = edition.ranks({city: float(edition.index(city, weights)) for city in ranks})
        expected = np.mean([abs(drawn[city] - ranks[city]) for city in ranks])
        assert abs(float(shift) - expected) < 1e-6
    assert compared


@pytest.mark.parametrize(("rule", "gap"), GAPS)
def test_real_scores_with_gaps(
    rule: str,
    gap: int | str,
    real_fields: Fields,
    warehouse: SmallWarehouse,
    differences: Differences,
) -> None:
    """Scores of the real ranking are removed: every mart answers, with the figures of numpy."""
    fields = with_gaps(real_fields, gap, rule)
    with warehouse.build(fields) as connection:
        for mart in ANALYSIS_MARTS:
            (count,) = rows(connection, f"select count(*) from {mart}")[0]
            assert count > 0, mart
        check_ranks(connection, fields)
        check_draws(connection, fields)
        check_left_out(connection, fields)
        check_possible_indices(connection, fields)
        check_what_ifs(connection, fields)
        check_drivers(connection, differences)
        check_statistics(connection, fields, differences)
        check_peers_and_strengths(connection, fields, differences)
        check_sums(connection)
        check_sensitivity(connection, fields)
