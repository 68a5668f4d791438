"""The analysis marts on made-up fields: every property by hypothesis, every edge case by name.

Each field runs through the project's own SQL (all models, in memory) and through the reference of
small_fields.py, which tries every corner of a box and every set of indicators.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.python.conftest import BuiltProject, Differences
from tests.python.small_fields import (
    RANKING,
    RECORDED_MARTS,
    ROOT,
    Edition,
    Node,
    SmallWarehouse,
    bounds_by_corners,
    check_curve,
    curves,
    mart_lines,
    random_number,
    recorded_fields,
    recorded_query,
)

# Fields of an example, which run through the models together.
FIELDS = 5
HYPOTHESIS = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
BOX_SHARE = 0.25
# What stands on a whole field is simulated if the field is: both flags are one by definition.
ALWAYS_EQUAL = {
    (mart, "is_simulated", "is_simulated_ranking")
    for mart in (
        "category_correlations",
        "category_statistics",
        "category_waterfall",
        "indicator_statistics",
        "sensitivity",
    )
}
# No recorded field has a city with all scores among ten without: its unit test states every column.
NOT_RECORDED = "what_if_ranges"
MARTS_OF_CITIES = ("rank_bounds", "rank_robustness", "what_if_scores", "tendency_drivers")


@pytest.fixture(scope="module")
def warehouse(built_project: BuiltProject) -> SmallWarehouse:
    """Return the project's models, ready to run on made-up seeds."""
    return SmallWarehouse(built_project)


@pytest.fixture(scope="module")
def recorded_database(warehouse: SmallWarehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """Run every model on the recorded fields."""
    with warehouse.build_recorded_fields() as connection:
        yield connection


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Node]:
    """Draw a tree: one to three categories, one of which may be split once more, few indicators."""
    weight = st.sampled_from([0.5, 1.0, 1.5, 3.0])
    tree = {ROOT: Node(None)}
    for category in ("a", "b", "c")[: draw(st.integers(1, 3))]:
        parent = ROOT
        if category == "b" and draw(st.booleans()):
            tree["s"] = Node(ROOT, draw(weight))
            parent = "s"
        has_projects = draw(st.booleans())
        tree[category] = Node(parent, draw(weight), cap=0.05 if has_projects else 0.0)
        for number in range(1, draw(st.integers(1, 2)) + 1):
            tree[f"{category}{number}"] = Node(category, draw(weight), is_indicator=True)
        if has_projects:
            tree[f"{category}p"] = Node(category, is_indicator=True, is_project=True)
    return tree


@st.composite
def editions(draw: st.DrawFn) -> dict[int, Edition]:
    """Draw two editions: cities come and go, weights change, an indicator may be added."""
    tree = draw(trees())
    found = {}
    for year in (1, 2):
        if year == 2:
            tree = {
                name: replace(node, weight=draw(st.sampled_from([node.weight, 2.0])))
                if node.parent
                else node
                for name, node in tree.items()
            }
            if draw(st.booleans()):
                tree["a9"] = Node("a", is_indicator=True)
        cities = ["c1", "c2", "c3", *draw(st.sampled_from([[], ["c4"], ["c5"], ["c4", "c5"]]))]
        scores = {
            city: {
                name: float(
                    draw(
                        st.sampled_from([0, 2.5])
                        if node.is_project
                        else st.sampled_from([0, 10, 40, 60, 100])
                    )
                )
                for name, node in sorted(tree.items())
                if node.is_indicator
            }
            for city in cities
        }
        found[year] = Edition(tree, scores)
    return found


def many(fields: st.SearchStrategy[dict[int, Edition]]) -> st.SearchStrategy[Any]:
    """Return lists of as many fields as run through the models together."""
    return st.lists(fields, min_size=FIELDS, max_size=FIELDS)


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
    return found


def check_ranks(connection: duckdb.DuckDBPyConnection, fields: dict[int, Edition]) -> None:
    """Ranks of the reference and of the models are the same."""
    found = rows(
        connection,
        "select edition, city_id, rank from fct_index_results"
        f" where ranking_id = '{RANKING}' and category_id = 'overall'",
    )
    assert {(year, city): rank for year, city, rank in found if year in fields} == {
        (year, city): rank
        for year, edition in fields.items()
        for city, rank in edition.ranks().items()
    }


