"""Independent recomputation of all indices, ranks and tendencies with exact fractions."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import duckdb

from tests.python.conftest import BuiltProject, read_seed

Key = tuple[str, int, str, str]

PRECISION = Fraction(1, 10**10)


def scores_by_city() -> dict[tuple[str, int, str], dict[str, Fraction]]:
    """Return the scores of every ranking, edition and city by indicator."""
    scores: dict[tuple[str, int, str], dict[str, Fraction]] = defaultdict(dict)
    for seed in ("results/indicator_scores.csv", "simulated/simulated_indicator_scores.csv"):
        for row in read_seed(seed):
            key = (row["ranking_id"], int(row["edition"]), row["city_id"])
            scores[key][row["indicator_id"]] = Fraction(row["raw_value"])
    scores["simulated_field", 2025, "duesseldorf"] = scores["smart_city_index", 2025, "duesseldorf"]
    return scores


def expected_indices() -> dict[Key, Fraction]:
    """Return every computed index, unrounded, before any published one is carried on."""
    methodology_of = {
        (row["ranking_id"], int(row["edition"])): row["methodology_id"]
        for row in read_seed("methodology/editions.csv")
    }
    indicators: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in read_seed("methodology/framework.csv"):
        if row["node_type"] == "indicator":
            indicators[row["methodology_id"]].append(row)
    indices = {}
    for (ranking, edition, city), scores in scores_by_city().items():
        tree = indicators[methodology_of[ranking, edition]]
        for category in sorted({row["parent_node_id"] for row in tree}):
            rows = [row for row in tree if row["parent_node_id"] == category]
            regular_count = sum(row["role"] == "regular" for row in rows)
            total = sum((scores[row["node_id"]] for row in rows), Fraction())
            indices[ranking, edition, city, category] = 100 * total / (105 * regular_count)
    return indices


def mart_rows(project: BuiltProject, columns: str) -> list[tuple[Any, ...]]:
    """Return columns of all rows of fct_index_results."""
    with duckdb.connect(str(project.database), read_only=True) as connection:
        return connection.execute(f"select {columns} from fct_index_results").fetchall()


def test_category_indices_equal_exact_fractions(built_project: BuiltProject) -> None:
    """Every computed category index equals the published formula in exact arithmetic."""
    expected = expected_indices()
    computed = {
        row[:4]: Fraction(row[4])
        for row in mart_rows(
            built_project, "ranking_id, edition, city_id, category_id, computed_index"
        )
        # the open data index has formulas of its own: test_open_data.py
        if row[4] is not None and row[3] != "overall" and row[0] != "open_data_index"
    }
    assert computed.keys() == expected.keys()
    assert len(computed) > 800
    assert all(abs(computed[key] - expected[key]) < PRECISION for key in expected)


def test_overall_ranks_and_tendencies_of_the_simulated_field(built_project: BuiltProject) -> None:
    """Overall indices, ranks and tendencies follow from the categories by exact arithmetic."""
    values = {
        (edition, city, category): value
        for (ranking, edition, city, category), value in expected_indices().items()
        if ranking == "simulated_field"
    }
    values[2025, "duesseldorf", "it_communication"] = Fraction("74.2")
    for edition, city in {key[:2] for key in values}:
        categories = [value for key, value in values.items() if key[:2] == (edition, city)]
        assert len(categories) == 5
    sums: dict[tuple[int, str], Fraction] = defaultdict(Fraction)
    for (edition, city, _), value in list(values.items()):
        sums[edition, city] += value / 5
    values |= {(edition, city, "overall"): value for (edition, city), value in sums.items()}
    ranks = {
        key: 1
        + sum(
            other > value
            for other_key, other in values.items()
            if other_key[0] == key[0] and other_key[2] == key[2]
        )
        for key, value in values.items()
    }
    rows = [
        row[1:]
        for row in mart_rows(
            built_project, "ranking_id, edition, city_id, category_id, rank, tendency"
        )
        if row[0] == "simulated_field"
    ]
    assert {row[:3]: row[3] for row in rows} == ranks
    for edition, city, category, rank, tendency in rows:
        previous_rank = ranks.get((edition - 1, city, category))
        assert tendency == (None if previous_rank is None else previous_rank - rank)
