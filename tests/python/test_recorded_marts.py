"""The recorded marts say what the made-up seeds say: derived row by row, without any SQL.

Scores and indices come from exact_index.py; the rest is looked up and counted here. What the
analysis marts say is compared with the reference of small_fields.py in test_small_fields.py.
"""

from __future__ import annotations

import csv
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.python.exact_index import ExactEdition, exact_editions, ranks_of, rounded
from tests.python.small_fields import (
    RECORDED_ROWS,
    ROOT,
    read_printed_field,
    recorded_fields,
    recorded_rows,
    recorded_scenarios,
    seed_rows,
)

Row = dict[str, Any]
Texts = dict[str, str]
# ranking, edition, city, category
ResultKey = tuple[str, str, str, str]

LIMIT = Decimal("1e-10")
KEYS = {
    "dim_rankings": ("ranking_id",),
    "dim_cities": ("city_id",),
    "dim_editions": ("ranking_id", "edition"),
    "dim_categories": ("ranking_id", "edition", "category_id"),
    "dim_indicators": ("ranking_id", "edition", "indicator_id"),
    "fct_indicator_scores": ("ranking_id", "edition", "city_id", "indicator_id"),
    "fct_index_results": ("ranking_id", "edition", "city_id", "category_id"),
    "league_table": ("ranking_id", "edition", "city_id"),
    "city_profiles": ("ranking_id", "edition", "city_id", "line_number"),
    "published_reconciliation": ("ranking_id", "edition", "city_id", "category_id", "figure"),
    "edition_reconciliation": ("ranking_id", "edition", "category_id", "figure", "place"),
    "qc_findings": ("rule_id", "ranking_id", "edition", "city_id", "category_id"),
}
# Compared with the reference of small_fields.py.
NOT_DERIVED = {"fct_index_results": {"index_without_project_points"}}
CATEGORIES = (
    "administration",
    "energy_environment",
    "it_communication",
    "mobility",
    "society_education",
)
# By hand, for cities whose field is not complete enough for a computed rank. In the first edition
# k1 is ahead of c1 for sure, and nothing is known of c2; in the second k2 is ahead of c2.
POSSIBLE_RANKS = {
    ("printed_field", "1", "k1", ROOT): (1, 1),
    ("printed_field", "1", "c1", ROOT): (2, 3),
    ("printed_field", "2", "k2", "society_education"): (1, 2),
    ("printed_field", "2", "c2", "society_education"): (2, 4),
}