def check_bounds(
    connection: duckdb.DuckDBPyConnection, fields: dict[int, Edition], share: float = BOX_SHARE
) -> None:
    """Best and worst rank are those of all corners of the box."""
    found = rows(
        connection,
        "select edition, city_id, best_rank, worst_rank from rank_bounds"
        f" where ranking_id = '{RANKING}' and scenario_id = 'varied'",
    )
    assert {(year, city): (best, worst) for year, city, best, worst in found if year in fields} == {
        (year, city): bounds
        for year, edition in fields.items()
        for city, bounds in bounds_by_corners(edition, share).items()
    }
    outside = rows(
        connection,
        "select * from rank_robustness inner join rank_bounds"
        " using (ranking_id, edition, scenario_id, city_id)"
        " where best_drawn_rank < best_rank or worst_drawn_rank > worst_rank",
    )
    assert outside == []


def check_draws(connection: duckdb.DuckDBPyConnection, fields: dict[int, Edition]) -> None:
    """Every draw of the box gives the same ranks."""
    found = rows(
        connection,
        "select edition, draw, city_id, rank from main_intermediate.int_simulation_results"
        " inner join main_intermediate.int_simulations using (simulation_number)"
        " inner join main_intermediate.int_editions using (edition_key) where simulation_group = 'varied'",
    )
    ranks = {(year, draw, city): rank for year, draw, city, rank in found}
    for year, edition in fields.items():
        for draw in range(1, 41):
            weights = {
                node: weight * (1 + BOX_SHARE * (2 * random_number(f"s1|{draw}|{node}") - 1))
                for node, weight in edition.weights().items()
            }
            drawn = {city: float(edition.index(city, weights)) for city in edition.cities}
            for city, rank in edition.ranks(drawn).items():
                assert ranks[year, draw, city] == rank


def check_drivers(connection: duckdb.DuckDBPyConnection, differences: Differences) -> None:
    """Drivers add up to the changes exactly, and rounding explains next to nothing."""
    sums = rows(
        connection,
        "select drivers.ranking_id, drivers.edition, drivers.city_id, figure, sum(contribution),"
        " max(case when driver = 'rounding' then abs(contribution) else 0 end),"
        " any_value(now.index_value - before.index_value), any_value(now.tendency)"
        " from tendency_drivers as drivers"
        " inner join main_intermediate.int_ranked_cities as now using (edition_key, city_id)"
        " inner join main_intermediate.int_ranked_cities as before"
        " on now.previous_edition_key = before.edition_key and now.city_id = before.city_id"
        " group by all",
    )
    assert sums
    for *_, figure, total, rounding, index_change, tendency in sums:
        assert total == (index_change if figure == "index" else tendency)
        differences.add("small fields: rounding (index points)", float(rounding), 1e-10)


def check_levers(connection: duckdb.DuckDBPyConnection, fields: dict[int, Edition]) -> None:
    """Raised scores give the stated ranks; sets are as small as any that reaches the goal."""
    for year, city, indicator, maximum, at_median, median, at_maximum in rows(
        connection,
        "select edition, city_id, indicator_id, maximum_score, rank_at_median, median_score,"
        f" rank_at_maximum from what_if_scores where ranking_id = '{RANKING}'",
    ):
        if year not in fields:
            continue
        edition = fields[year]
        indices = edition.indices()
        score = edition.scores[city][indicator]
        for target, rank in ((median, at_median), (maximum, at_maximum)):
            raised = {**edition.scores[city], indicator: max(score, float(target))}
            value = float(edition.index(city, scores=raised))
            assert rank == edition.rank_of(city, value, indices)
    for year, edition in fields.items():
        for (city, indicator), steps in curves(connection, RANKING, year).items():
            check_curve(edition, city, indicator, steps)
    sizes: dict[tuple[int, str, int], int] = {
        (year, city, places): size
        for year, city, places, size in rows(
            connection,
            "select edition, city_id, ranks_to_gain, max(step) from target_scores"
            f" where ranking_id = '{RANKING}' and objective = 'fewest_indicators' group by all",
        )
    }
    for year, edition in fields.items():
        indices, ranks = edition.indices(), edition.ranks()
        best = {
            name: edition.tree[edition.tree[name].parent or ROOT].cap
            * 100
            * sum(
                edition.tree[n].weight for n in edition.children(edition.tree[name].parent or ROOT)
            )
            if node.is_project
            else 100.0
            for name, node in edition.tree.items()
            if node.is_indicator
        }
        for city, places in itertools.product(edition.cities, (1, 2)):
            if ranks[city] - places < 1:
                assert (year, city, places) not in sizes
                continue
            smallest = None
            for size in range(1, len(best) + 1):
                for chosen in itertools.combinations(best, size):
                    raised = {**edition.scores[city], **{name: best[name] for name in chosen}}
                    value = float(edition.index(city, scores=raised))
                    if edition.rank_of(city, value, indices) <= ranks[city] - places:
                        smallest = size
                        break
                if smallest:
                    break
            assert sizes.get((year, city, places)) == smallest


