"""The computed indices of the Smart City Index, recomputed with exact fractions."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import duckdb

from tests.python.conftest import BuiltProject, read_seed

Key = tuple[str, int, str, str]

PRECISION = Fraction(1, 10**10)


def scores_by_city() -> dict[tuple[str, int, str], dict[str, Fraction]]:
    """Return the scores of every edition and city by indicator."""
    scores: dict[tuple[str, int, str], dict[str, Fraction]] = defaultdict(dict)
    for row in read_seed("results/indicator_scores.csv"):
        if row["ranking_id"] == "smart_city_index":
            key = (row["ranking_id"], int(row["edition"]), row["city_id"])
            scores[key][row["indicator_id"]] = Fraction(row["raw_value"])
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
        if row[0] == "smart_city_index" and row[4] is not None and row[3] != "overall"
    }
    assert computed.keys() == expected.keys()
    assert len(computed) == 5 * 5
    assert all(abs(computed[key] - expected[key]) < PRECISION for key in expected)
