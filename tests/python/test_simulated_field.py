"""Tests of the simulated field: its generator, its published anchors and its anonymity.

The indices are computed here from the CSV files alone, with exact fractions, without the code of
the generator.
"""

from __future__ import annotations

import csv
import math
import os
import re
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from tests.python.conftest import CATEGORIES

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SEEDS = PROJECT_ROOT / "seeds"
SIMULATED = SEEDS / "simulated"
GENERATOR = SIMULATED / "simulate_field.py"
FILES = (
    "simulated_cities.csv",
    "simulated_ranking_members.csv",
    "simulated_indicator_scores.csv",
)
REAL_CITY = "duesseldorf"
EDITIONS = ("2024", "2025")

Indices = dict[str, dict[str, dict[str, Fraction]]]  # edition -> category -> city -> index


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file by column name."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def half_up(value: Fraction, digits: int = 1) -> Fraction:
    """Return a value that is not negative, rounded half up."""
    return Fraction(math.floor(value * 10**digits + Fraction(1, 2)), 10**digits)


def published_rows(edition: str) -> list[dict[str, str]]:
    """Return the published results of an edition of the real ranking."""
    rows = read_rows(SEEDS / "results" / "published_results.csv")
    return [r for r in rows if (r["ranking_id"], r["edition"]) == ("smart_city_index", edition)]


def own_row(category: str) -> dict[str, str]:
    """Return the published row of Düsseldorf 2025 in a category."""
    (row,) = [
        r
        for r in published_rows("2025")
        if r["city_id"] == REAL_CITY and r["category_id"] == category
    ]
    return row


def rank(indices: Indices, edition: str, category: str, city: str = REAL_CITY) -> int:
    """Return one more than the number of cities with a higher index."""
    by_city = indices[edition][category]
    return 1 + sum(value > by_city[city] for value in by_city.values())


@pytest.fixture(scope="module")
def indicators() -> dict[str, list[dict[str, str]]]:
    """Return the indicators of the methodology by category, page order."""
    nodes = [
        row
        for row in read_rows(SEEDS / "methodology" / "framework.csv")
        if row["methodology_id"] == "sci_2025" and row["node_type"] == "indicator"
    ]
    nodes.sort(key=lambda row: int(row["sort_order"]))
    return {name: [n for n in nodes if n["parent_node_id"] == name] for name in CATEGORIES}


@pytest.fixture(scope="module")
def score_rows() -> list[dict[str, str]]:
    """Return the simulated score rows."""
    return read_rows(SIMULATED / "simulated_indicator_scores.csv")


@pytest.fixture(scope="module")
def indices(
    score_rows: list[dict[str, str]], indicators: dict[str, list[dict[str, str]]]
) -> Indices:
    """Return the exact indices of both editions, overall included."""
    scores: dict[tuple[str, str, str], Fraction] = {
        (row["edition"], row["city_id"], row["indicator_id"]): Fraction(row["raw_value"])
        for row in score_rows
    }
    for row in read_rows(SEEDS / "results" / "indicator_scores.csv"):
        if (row["edition"], row["city_id"]) == ("2025", REAL_CITY):
            scores["2025", REAL_CITY, row["indicator_id"]] = Fraction(row["raw_value"])
    result: Indices = {}
    for edition in EDITIONS:
        cities = sorted({city for year, city, _ in scores if year == edition})
        by_category: dict[str, dict[str, Fraction]] = {}
        for name, nodes in indicators.items():
            regular = sum(node["role"] == "regular" for node in nodes)
            by_category[name] = {
                city: sum((scores[edition, city, node["node_id"]] for node in nodes), Fraction())
                / (Fraction(21, 20) * regular)
                for city in cities
            }
        if edition == "2025":
            carried = Fraction(own_row("it_communication")["published_index"])
            by_category["it_communication"][REAL_CITY] = carried
        by_category["overall"] = {
            city: sum((by_category[name][city] for name in CATEGORIES), Fraction()) / 5
            for city in cities
        }
        result[edition] = by_category
    return result