@HYPOTHESIS
@given(drawn=many(editions()))
def test_any_field(
    drawn: list[dict[int, Edition]], warehouse: SmallWarehouse, differences: Differences
) -> None:
    """Ranks, bounds, draws, drivers, levers and sets agree with trying everything."""
    with warehouse.build_each(drawn) as connections:
        for connection, fields in zip(connections, drawn, strict=True):
            check_ranks(connection, fields)
            check_bounds(connection, fields)
            check_draws(connection, fields)
            check_drivers(connection, differences)
            check_levers(connection, fields)


def mart_rows(connection: duckdb.DuckDBPyConnection, mart: str, condition: str) -> list[Any]:
    """Return the rows of a mart, in the order of all columns."""
    return rows(connection, f"select * from {mart} where {condition} order by all")


@HYPOTHESIS
@given(drawn=many(editions()), factor=st.sampled_from([0.5, 2.0, 4.0]))
def test_scaling_the_weights_of_siblings_changes_nothing(
    drawn: list[dict[int, Edition]], factor: float, warehouse: SmallWarehouse
) -> None:
    """Only the proportions of siblings' weights count (project points count per weight)."""
    scaled = [
        {
            year: replace(
                edition,
                tree={
                    name: replace(node, weight=node.weight * factor)
                    if node.parent == ROOT
                    else node
                    for name, node in edition.tree.items()
                },
            )
            for year, edition in fields.items()
        }
        for fields in drawn
    ]
    with warehouse.build_each([*drawn, *scaled], marts=MARTS_OF_CITIES) as connections:
        for plain, other in zip(connections[:FIELDS], connections[FIELDS:], strict=True):
            for mart in MARTS_OF_CITIES:
                found = mart_rows(plain, mart, "true")
                assert found
                assert found == mart_rows(other, mart, "true"), mart


@HYPOTHESIS
@given(drawn=many(editions()))
def test_a_dominated_city_moves_nobody(
    drawn: list[dict[int, Edition]], warehouse: SmallWarehouse
) -> None:
    """A city that scores less than all others everywhere is last, and no bound or draw changes."""
    better = [
        {
            year: replace(
                edition,
                scores={
                    city: {
                        name: score if edition.tree[name].is_project else max(score, 10.0)
                        for name, score in scores.items()
                    }
                    for city, scores in edition.scores.items()
                },
            )
            for year, edition in fields.items()
        }
        for fields in drawn
    ]
    dominated = [
        {
            year: replace(
                edition,
                scores={
                    **edition.scores,
                    "c9": {name: 0.0 for name, node in edition.tree.items() if node.is_indicator},
                },
            )
            for year, edition in fields.items()
        }
        for fields in better
    ]
    columns = {
        "rank_bounds": "edition, scenario_id, city_id, best_rank, worst_rank",
        "rank_distribution": "edition, scenario_id, city_id, rank, draws_at_rank",
    }
    marts = (*columns, "analysis_coverage")
    with warehouse.build_each([*better, *dominated], marts=marts) as connections:
        for plain, other in zip(connections[:FIELDS], connections[FIELDS:], strict=True):
            for mart, selected in columns.items():
                query = f"select {selected} from {mart} where city_id <> 'c9' order by all"
                assert rows(plain, query) == rows(other, query), mart
            counts = rows(
                other,
                "select best_rank = city_count and worst_rank = city_count from rank_bounds"
                " inner join analysis_coverage using (ranking_id, edition) where city_id = 'c9'",
            )
            assert {is_last for (is_last,) in counts} == {True}


