"""Tests of examples/simulated_field: its published rows, its anonymity, and that the page comes out.

The indices are computed here from the CSV files alone, with exact fractions. What the published page
of Düsseldorf says must come out, here and in the marts.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from tests.python.conftest import CATEGORIES, PROJECT_ROOT, SIMULATED_FIELD, BuiltProject
from tests.python.test_published_warehouse import (
    DUESSELDORF_2024_PLACES,
    DUESSELDORF_2025,
    page_lines,
    printed_page,
    query,
)

SEEDS = PROJECT_ROOT / "seeds"
FIELD = SIMULATED_FIELD / "field"
FILES = ("cities.csv", "ranking_members.csv", "indicator_scores.csv")
REAL_CITY = "duesseldorf"
EDITIONS = ("2024", "2025")
REAL_RANKING = "smart_city_index"
RANKING = "simulated_field"

Row = dict[str, str]
Indices = dict[str, dict[str, dict[str, Fraction]]]  # edition -> category -> city -> index


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a CSV file by column name."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def half_up(value: Fraction, digits: int = 1) -> Fraction:
    """Return a value that is not negative, rounded half up."""
    return Fraction(math.floor(value * 10**digits + Fraction(1, 2)), 10**digits)


def published_rows(edition: str) -> list[Row]:
    """Return the published results of an edition of the real ranking."""
    rows = read_rows(SEEDS / "results" / "published_results.csv")
    return [r for r in rows if (r["ranking_id"], r["edition"]) == ("smart_city_index", edition)]


def own_row(category: str) -> Row:
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
def indicators() -> dict[str, list[Row]]:
    """Return the indicators of the methodology by category, page order."""
    nodes = [
        row
        for row in read_rows(SEEDS / "methodology" / "framework.csv")
        if row["methodology_id"] == "sci_2025" and row["node_type"] == "indicator"
    ]
    nodes.sort(key=lambda row: int(row["sort_order"]))
    return {name: [n for n in nodes if n["parent_node_id"] == name] for name in CATEGORIES}


@pytest.fixture(scope="module")
def score_rows() -> list[Row]:
    """Return the score rows, the published ones of Düsseldorf among them."""
    return read_rows(FIELD / "indicator_scores.csv")


@pytest.fixture(scope="module")
def indices(score_rows: list[Row], indicators: dict[str, list[Row]]) -> Indices:
    """Return the exact indices of both editions, overall included."""
    scores: dict[tuple[str, str, str], Fraction] = {
        (row["edition"], row["city_id"], row["indicator_id"]): Fraction(row["raw_value"])
        for row in score_rows
    }
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


def is_of_the_page(row: Row) -> bool:
    """Return whether a row is about the real city."""
    return row["city_id"] == REAL_CITY


# What is copied from the seeds: the rows of the real ranking, in both years, or those that a condition
# selects.
COPIED: dict[str, Callable[[Row], bool]] = {
    "methodology/methodologies.csv": lambda row: row["methodology_id"] == "sci_2025",
    "methodology/framework.csv": lambda row: row["methodology_id"] == "sci_2025",
    "reference/best_practices.csv": is_of_the_page,
    "reference/city_facts.csv": is_of_the_page,
    "reference/size_classes.csv": lambda _: True,
    "results/known_contradictions.csv": is_of_the_page,
    "results/published_edition_statistics.csv": lambda _: True,
    "results/published_results.csv": is_of_the_page,
}


def of_the_simulated_ranking(rows: list[Row], like: Row) -> list[Row]:
    """Return the rows of the real ranking in the years of the field, as rows of the simulated one.

    Args:
        rows: rows of a seed.
        like: a row with the columns to return; those left out must be empty.
    """
    found = [
        {**row, **({"ranking_id": RANKING} if "ranking_id" in row else {})}
        for row in rows
        if row.get("ranking_id", REAL_RANKING) == REAL_RANKING
        and row.get("edition", EDITIONS[0]) in EDITIONS
    ]
    assert not any(row[column] for row in found for column in row.keys() - like.keys())
    return [{column: row[column] for column in row if column in like} for row in found]


@pytest.mark.parametrize("name", COPIED)
def test_published_rows_are_those_of_the_seeds(name: str) -> None:
    """What is published stands here as it stands in the seeds, with its source."""
    copied = read_rows(SIMULATED_FIELD / Path(name).name)
    assert copied == of_the_simulated_ranking(
        [row for row in read_rows(SEEDS / name) if COPIED[name](row)], copied[0]
    )


def test_scores_of_duesseldorf_are_those_of_the_seeds(score_rows: list[Row]) -> None:
    """Its 37 scores of 2025 are the published ones; no other row says that it is real."""
    seed = read_rows(SEEDS / "results" / "indicator_scores.csv")
    published = of_the_simulated_ranking(list(filter(is_of_the_page, seed)), score_rows[0])
    assert len(published) == 37
    real = [row for row in score_rows if row["is_simulated"] != "true"]
    assert real == [{**row, "is_simulated": "false"} for row in published]
    (city,) = [r for r in read_rows(SEEDS / "reference" / "cities.csv") if is_of_the_page(r)]
    cities = read_rows(FIELD / "cities.csv")
    assert [r for r in cities if r["is_simulated"] != "true"] == [{**city, "is_simulated": "false"}]


def test_every_simulated_row_says_so(score_rows: list[Row]) -> None:
    """The source of what is simulated says it too, and the ranking is marked."""
    rows = [*score_rows, *read_rows(FIELD / "cities.csv")]
    assert all(
        (row["source"] == "simulated for this example") == (row["is_simulated"] == "true")
        for row in rows
    )
    (ranking,) = read_rows(SIMULATED_FIELD / "rankings.csv")
    assert (ranking["ranking_id"], ranking["is_simulated_ranking"]) == (RANKING, "true")


def test_files_are_utf8_with_lf() -> None:
    """No carriage return, and one line end at the end."""
    for name in FILES:
        text = (FIELD / name).read_bytes().decode("utf-8")
        assert "\r" not in text, name
        assert re.search(r"[^\n]\n\Z", text), name


def test_grid_is_complete_and_sorted(
    score_rows: list[Row], indicators: dict[str, list[Row]]
) -> None:
    """One row per member and indicator, in page order."""
    items = [node["node_id"] for name in CATEGORIES for node in indicators[name]]
    assert len(items) == 37
    expected = []
    for member in read_rows(FIELD / "ranking_members.csv"):
        for edition in EDITIONS:
            if edition >= member["first_edition"]:
                expected.append((edition, member["city_id"]))
    found = [(row["edition"], row["city_id"], row["indicator_id"]) for row in score_rows]
    assert found == [(*key, item) for key in sorted(expected) for item in items]
    assert {row["is_not_applicable"] for row in score_rows} == {"false"}


def test_scores_are_possible(score_rows: list[Row], indicators: dict[str, list[Row]]) -> None:
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
    edition: str, score_rows: list[Row], indicators: dict[str, list[Row]]
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
    members = read_rows(FIELD / "ranking_members.csv")
    cities = read_rows(FIELD / "cities.csv")
    simulated = [f"simulated_{number:02d}" for number in range(1, 83)]
    assert [row["city_id"] for row in cities] == [REAL_CITY, *simulated]
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
    cities = [r for r in read_rows(FIELD / "cities.csv") if r["is_simulated"] == "true"]
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
    """No id or name of a real city or state but Düsseldorf's; every other id says simulated."""
    simulated = [row for row in read_rows(FIELD / name) if row["is_simulated"] == "true"]
    text = "\n".join(",".join(row.values()) for row in simulated)
    real = read_rows(SEEDS / "reference" / "cities.csv")
    words = {row[column] for row in real for column in ("city_id", "city_name", "state_name")}
    words.discard(REAL_CITY)
    pattern = "|".join(re.escape(word) for word in sorted(words))
    assert re.findall(rf"(?<![\w-])(?:{pattern})(?![\w-])", text) == []
    ids = {row["city_id"] for row in simulated}
    assert all(re.fullmatch(r"simulated_\d\d", city) for city in ids - {REAL_CITY})


