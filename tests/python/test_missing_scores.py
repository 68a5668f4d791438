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

from tests.python.conftest import BuiltProject, Differences
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
from tests.python.test_small_fields import BOX_SHARE, HYPOTHESIS, check_drivers, editions, rows

RULES = ("renormalise", "zero", "no_index")
DRAWS = 40
CITIES = 83
CATEGORY_SIZES = {"a": 4, "b": 6, "c": 4, "d": 5, "e": 6}
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
# "none": the scores as they are
GAPS = ("none", "1", "10", "200", "a category")

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
                    weight
                    * (1 + BOX_SHARE * (2 * random_number(f"s1|{draw}|{node}") - 1))
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
    expected = {}
    for year, edition in fields.items():
        for indicator in edition.indicators():
            values = {
                city: edition.index(city, left_out=indicator)
                for city in edition.indices()
            }
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
            assert abs(float(lowest) - own[0]) < 2e-8, (year, city, lowest, own, edition.scores[city])
            assert abs(float(highest) - own[1]) < 2e-8, (year, city, highest, own, edition.scores[city])
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
    for year, city, name, score, maximum, rank, gain in found:
        edition = fields[year]
        indices = edition.indices()
        raised = {**edition.scores[city], name: max(float(maximum), edition.scores[city][name])}
        value = float(edition.index(city, scores=raised))
        assert float(score) == min(edition.scores[city][name], float(maximum))
        assert abs(value - indices[city] - float(gain)) < 1e-9
        assert rank == edition.rank_of(city, value, indices)
    for year, city, name in expected - found_keys:
        # a score in a category that has no index moves nothing
        edition = fields[year]
        raised = {**edition.scores[city], name: edition.scores[city][name] + 1}
        moved = float(edition.index(city, scores=raised)) - edition.indices()[city]
        assert abs(moved) < 1e-12, (year, city, name)


@HYPOTHESIS
@given(fields=fields_with_gaps())
def test_any_gaps(
    fields: Fields, warehouse: SmallWarehouse, differences: Differences
) -> None:
    """Whatever is missing, whatever the rule: all marts agree with trying everything."""
    with warehouse.build(fields) as connection:
        check_ranks(connection, fields)
        complete = analysed(fields)
        check_draws(connection, complete)
        check_left_out(connection, complete)
        check_bounds(connection, complete)
        check_possible_indices(connection, complete)
        check_what_ifs(connection, complete)
        if rows(connection, "select * from tendency_drivers"):
            check_drivers(connection, differences)