@HYPOTHESIS
@given(drawn=many(editions()), order=st.permutations(["c1", "c2", "c3", "c4", "c5"]))
def test_names_of_cities_do_not_count(
    drawn: list[dict[int, Edition]], order: list[str], warehouse: SmallWarehouse
) -> None:
    """With other names the same figures come out under the other names."""
    names = dict(zip(["c1", "c2", "c3", "c4", "c5"], order, strict=True))
    renamed = [
        {
            year: replace(
                edition,
                scores={names[city]: scores for city, scores in edition.scores.items()},
            )
            for year, edition in fields.items()
        }
        for fields in drawn
    ]
    columns = {
        "rank_bounds": "edition, scenario_id, best_rank, worst_rank",
        "rank_distribution": "edition, scenario_id, rank, draws_at_rank",
        "tendency_drivers": "edition, figure, driver, node_id, contribution",
        "what_if_scores": "edition, indicator_id, rank_at_maximum, score_points_to_next_rank",
    }
    with warehouse.build_each([*drawn, *renamed], marts=columns) as connections:
        for plain, other in zip(connections[:FIELDS], connections[FIELDS:], strict=True):
            for mart, selected in columns.items():
                query = f"select city_id, {selected} from {mart}"
                expected = sorted(
                    ((names[city], *rest) for city, *rest in rows(plain, query)), key=str
                )
                assert expected
                assert sorted(rows(other, query), key=str) == expected, mart


FLAT = {ROOT: Node(None), "x": Node(ROOT, is_indicator=True), "y": Node(ROOT, is_indicator=True)}


def test_a_tie_is_shared(warehouse: SmallWarehouse) -> None:
    """Equal cities share every drawn rank, beat each other never, are one step from the next."""
    scores = {
        "c1": {"x": 50.0, "y": 50.0},
        "c2": {"x": 50.0, "y": 50.0},
        "c3": {"x": 90.0, "y": 90.0},
    }
    with warehouse.build({1: Edition(FLAT, scores)}) as connection:
        assert rows(
            connection,
            "select city_id, rank, mean_rank, share_at_rank, probability_beats_next_better,"
            " probability_beats_next_worse from rank_robustness"
            " where scenario_id = 'any' order by 1",
        ) == [
            ("c1", 2, 2, 1, 0, 0),
            ("c2", 2, 2, 1, 0, None),
            ("c3", 1, 1, 1, None, 1),
        ]
        assert rows(
            connection,
            "select city_id, best_rank, worst_rank from rank_bounds where scenario_id = 'any'"
            " order by 1",
        ) == [("c1", 2, 3), ("c2", 2, 3), ("c3", 1, 1)]
        assert rows(
            connection,
            "select distinct city_id, rank_to_reach, ranks_to_gain from target_scores order by 1",
        ) == [("c1", 1, 1), ("c2", 1, 1)]


def test_a_constant_indicator_moves_nobody(warehouse: SmallWarehouse) -> None:
    """It is nobody's strength, correlates with nothing, is flagged; no rank owes it anything."""
    scores = {f"c{k}": {"x": 20.0 * k, "y": 40.0} for k in range(1, 5)}
    with warehouse.build({1: Edition(FLAT, scores)}) as connection:
        assert rows(
            connection,
            "select standard_deviation, correlation_with_overall_index,"
            " correlation_with_rest_of_category, has_low_spread, share_of_index_variance"
            " from indicator_statistics where indicator_id = 'y'",
        ) == [(0, None, None, True, 0)]
        assert rows(
            connection,
            "select distinct assessment from strengths_and_weaknesses where indicator_id = 'y'",
        ) == [("neither",)]
        assert rows(
            connection,
            "select distinct ranks_gained_without from leave_one_indicator_out"
            " where indicator_id = 'y'",
        ) == [(0,)]