def test_the_page_comes_out_of_the_marts(simulated_field: BuiltProject) -> None:
    """All six ranks and tendencies come out computed, all six indices equal the page."""
    rows = query(
        simulated_field,
        "select category_id, rank, tendency, index_displayed, index_source, rank_source,"
        " tendency_source, is_simulated, is_simulated_ranking"
        " from fct_index_results where edition = 2025 and city_id = 'duesseldorf'",
    )
    assert {row[0]: row[1:] for row in rows} == {
        category: (*figures, "computed", "computed", False, True)
        for category, figures in DUESSELDORF_2025.items()
    }
    places = query(
        simulated_field,
        "select category_id, rank, is_simulated from fct_index_results"
        " where edition = 2024 and city_id = 'duesseldorf'",
    )
    assert {row[0]: row[1:] for row in places} == {
        category: (place, True) for category, place in DUESSELDORF_2024_PLACES.items()
    }


def test_the_profile_is_the_printed_page(simulated_field: BuiltProject) -> None:
    """Every line of the page, in its order, as the real ranking prints it."""
    assert page_lines(simulated_field, RANKING) == printed_page()


def test_published_statistics_come_out_of_the_marts(simulated_field: BuiltProject) -> None:
    """Every published mean and index at a rank comes out of the field."""
    rows = query(simulated_field, "select verdict, count(*) from edition_reconciliation group by 1")
    assert rows == [("match", 7)]


def test_marts_equal_exact_fractions(indices: Indices, simulated_field: BuiltProject) -> None:
    """Indices, ranks and tendencies of all cities and categories follow by exact arithmetic."""
    rows = query(
        simulated_field,
        "select cast(edition as varchar), category_id, city_id, index_value, rank, tendency"
        " from fct_index_results",
    )
    assert len(rows) == 6 * (82 + 83)
    for edition, category, city, index, place, tendency in rows:
        assert abs(Fraction(index) - indices[edition][category][city]) < Fraction(1, 10**10)
        assert place == rank(indices, edition, category, city)
        is_compared = edition == "2025" and city in indices["2024"][category]
        before = rank(indices, "2024", category, city) if is_compared else None
        assert tendency == (None if before is None else before - place)