def as_text(value: Any) -> str:
    """Return a value as it stands in a seed file."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def is_alike(found: str, expected: Any) -> bool:
    """Return whether a recorded text means a value; numbers may differ in the twelfth digit."""
    text = as_text(expected)
    try:
        return abs(Decimal(found) - Decimal(text)) <= LIMIT
    except InvalidOperation:
        return found.casefold() == text.casefold()


def check_rows(mart: str, expected: list[Row]) -> None:
    """Check that a mart is recorded with exactly these rows, in every column."""
    key = KEYS[mart]
    rows = {tuple(row[name] for name in key): row for row in recorded_rows(mart)}
    by_key = {tuple(as_text(row[name]) for name in key): row for row in expected}
    assert len(by_key) == len(expected)
    assert rows.keys() == by_key.keys()
    for values, row in rows.items():
        different = {
            name: (found, by_key[values][name])
            for name, found in row.items()
            if name not in NOT_DERIVED.get(mart, set())
            and not is_alike(found, by_key[values][name])
        }
        assert not different, (mart, values)


@pytest.fixture(scope="module")
def seeds() -> dict[str, list[Texts]]:
    """Return the seeds of the recorded fields as texts."""
    rows = seed_rows(recorded_fields(), recorded_scenarios())
    for name, further in read_printed_field().items():
        rows.setdefault(name, []).extend(further)
    return {
        name: [{column: as_text(value) for column, value in row.items()} for row in seed]
        for name, seed in rows.items()
    }


@pytest.fixture(scope="module")
def exact(
    seeds: dict[str, list[Texts]], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, int], ExactEdition]:
    """Return every edition of the recorded fields in exact fractions."""
    directory: Path = tmp_path_factory.mktemp("seeds")
    for name, rows in seeds.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (directory / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, columns)
            writer.writeheader()
            writer.writerows(rows)
    return exact_editions(directory)


def by(rows: list[Texts], *columns: str) -> dict[tuple[str, ...], Texts]:
    """Return rows by the values of some columns."""
    return {tuple(row[column] for column in columns): row for row in rows}


def is_simulated_field(seeds: dict[str, list[Texts]], ranking: str) -> str:
    """Return the flag of a ranking."""
    return by(seeds["rankings"], "ranking_id")[ranking,]["is_simulated_field"]


def field_of(seeds: dict[str, list[Texts]], ranking: str, edition: str) -> set[str]:
    """Return the cities of the field of an edition."""
    return {
        row["city_id"]
        for row in seeds["simulated_field_members"] + seeds["field_members"]
        if row["ranking_id"] == ranking
        and int(row["first_edition"]) <= int(edition) <= int(row["last_edition"] or edition)
    }


def size_class(population: str) -> Texts:
    """Return the size class of a population, with its names."""
    if int(population) < 150000:
        return {"id": "small", "de": "klein", "en": "few inhabitants"}
    return {"id": "large", "de": "groß", "en": "many inhabitants"}


def cities_of(seeds: dict[str, list[Texts]]) -> dict[str, Texts]:
    """Return the real and the simulated cities."""
    none = {"latitude": "", "longitude": ""}
    return {
        **{row["city_id"]: {**row, "is_simulated": "false"} for row in seeds["cities"]},
        **{
            row["city_id"]: {**none, **row, "is_simulated": "true"}
            for row in seeds["simulated_cities"]
        },
    }


def nodes_of(seeds: dict[str, list[Texts]]) -> list[Row]:
    """Return the nodes of the tree of every edition, with their place in it."""
    trees: dict[str, dict[str, Texts]] = {}
    for row in seeds["hierarchy"]:
        trees.setdefault(row["methodology_id"], {})[row["node_id"]] = row

    def path(tree: dict[str, Texts], name: str) -> list[str]:
        parent = tree[name]["parent_node_id"]
        return [*(path(tree, parent) if parent else []), f"{int(tree[name]['sort_order']):03}"]

    def height(tree: dict[str, Texts], name: str) -> int:
        if tree[name]["node_type"] == "indicator":
            return 0
        below = [height(tree, child) for child in tree if tree[child]["parent_node_id"] == name]
        return 1 + max(below, default=0)

    return [
        {
            "lower_goalpost": "",
            "upper_goalpost": "",
            **node,
            "ranking_id": edition["ranking_id"],
            "edition": edition["edition"],
            "previous_edition": edition["previous_edition"],
            "depth": len(path(tree, name)) - 1,
            "height": height(tree, name),
            "sort_path": ".".join(path(tree, name)),
            "is_simulated_field": is_simulated_field(seeds, edition["ranking_id"]),
        }
        for edition in seeds["editions"]
        for tree in [trees[edition["methodology_id"]]]
        for name, node in tree.items()
    ]


def test_rankings_and_cities(seeds: dict[str, list[Texts]]) -> None:
    """Every column of a ranking and of a city is the seed's column of that meaning."""
    check_rows(
        "dim_rankings",
        [
            {**row, "ranking_name_de": row["name_de"], "ranking_name_en": row["name_en"]}
            for row in seeds["rankings"]
        ],
    )
    check_rows(
        "dim_cities",
        [
            {
                **row,
                "size_class_id": size_class(row["population"])["id"],
                "size_class_name_de": size_class(row["population"])["de"],
                "size_class_name_en": size_class(row["population"])["en"],
            }
            for row in cities_of(seeds).values()
        ],
    )