def test_a_missing_score_leaves_only_its_city_out(warehouse: SmallWarehouse) -> None:
    """Where a missing score leaves no index, its city has one row that says so, and no other."""
    scores = {"c1": {"x": 50.0, "y": 10.0}, "c2": {"x": 60.0}, "c3": {"x": 20.0, "y": 20.0}}
    with warehouse.build({1: Edition(FLAT, scores, missing_value_rule="no_index")}) as connection:
        assert rows(
            connection,
            "select city_id, status, rank, missing_score_count, lowest_index, highest_index,"
            " best_rank, worst_rank from city_coverage order by 1",
        ) == [
            ("c1", "analysed", 1, 0, 30, 30, 1, 2),
            ("c2", "index_missing", None, 1, 30, 80, 1, 1),
            ("c3", "analysed", 2, 0, 20, 20, 3, 3),
        ]
        for node, _ in warehouse.nodes:
            columns = node["columns"]
            if node["fqn"][1:3] == ["marts", "analysis"] and "city_id" in columns:
                found = rows(
                    connection, f"select distinct city_id from {node['name']} order by city_id"
                )
                known = [("c1",), ("c3",)]
                of_all = ("city_coverage", "strengths_and_weaknesses", "result_ranges")
                if node["name"] in of_all:
                    known.insert(1, ("c2",))
                assert set(found) <= set(known), node["name"]


def test_a_field_of_two_cities(warehouse: SmallWarehouse) -> None:
    """Everything is defined: correlations are 1 or -1, nobody is in the best quarter."""
    scores = {"c1": {"x": 80.0, "y": 20.0}, "c2": {"x": 10.0, "y": 60.0}}
    edition = Edition(FLAT, scores)
    with warehouse.build({1: edition}) as connection:
        assert rows(
            connection,
            "select indicator_id, correlation_with_rest_of_category,"
            " correlation_with_overall_index from indicator_statistics order by 1",
        ) == [("x", -1, 1), ("y", -1, -1)]
        assert rows(connection, "select distinct assessment from strengths_and_weaknesses") == [
            ("neither",)
        ]
        check_bounds(connection, {1: edition})
        peers = rows(
            connection, "select city_id, peer_city_id from peer_cities where scope = 'edition'"
        )
        assert sorted(peers) == [("c1", "c2"), ("c2", "c1")]


def test_a_single_city(warehouse: SmallWarehouse) -> None:
    """It is first in every draw and has no neighbour, no peer and no spread."""
    with warehouse.build({1: Edition(FLAT, {"c1": {"x": 80.0, "y": 20.0}})}) as connection:
        assert rows(
            connection,
            "select distinct rank, worst_drawn_rank, next_better_city_id, next_worse_city_id"
            " from rank_robustness",
        ) == [(1, 1, None, None)]
        assert rows(connection, "select * from peer_cities") == []
        assert rows(connection, "select distinct standard_deviation from indicator_statistics") == [
            (None,)
        ]
        assert rows(connection, "select distinct first_order_index from sensitivity") == [(None,)]


def test_a_geometric_mean(warehouse: SmallWarehouse) -> None:
    """Draws follow the geometric mean, and a zero makes it zero; what needs a sum has no rows."""
    tree = {**FLAT, ROOT: Node(None, aggregation="geometric")}
    scores = {
        "c1": {"x": 80.0, "y": 20.0},
        "c2": {"x": 45.0, "y": 45.0},
        "c3": {"x": 100.0, "y": 0.0},
    }
    edition = Edition(tree, scores)
    with warehouse.build({1: edition}) as connection:
        check_ranks(connection, {1: edition})
        check_draws(connection, {1: edition})
        assert rows(connection, "select is_additive from analysis_coverage") == [(False,)]
        assert rows(
            connection, "select distinct index_value from fct_index_results where city_id = 'c3'"
        ) == [(0,)]
        for mart in (
            "rank_bounds",
            "what_if_scores",
            "what_if_curves",
            "target_scores",
            "category_waterfall",
        ):
            assert rows(connection, f"select * from {mart}") == [], mart
        assert rows(
            connection,
            "select distinct effective_weight, share_of_index_variance from indicator_statistics",
        ) == [(None, None)]


def test_ranks_on_rounded_indices(warehouse: SmallWarehouse) -> None:
    """Where ranks are taken on whole numbers, bounds and levers follow them."""
    scores = {
        "c1": {"x": 50.0, "y": 50.9},
        "c2": {"x": 50.2, "y": 50.2},
        "c3": {"x": 20.0, "y": 30.0},
    }
    edition = Edition(FLAT, scores, rank_taken_on="rounded", index_digits=0)
    with warehouse.build({1: edition}) as connection:
        check_ranks(connection, {1: edition})
        check_bounds(connection, {1: edition})
        check_levers(connection, {1: edition})
        assert rows(
            connection,
            "select distinct index_points_needed from target_scores where city_id = 'c3'"
            " and ranks_to_gain = 1",
        ) == [(Decimal("24.5000000001"),)]