def test_generator_reproduces_the_committed_files(tmp_path: Path) -> None:
    """A run elsewhere, with another hash seed, gives the same bytes."""
    subprocess.run(
        [sys.executable, str(GENERATOR), "--output-dir", str(tmp_path)],
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        stdout=subprocess.DEVNULL,
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (SIMULATED / name).read_bytes(), name


def test_files_are_utf8_with_lf() -> None:
    """No carriage return, and one line end at the end."""
    for name in FILES:
        text = (SIMULATED / name).read_bytes().decode("utf-8")
        assert "\r" not in text, name
        assert re.search(r"[^\n]\n\Z", text), name


def test_grid_is_complete_and_sorted(
    score_rows: list[dict[str, str]], indicators: dict[str, list[dict[str, str]]]
) -> None:
    """One row per member and indicator, in page order; Düsseldorf 2025 is not written."""
    items = [node["node_id"] for name in CATEGORIES for node in indicators[name]]
    assert len(items) == 37
    expected = []
    for member in read_rows(SIMULATED / "simulated_ranking_members.csv"):
        for edition in EDITIONS:
            if edition >= member["first_edition"] and (edition, member["city_id"]) != (
                "2025",
                REAL_CITY,
            ):
                expected.append((edition, member["city_id"]))
    found = [(row["edition"], row["city_id"], row["indicator_id"]) for row in score_rows]
    assert found == [(*key, item) for key in sorted(expected) for item in items]
    assert {row["is_not_applicable"] for row in score_rows} == {"false"}


def test_scores_are_possible(
    score_rows: list[dict[str, str]], indicators: dict[str, list[dict[str, str]]]
) -> None:
    """Scores have one decimal place and stay on their scales; project points are in fives."""
    caps = {}
    for nodes in indicators.values():
        regular = sum(node["role"] == "regular" for node in nodes)
        for node in nodes:
            caps[node["node_id"]] = 100 if node["role"] == "regular" else 5 * regular
    for row in score_rows:
        assert re.fullmatch(r"\d{1,3}\.\d", row["raw_value"]), row
        value = Fraction(row["raw_value"])
        assert 0 <= value <= caps[row["indicator_id"]], row
        if caps[row["indicator_id"]] < 100:
            assert value % 5 == 0, row


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_indicator_has_a_best_city(
    edition: str, score_rows: list[dict[str, str]], indicators: dict[str, list[dict[str, str]]]
) -> None:
    """The yardstick of an edition is the best city: somebody has 100 in every indicator."""
    best = {
        row["indicator_id"]
        for row in score_rows
        if row["edition"] == edition and row["raw_value"] == "100.0"
    }
    regular = {n["node_id"] for ns in indicators.values() for n in ns if n["role"] == "regular"}
    assert best == regular


@pytest.mark.parametrize("category", ["overall", *CATEGORIES])
def test_duesseldorf_has_its_published_row(category: str, indices: Indices) -> None:
    """Rank, tendency and printed index of 2025 come out."""
    row = own_row(category)
    now = rank(indices, "2025", category)
    assert now == int(row["published_rank"])
    assert rank(indices, "2024", category) - now == int(row["published_tendency"])
    assert half_up(indices["2025"][category][REAL_CITY]) == Fraction(row["published_index"])


def test_duesseldorf_has_its_published_places_of_2024(indices: Indices) -> None:
    """What was published for 2024 comes out as well."""
    own = [row for row in published_rows("2024") if row["city_id"] == REAL_CITY]
    assert own
    for row in own:
        if row["published_rank"]:
            assert rank(indices, "2024", row["category_id"]) == int(row["published_rank"]), row
        if row["published_index"]:
            found = half_up(indices["2024"][row["category_id"]][REAL_CITY])
            assert found == Fraction(row["published_index"]), row


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_published_pair_of_rank_and_index_comes_out(edition: str, indices: Indices) -> None:
    """The index at each published place, overall and per category, prints as published."""
    pairs = [
        (row["category_id"], int(row["published_rank"]), row["published_index"])
        for row in published_rows(edition)
        if row["published_rank"] and row["published_index"]
    ]
    statistics = [
        row
        for row in read_rows(SEEDS / "results" / "published_edition_statistics.csv")
        if (row["ranking_id"], row["edition"]) == ("smart_city_index", edition)
    ]
    pairs += [
        (row["category_id"], int(row["rank"]), row["published_value"])
        for row in statistics
        if row["statistic"] == "index_at_rank"
    ]
    assert len(pairs) > 10
    for category, place, printed in pairs:
        ordered = sorted(indices[edition][category].values(), reverse=True)
        assert half_up(ordered[place - 1]) == Fraction(printed), (category, place)
    (mean,) = [row["published_value"] for row in statistics if row["statistic"] == "mean"]
    overall = list(indices[edition]["overall"].values())
    assert half_up(sum(overall, Fraction()) / len(overall)) == Fraction(mean)


@pytest.mark.parametrize("edition", EDITIONS)
def test_no_two_cities_tie(edition: str, indices: Indices) -> None:
    """Neighbours differ by at least a millionth of a point."""
    for category, by_city in indices[edition].items():
        ordered = sorted(by_city.values())
        gap = min(above - below for below, above in pairwise(ordered))
        assert gap >= Fraction(1, 10**6), category


def test_counts_and_the_new_city(indices: Indices) -> None:
    """82 cities in 2024, 83 in 2025; one city is new."""
    members = read_rows(SIMULATED / "simulated_ranking_members.csv")
    cities = read_rows(SIMULATED / "simulated_cities.csv")
    simulated = [f"simulated_{number:02d}" for number in range(1, 83)]
    assert [row["city_id"] for row in cities] == simulated
    assert [row["city_id"] for row in members] == [REAL_CITY, *simulated]
    assert Counter(row["first_edition"] for row in members) == {"2024": 82, "2025": 1}
    assert {row["last_edition"] for row in members} == {""}
    assert {row["ranking_id"] for row in members} == {"simulated_field"}
    before, now = (set(indices[edition]["overall"]) for edition in EDITIONS)
    assert (len(before), len(now)) == (82, 83)
    assert [row["city_id"] for row in members if row["first_edition"] == "2025"] == list(
        now - before
    )


def test_simulated_cities_are_plausible() -> None:
    """Sizes are skewed like those of large cities; states are uneven; nothing is located."""
    cities = read_rows(SIMULATED / "simulated_cities.csv")
    sizes = sorted(int(row["population"]) for row in cities)
    assert sizes[0] >= 100_000
    assert sizes[-1] <= 1_500_000
    assert 36 <= sum(size < 180_000 for size in sizes) <= 46
    assert 11 <= sum(size >= 500_000 for size in sizes) <= 15
    states = Counter(row["state_code"] for row in cities)
    assert 1 <= sum(count == 1 for count in states.values()) <= 2
    assert max(states.values()) >= 15
    assert {row["latitude"] + row["longitude"] for row in cities} == {""}


@pytest.mark.parametrize("name", FILES)
def test_no_real_place_occurs(name: str) -> None:
    """No id or name of a real city or state but the id of Düsseldorf; every row says simulated."""
    text = (SIMULATED / name).read_text(encoding="utf-8")
    real = read_rows(SEEDS / "reference" / "cities.csv")
    words = {row[column] for row in real for column in ("city_id", "city_name", "state_name")}
    words.discard(REAL_CITY)
    pattern = "|".join(re.escape(word) for word in sorted(words))
    assert re.findall(rf"(?<![\w-])(?:{pattern})(?![\w-])", text) == []
    rows = read_rows(SIMULATED / name)
    # The name that the generator had first.
    assert {row["source"] for row in rows} == {"simulated: scripts/simulate_field.py"}
    ids = {row["city_id"] for row in rows}
    assert all(re.fullmatch(r"simulated_\d\d", city) for city in ids - {REAL_CITY})