def test_editions(seeds: dict[str, list[Texts]]) -> None:
    """Every column of an edition is its own, its methodology's or a count."""
    methodologies = by(seeds["methodologies"], "methodology_id")
    expected = []
    for row in seeds["editions"]:
        methodology = methodologies[row["methodology_id"],]
        field = field_of(seeds, row["ranking_id"], row["edition"])
        before = row["previous_edition"]
        known = field_of(seeds, row["ranking_id"], before) if before else field
        expected.append(
            {
                **methodology,
                **row,
                "methodology_name": methodology["name"],
                "methodology_description": methodology["description"],
                "city_count": len(field),
                "new_city_count": len(field - known),
                "indicator_count": sum(
                    node["node_type"] == "indicator"
                    for node in seeds["hierarchy"]
                    if node["methodology_id"] == row["methodology_id"]
                ),
                "is_simulated_field": is_simulated_field(seeds, row["ranking_id"]),
            }
        )
    check_rows("dim_editions", expected)


def test_trees(seeds: dict[str, list[Texts]]) -> None:
    """Every column of a category or indicator is that of its node in the tree."""
    nodes = nodes_of(seeds)
    check_rows(
        "dim_categories",
        [
            {
                **node,
                "category_id": node["node_id"],
                "parent_category_id": node["parent_node_id"],
                "category_name_de": node["name_de"],
                "category_name_en": node["name_en"],
                "is_overall": node["node_id"] == ROOT,
            }
            for node in nodes
            if node["node_type"] != "indicator"
        ],
    )
    check_rows(
        "dim_indicators",
        [
            {
                **node,
                "indicator_id": node["node_id"],
                "category_id": node["parent_node_id"],
                "indicator_name_de": node["name_de"],
                "indicator_name_en": node["name_en"],
            }
            for node in nodes
            if node["node_type"] == "indicator"
        ],
    )


def as_value(value: Fraction | None) -> Decimal | None:
    """Return a fraction with the digits of a score or index."""
    return None if value is None else rounded(value, 12)


def test_scores(seeds: dict[str, list[Texts]], exact: dict[tuple[str, int], ExactEdition]) -> None:
    """Scores and their ranks are those of exact fractions; missing ones have a row as well."""
    values = by(
        [{**row, "is_simulated": "false"} for row in seeds["indicator_scores"]]
        + [{**row, "is_simulated": "true"} for row in seeds["simulated_indicator_scores"]],
        *KEYS["fct_indicator_scores"],
    )
    absent = {"raw_value": "", "source": "", "is_simulated": "false"}
    expected = []
    for node in nodes_of(seeds):
        if node["node_type"] != "indicator":
            continue
        edition = exact[node["ranking_id"], int(node["edition"])]
        name = node["node_id"]
        before = node["previous_edition"]
        previous = exact[node["ranking_id"], int(before)].ranks.get(name, {}) if before else {}
        for city in edition.cities:
            value = values.get((node["ranking_id"], node["edition"], city, name), absent)
            score = edition.scores[name].get(city)
            rank, previous_rank = edition.ranks[name].get(city), previous.get(city)
            expected.append(
                {
                    **node,
                    **value,
                    "city_id": city,
                    "indicator_id": name,
                    "category_id": node["parent_node_id"],
                    "status": "not_applicable"
                    if (name, city) in edition.not_applicable
                    else "missing"
                    if score is None
                    else "scored",
                    "score": as_value(score),
                    "score_printed": None
                    if score is None
                    else rounded(score, int(edition.settings["score_digits"])),
                    "rank": rank,
                    "ranked_city_count": len(edition.ranks[name]) if rank else None,
                    "previous_rank": previous_rank,
                    "tendency": previous_rank - rank if rank and previous_rank else None,
                }
            )
    check_rows("fct_indicator_scores", expected)
