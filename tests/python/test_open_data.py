"""The open data index recomputed from its CSV files in exact fractions, row by row."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from tests.python.conftest import BuiltProject, Differences, read_seed
from tests.python.exact_index import ExactEdition, Row

RANKING = "open_data_index"
CITY_COUNT = 83
# Quotients are rounded to 12 digits, and an index passes two levels.
LIMIT = 2e-12


def values_of(edition: int) -> list[Row]:
    """Return the rows of the values of an edition."""
    rows = read_seed("open_data/open_data_values.csv")
    return [row for row in rows if row["edition"] == str(edition)]


def is_left_out(row: Row) -> bool:
    """Return whether a value is that of a district, which no methodology of the ranking scores."""
    return row["geographic_level"] == "district"


@pytest.fixture(scope="module")
def editions() -> dict[int, ExactEdition]:
    """Return both editions, computed from the CSV files."""
    settings = {row["methodology_id"]: row for row in read_seed("methodology/methodologies.csv")}
    result = {}
    for row in read_seed("methodology/editions.csv"):
        if row["ranking_id"] != RANKING:
            continue
        methodology, year = row["methodology_id"], int(row["edition"])
        assert settings[methodology]["coarser_value_rule"] == "leave_out"
        edition = ExactEdition(
            tree={
                node["node_id"]: node
                for node in read_seed("methodology/framework.csv")
                if node["methodology_id"] == methodology
            },
            settings=settings[methodology],
            cities=sorted(
                member["city_id"]
                for member in read_seed("methodology/ranking_members.csv")
                if member["ranking_id"] == RANKING and int(member["first_edition"]) <= year
            ),
        )
        raw_values: dict[str, dict[str, Fraction]] = defaultdict(dict)
        for value in values_of(year):
            if not is_left_out(value):
                raw_values[value["indicator_id"]][value["city_id"]] = Fraction(value["raw_value"])
        edition.compute(raw_values)
        result[year] = edition
    return result


def mart_rows(project: BuiltProject, mart: str, columns: str) -> list[tuple[Any, ...]]:
    """Return columns of the ranking's rows of a mart."""
    with duckdb.connect(str(project.database), read_only=True) as connection:
        return connection.execute(
            f"select {columns} from {mart} where ranking_id = ?", [RANKING]
        ).fetchall()


def previous_ranks(editions: dict[int, ExactEdition], year: int, node: str) -> dict[str, int]:
    """Return the ranks of the edition before, by city; none if it has no such node."""
    return editions[2024].ranks.get(node, {}) if year == 2026 else {}


def test_every_index_rank_and_tendency_is_computed(
    built_project: BuiltProject, editions: dict[int, ExactEdition], differences: Differences
) -> None:
    """Index, rank and tendency of every city and category equal those in exact fractions."""
    rows = mart_rows(
        built_project,
        "fct_index_results",
        "edition, category_id, city_id, index_value, rank, tendency, index_source, rank_source,"
        " is_simulated, is_simulated_ranking, is_method_changed",
    )
    for year, category, city, index, rank, tendency, *flags in rows:
        expected = editions[year].indices[category][city]
        assert expected is not None
        difference = float(abs(Fraction(index) - expected))
        differences.add("open data: index, points", difference, LIMIT)
        assert rank == editions[year].ranks[category][city], (year, category, city)
        previous = previous_ranks(editions, year, category).get(city)
        assert tendency == (None if previous is None else previous - rank), (year, category, city)
        assert flags[:4] == ["computed", "computed", False, False]
        assert flags[4] is (True if year == 2026 else None)
    # overall and four categories
    assert len(rows) == 2 * 5 * CITY_COUNT
    assert sum(row[5] is not None for row in rows) == 5 * CITY_COUNT


def test_every_score_is_computed(
    built_project: BuiltProject, editions: dict[int, ExactEdition], differences: Differences
) -> None:
    """Score, rank and tendency within each indicator equal those in exact fractions."""
    rows = mart_rows(
        built_project,
        "fct_indicator_scores",
        "edition, indicator_id, city_id, status, score, rank, tendency",
    )
    for year, indicator, city, status, score, rank, tendency in rows:
        expected = editions[year].scores[indicator].get(city)
        assert (status == "scored") == (expected is not None)
        if expected is not None:
            difference = float(abs(Fraction(score) - expected))
            differences.add("open data: score, points", difference, LIMIT)
        assert rank == editions[year].ranks[indicator].get(city), (year, indicator, city)
        previous = previous_ranks(editions, year, indicator).get(city)
        has_both = previous is not None and rank is not None
        assert tendency == (previous - rank if has_both else None), (year, indicator, city)
    assert len(rows) == (20 + 21) * CITY_COUNT


def test_every_value_stands_as_its_source_states_it(built_project: BuiltProject) -> None:
    """Value, time, level and source of the CSV file are those of the mart, left out or not."""
    rows = mart_rows(
        built_project,
        "fct_indicator_scores",
        "edition, city_id, indicator_id, raw_value, status, reference_period, geographic_level,"
        " source",
    )
    expected = {
        (
            year,
            row["city_id"],
            row["indicator_id"],
            Fraction(row["raw_value"]),
            "coarser_level" if is_left_out(row) else "scored",
            row["reference_period"] or None,
            row["geographic_level"],
            row["source"],
        )
        for year in (2024, 2026)
        for row in values_of(year)
    }
    assert {(*row[:3], Fraction(row[3]), *row[4:]) for row in rows} == expected
    assert any(row[4] == "coarser_level" for row in rows)


def test_nothing_is_one_figure_twice(editions: dict[int, ExactEdition]) -> None:
    """No two indicators of an edition correlate by more than 0.92, as analysis_settings has it."""
    settings = {row["setting_id"]: row for row in read_seed("methodology/analysis_settings.csv")}
    limit = float(settings["high_correlation"]["setting_value"])
    for year in editions:
        values: dict[str, dict[str, float]] = defaultdict(dict)
        for row in values_of(year):
            if not is_left_out(row):
                values[row["indicator_id"]][row["city_id"]] = float(row["raw_value"])
        names = sorted(values)
        pairs = [(a, b) for a in names for b in names if a < b]
        assert len(pairs) >= 190
        for a, b in pairs:
            shared = sorted(values[a].keys() & values[b].keys())
            correlation = pearson(
                [values[a][city] for city in shared], [values[b][city] for city in shared]
            )
            assert abs(correlation) <= limit, (year, a, b, correlation)


def pearson(first: list[float], second: list[float]) -> float:
    """Return Pearson's correlation of two lists."""
    mean_1, mean_2 = sum(first) / len(first), sum(second) / len(second)
    covariance = sum((x - mean_1) * (y - mean_2) for x, y in zip(first, second, strict=True))
    variance_1 = sum((x - mean_1) ** 2 for x in first)
    variance_2 = sum((y - mean_2) ** 2 for y in second)
    return covariance / float(variance_1 * variance_2) ** 0.5