def test_no_mart_depends_on_the_number_of_editions(warehouse: SmallWarehouse) -> None:
    """An edition more leaves the rows of the others as they were, cities of both included."""
    scores = {
        "c1": {"x": 80.0, "y": 20.0},
        "c2": {"x": 10.0, "y": 60.0},
        "c3": {"x": 0.0, "y": 5.0},
    }
    edition = Edition(FLAT, scores)
    with warehouse.build({1: edition}) as one, warehouse.build({1: edition, 2: edition}) as two:
        for mart in ("rank_robustness", "rank_bounds", "indicator_statistics", "peer_cities"):
            assert mart_rows(one, mart, "true") == mart_rows(two, mart, "edition = 1"), mart


def test_recorded_marts(
    warehouse: SmallWarehouse,
    recorded_database: duckdb.DuckDBPyConnection,
    differences: Differences,
    subtests: pytest.Subtests,
) -> None:
    """The recorded fields agree with the reference, and every row of their marts is as recorded."""
    fields = recorded_fields()[RANKING]
    # test_missing_scores.py looks at gaps
    del fields[4]
    check_ranks(recorded_database, fields)
    check_bounds(recorded_database, fields, share=0.3)
    check_drivers(recorded_database, differences)
    check_levers(recorded_database, fields)
    recorded = {path.stem for path in RECORDED_MARTS.glob("*.csv")}
    assert recorded == set(warehouse.recorded_marts())
    for mart in sorted(recorded):
        with subtests.test(mart):
            file = RECORDED_MARTS / f"{mart}.csv"
            expected = file.read_text(encoding="utf-8").splitlines()
            assert mart_lines(recorded_database, mart) == expected


def test_no_two_recorded_columns_are_the_same(
    warehouse: SmallWarehouse, recorded_database: duckdb.DuckDBPyConnection
) -> None:
    """Two columns of one type differ in a recorded row, so that no mart mistakes them unseen."""
    equal = set()
    with duckdb.connect(str(warehouse.project.database), read_only=True) as built:
        for mart in set(warehouse.recorded_marts()) - {NOT_RECORDED}:
            types = dict(
                rows(
                    built,
                    "select column_name, data_type from information_schema.columns"
                    f" where table_schema = 'main' and table_name = '{mart}'",
                )
            )
            pairs = [
                (left, right)
                for left, right in itertools.combinations(types, 2)
                if types[left] == types[right]
            ]
            comparisons = [f"bool_or({left} is distinct from {right})" for left, right in pairs]
            (differs,) = rows(
                recorded_database,
                f"select {', '.join(comparisons)} from ({recorded_query(mart)})",
            )
            equal |= {
                (mart, *pair) for pair, differ in zip(pairs, differs, strict=True) if not differ
            }
    assert equal == ALWAYS_EQUAL


def test_corners_are_the_extremes() -> None:
    """The reference itself: random weights inside the box never go beyond its corners."""
    tree = {ROOT: Node(None), "a": Node(ROOT, 2.0), "x": Node("a", is_indicator=True)}
    tree |= {"y": Node("a", 3.0, is_indicator=True), "z": Node(ROOT, is_indicator=True)}
    edition = Edition(
        tree, {"c1": {"x": 80.0, "y": 20.0, "z": 45.0}, "c2": {"x": 30.0, "y": 50.0, "z": 44.0}}
    )
    generator = np.random.default_rng(1)
    weights = {
        node: weight * generator.uniform(1 - BOX_SHARE, 1 + BOX_SHARE, 2000)
        for node, weight in edition.weights().items()
    }
    gap = edition.index("c1", weights) - edition.index("c2", weights)
    bounds = bounds_by_corners(edition, BOX_SHARE)
    assert bounds["c1"][0] == (1 if gap.max() > 0 else 2)
    assert bounds["c1"][1] == (2 if gap.min() < 0 else 1)
