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

from tests.python.conftest import CATEGORIES, PROJECT_ROOT
from tests.python.exact_index import ExactEdition, exact_editions, ranks_of, rounded
from tests.python.small_fields import (
    RECORDED_MARTS,
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
    "edition_reconciliation": ("ranking_id", "edition", "category_id", "figure", "rank"),
    "edition_summaries": ("ranking_id", "edition", "category_id", "group_type", "group_id"),
    "edition_comparisons": (
        *("ranking_id", "edition", "earlier_edition", "city_id", "category_id"),
    ),
    "qc_findings": ("rule_id", "ranking_id", "edition", "city_id", "category_id"),
}
# Compared with the reference of small_fields.py.
NOT_DERIVED = {"fct_index_results": {"index_without_project_points"}}
# By hand, for published ranks that are not the computed ones. In the first edition k1 is ahead of c1 for
# sure, and nothing is known of c2; in the second k2 is ahead of c2. In mobility k1, computed only, is
# ahead of c1 for sure, but published behind it; in the whole k1 is the last of four.
POSSIBLE_RANKS = {
    ("printed_field", "1", "k1", ROOT): (1, 1),
    ("printed_field", "1", "c1", ROOT): (2, 3),
    ("printed_field", "2", "k2", "society_education"): (1, 2),
    ("printed_field", "2", "c2", "society_education"): (2, 4),
    ("printed_field", "2", "c1", "mobility"): (4, 3),
    ("printed_field", "2", "k1", "mobility"): (2, 1),
    ("printed_field", "2", "k1", ROOT): (4, 4),
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


def with_keys(row: Row) -> Row:
    """Return a row with the keys of what it names, and whether it is of the whole index."""
    keys = {
        f"{name}_key": f"{row['ranking_id']}_{as_text(row[name])}" if row[name] else None
        for name in ("edition", "previous_edition", "earlier_edition")
        if name in row
    }
    for name in ("category", "parent_category", "indicator"):
        node = row.get(f"{name}_id")
        keys[f"{name}_key"] = f"{keys['edition_key']}.{node}" if node else None
    return {**row, **keys, "is_overall": row.get("category_id") == ROOT}


def check_rows(mart: str, expected: list[Row]) -> None:
    """Check that a mart is recorded with exactly these rows, in every column."""
    key = KEYS[mart]
    expected = [with_keys(row) for row in expected]
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
    for name in {name.removeprefix("simulated_") for name in seeds}:
        rows = seeds.get(name, []) + seeds.get(f"simulated_{name}", [])
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (directory / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, columns)
            writer.writeheader()
            writer.writerows(rows)
    return exact_editions(directory)


def by(rows: list[Texts], *columns: str) -> dict[tuple[str, ...], Texts]:
    """Return rows by the values of some columns."""
    return {tuple(row[column] for column in columns): row for row in rows}


def is_simulated_ranking(seeds: dict[str, list[Texts]], ranking: str) -> str:
    """Return the flag of a ranking."""
    return by(seeds["rankings"], "ranking_id")[ranking,]["is_simulated_ranking"]


def field_of(seeds: dict[str, list[Texts]], ranking: str, edition: str) -> set[str]:
    """Return the cities of the field of an edition."""
    return {
        row["city_id"]
        for row in seeds["simulated_ranking_members"] + seeds["ranking_members"]
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
    for row in seeds["framework"]:
        trees.setdefault(row["methodology_id"], {})[row["node_id"]] = row

    def path(tree: dict[str, Texts], name: str) -> list[str]:
        parent = tree[name]["parent_node_id"]
        return [*(path(tree, parent) if parent else []), f"{int(tree[name]['sort_order']):03}"]

    def weight(tree: dict[str, Texts], name: str) -> Fraction | None:
        node = tree[name]
        if node["node_type"] == "overall":
            return Fraction(1)
        parent = tree[node["parent_node_id"]]
        above = weight(tree, node["parent_node_id"])
        if parent["aggregation"] == "geometric" or above is None:
            return None
        siblings = [
            Fraction(sibling["weight"])
            for sibling in tree.values()
            if sibling["parent_node_id"] == parent["node_id"] and sibling["role"] == "regular"
        ]
        own = Fraction(1 if node["role"] == "project" else node["weight"])
        return above * own / sum(siblings) / (1 + Fraction(parent["project_cap_share"] or 0))

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
            "effective_weight": as_value(weight(tree, name)),
            "sort_path": ".".join(path(tree, name)),
            "is_simulated_ranking": is_simulated_ranking(seeds, edition["ranking_id"]),
        }
        for edition in seeds["editions"]
        for tree in [trees[edition["methodology_id"]]]
        for name, node in tree.items()
    ]


def test_every_other_mart_is_an_analysis() -> None:
    """Every recorded mart is derived here, but those of the analysis."""
    analysis = {
        path.stem for path in (PROJECT_ROOT / "models" / "marts" / "analysis").glob("*.sql")
    }
    assert {path.stem for path in RECORDED_MARTS.glob("*.csv")} == analysis | KEYS.keys()


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


def known_count(results: list[Texts], edition: Texts, column: str) -> int:
    """Return of how many cities of an edition a figure of the overall index is known."""
    return sum(
        bool(row[column])
        for row in results
        if (row["ranking_id"], row["edition"], row["category_id"])
        == (edition["ranking_id"], edition["edition"], ROOT)
    )


def test_editions(seeds: dict[str, list[Texts]]) -> None:
    """Every column of an edition is its own, its methodology's or a count."""
    methodologies = by(seeds["methodologies"], "methodology_id")
    results = recorded_rows("fct_index_results")
    expected = []
    for row in seeds["editions"]:
        methodology = methodologies[row["methodology_id"],]
        field = field_of(seeds, row["ranking_id"], row["edition"])
        before = row["previous_edition"]
        known = field_of(seeds, row["ranking_id"], before) if before else field
        expected.append(
            {
                "coarser_value_rule": "use",
                **methodology,
                **row,
                "methodology_name": methodology["name"],
                "methodology_description": methodology["description"],
                "city_count": len(field),
                "new_city_count": len(field - known),
                "rank_count": known_count(results, row, "rank"),
                "index_count": known_count(results, row, "index_value"),
                "indicator_count": sum(
                    node["node_type"] == "indicator"
                    for node in seeds["framework"]
                    if node["methodology_id"] == row["methodology_id"]
                ),
                "is_simulated_ranking": is_simulated_ranking(seeds, row["ranking_id"]),
            }
        )
    check_rows("dim_editions", expected)


def test_trees(seeds: dict[str, list[Texts]]) -> None:
    """Every column of a category or indicator is that of its node in the tree."""
    nodes = nodes_of(seeds)
    described = by(seeds["indicator_descriptions"], "indicator_id")
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
                "description_de": None,
                "description_en": None,
                "description_source": None,
                **{
                    "description_source" if name == "source" else name: text
                    for name, text in described.get((node["node_id"],), {}).items()
                },
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
    unknown = {"reference_period": "", "geographic_level": ""}
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
                    **unknown,
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
                    "score_displayed": None
                    if score is None
                    else rounded(score, int(edition.settings["score_digits"])),
                    "rank": rank,
                    "ranked_city_count": len(edition.ranks[name]) if rank else None,
                    "previous_rank": previous_rank,
                    "tendency": previous_rank - rank if rank and previous_rank else None,
                    "is_method_changed": is_method_changed(
                        seeds, node["ranking_id"], node["edition"]
                    ),
                }
            )
    check_rows("fct_indicator_scores", expected)


def is_method_changed(seeds: dict[str, list[Texts]], ranking: str, edition: str) -> bool | None:
    """Return whether an edition has another methodology than the one before; None for the first."""
    editions = {row["edition"]: row for row in seeds["editions"] if row["ranking_id"] == ranking}
    before = editions[edition]["previous_edition"]
    methodology = editions[edition]["methodology_id"]
    return editions[before]["methodology_id"] != methodology if before else None


def described(seeds: dict[str, list[Texts]], edition: str, city: str) -> Row:
    """Return a city as it was in an edition: with facts of that year, where there are some."""
    row = cities_of(seeds)[city]
    facts = by(seeds["city_facts"], "city_id", "edition").get((city, edition))
    population = facts["population"] if facts else ""
    return {
        **row,
        "is_simulated_city": row["is_simulated"],
        "population": population or row["population"],
        "population_source": facts["source"] if facts and population else row["source"],
        "area": facts["area_km2"] if facts else "",
        "area_source": facts["source"] if facts else "",
        "size_class_id": size_class(population or row["population"])["id"],
    }


def by_result(rows: list[Texts]) -> dict[ResultKey, Texts]:
    """Return rows by ranking, edition, city and category."""
    return {
        (row["ranking_id"], row["edition"], row["city_id"], row["category_id"]): row for row in rows
    }


def indicators_below(edition: ExactEdition, name: str, city: str) -> list[str]:
    """Return the indicators below a node that apply to a city; project points are none."""
    if edition.tree[name]["role"] == "project":
        return []
    if edition.tree[name]["node_type"] == "indicator":
        return [] if (name, city) in edition.not_applicable else [name]
    return [
        indicator
        for child, node in edition.tree.items()
        if node["parent_node_id"] == name
        for indicator in indicators_below(edition, child, city)
    ]


def computed_index(
    edition: ExactEdition, name: str, city: str, results: dict[str, Texts]
) -> Fraction | None:
    """Return what the children give for the index of a category.

    Args:
        edition: the edition in exact fractions, without published figures.
        name: the category.
        city: the city.
        results: recorded results of the city by category; a published index is carried on.
    """
    children = [child for child in edition.tree.values() if child["parent_node_id"] == name]
    carried = {
        child["node_id"]: Fraction(results[child["node_id"]]["index_value"])
        for child in children
        if results.get(child["node_id"], {}).get("index_source") == "published"
    }
    if not carried:
        return edition.index(name, city)
    weight, mean, points = Fraction(0), Fraction(0), Fraction(0)
    for child in children:
        value = carried.get(child["node_id"], edition.index(child["node_id"], city))
        if value is None:
            return None
        if child["role"] == "project":
            points += value
        else:
            weight += Fraction(child["weight"])
            mean += Fraction(child["weight"]) * value
    cap = Fraction(edition.tree[name]["project_cap_share"] or 0)
    added = min(points, cap * Fraction(edition.settings["scale_maximum"]) * weight)
    return (mean + added) / weight / (1 + cap)


def is_contradiction(computed: Fraction, published: Texts) -> bool:
    """Return whether a computed index is more than one printed digit away from a published one."""
    digits = int(published["index_digits"])
    difference = rounded(computed, digits) - Decimal(published["published_index"])
    return abs(difference) > Decimal(1).scaleb(-digits)


def group_rank(ranks: dict[str, int], group: set[str], city: str) -> int | None:
    """Return the rank of a city within its group, if every city of the group has a rank."""
    if not group <= ranks.keys():
        return None
    return 1 + sum(ranks[other] < ranks[city] for other in group)


def implied_ranks(
    seeds: dict[str, list[Texts]], ranking: str, year: str, name: str
) -> dict[str, tuple[int, str]]:
    """Return the ranks of a category that the next edition's published figures imply, by city.

    No chain of the recorded fields is longer, and no rank that one implies misfits an index.
    """
    published = by_result(seeds["published_results"])
    cities = field_of(seeds, ranking, year)
    (following,) = {
        edition["edition"]
        for edition in seeds["editions"]
        if edition["ranking_id"] == ranking and edition["previous_edition"] == year
    } or {""}
    own = {city: published.get((ranking, year, city, name), {}) for city in cities}
    taken = {int(row["published_rank"]) for row in own.values() if row.get("published_rank")}
    found = {}
    for city in cities:
        row = published.get((ranking, following, city, name), {})
        if row.get("published_rank") and row["published_tendency"]:
            rank = int(row["published_rank"]) + int(row["published_tendency"])
            if not own[city].get("published_rank") and 1 <= rank <= len(cities):
                found[city] = (rank, own[city].get("source") or row["source"])
    ranks = [rank for rank, _ in found.values()]
    return {
        city: (rank, source)
        for city, (rank, source) in found.items()
        if rank not in taken and ranks.count(rank) == 1
    }


def places(
    seeds: dict[str, list[Texts]], edition: ExactEdition, ranking: str, year: str, name: str
) -> tuple[dict[str, int], dict[str, int], dict[str, str]]:
    """Return the computed ranks of a category by city, all ranks, and the implied ones' sources."""
    results = by_result(recorded_rows("fct_index_results"))
    published = by_result(seeds["published_results"])
    is_rounded = edition.settings["rank_taken_on"] == "rounded"
    digits = int(edition.settings["index_digits"]) if is_rounded else 8
    values = {
        city: rounded(Fraction(results[ranking, year, city, name]["index_value"]), digits)
        for city in edition.cities
        if results[ranking, year, city, name]["index_value"]
    }
    needed = Fraction(edition.settings["minimum_city_coverage"]) * len(edition.cities)
    computed = ranks_of(values) if len(values) >= needed else {}
    known = {
        city: int(row["published_rank"])
        for city in edition.cities
        if (row := published.get((ranking, year, city, name))) and row.get("published_rank")
    }
    implied = implied_ranks(seeds, ranking, year, name)
    ranks = {city: rank for city, (rank, _) in implied.items()} | known | computed
    sources = {city: source for city, (_, source) in implied.items() if city not in computed}
    return computed, ranks, sources


def basis_of(value: object, basis: str) -> str | None:
    """Return what a value is based on; nothing without a value."""
    return None if value is None else basis


def test_results(seeds: dict[str, list[Texts]], exact: dict[tuple[str, int], ExactEdition]) -> None:
    """Indices, ranks and tendencies follow from exact indices and published figures."""
    results = by_result(recorded_rows("fct_index_results"))
    published = by_result(seeds["published_results"])
    expected = []
    for node in nodes_of(seeds):
        if node["node_type"] == "indicator":
            continue
        ranking, year, name = node["ranking_id"], node["edition"], node["node_id"]
        edition, before = exact[ranking, int(year)], node["previous_edition"]
        computed_ranks, ranks, implied = places(seeds, edition, ranking, year, name)
        previous_edition = exact.get((ranking, int(before or 0)))
        previous_ranks: dict[str, int] = {}
        implied_before: dict[str, str] = {}
        if previous_edition and name in previous_edition.tree:
            _, previous_ranks, implied_before = places(
                seeds, previous_edition, ranking, before, name
            )
        cities = {city: described(seeds, year, city) for city in edition.cities}
        for city in edition.cities:
            figures = published.get((ranking, year, city, name), {})
            own = {key[3]: row for key, row in results.items() if key[:3] == (ranking, year, city)}
            computed = computed_index(edition, name, city, own)
            is_overridden = bool(figures.get("published_index")) and (
                computed is None or is_contradiction(computed, figures)
            )
            index = Fraction(figures["published_index"]) if is_overridden else computed
            indicators = indicators_below(edition, name, city)
            scored = [i for i in indicators if city in edition.scores[i]]
            rank, tendency = ranks.get(city), figures.get("published_tendency")
            previous = previous_ranks.get(city)
            is_implied = city in implied_before or (
                previous is None and rank is not None and bool(tendency)
            )
            if is_implied:
                previous = (rank or 0) + int(tendency or 0)
            change = None if previous is None or rank is None else previous - rank
            in_state = {c for c in cities if cities[c]["state_code"] == cities[city]["state_code"]}
            in_class = {
                c for c in cities if cities[c]["size_class_id"] == cities[city]["size_class_id"]
            }
            is_ranked = city in computed_ranks
            tied = [c for c, r in computed_ranks.items() if r == rank and c != city]
            members = seeds["simulated_ranking_members"] + seeds["ranking_members"]
            first = by(members, "ranking_id", "city_id")[ranking, city]["first_edition"]
            expected.append(
                {
                    **node,
                    "city_id": city,
                    "category_id": name,
                    "index_value": as_value(index),
                    "index_source": basis_of(index, "published" if is_overridden else "computed"),
                    "index_displayed": None
                    if index is None
                    else rounded(index, int(edition.settings["index_digits"])),
                    "computed_index": as_value(computed),
                    "published_index": figures.get("published_index"),
                    "indicator_count": len(indicators),
                    "scored_indicator_count": len(scored),
                    "coverage": as_value(Fraction(len(scored), len(indicators)))
                    if indicators
                    else None,
                    "overridden_category_count": sum(
                        own[child]["index_source"] == "published"
                        for child, row in edition.tree.items()
                        if row["parent_node_id"] == name and row["node_type"] == "category"
                    ),
                    "rank": rank,
                    "rank_source": basis_of(
                        rank,
                        "computed" if is_ranked else "implied" if city in implied else "published",
                    ),
                    "ranked_city_count": len(computed_ranks) if is_ranked else None,
                    "tied_with": ", ".join(tied) if is_ranked else None,
                    "rank_in_state": group_rank(ranks, in_state, city),
                    "cities_in_state": len(in_state),
                    "rank_in_size_class": group_rank(ranks, in_class, city),
                    "cities_in_size_class": len(in_class),
                    "previous_rank": previous,
                    "previous_rank_source": basis_of(
                        previous, "published_tendency" if is_implied else "edition_before"
                    ),
                    "tendency": change,
                    "tendency_source": basis_of(change, "published" if is_implied else "computed"),
                    "is_method_changed": is_method_changed(seeds, ranking, str(year)),
                    "is_new_in_edition": bool(before) and int(first) > int(before or 0),
                    "is_simulated": ranking == "flat_field",
                    "published_source": figures.get("source") or implied.get(city),
                }
            )
    check_rows("fct_index_results", expected)


def test_league_table(seeds: dict[str, list[Texts]]) -> None:
    """Every row is put together from the city and its recorded results."""
    results = by_result(recorded_rows("fct_index_results"))
    overall_columns = ("index_source", "index_displayed", "rank_source")
    expected = []
    for (ranking, year, city, name), overall in results.items():
        if name != ROOT:
            continue
        row: Row = {**overall, **described(seeds, year, city)}
        row |= {f"overall_{column}": overall[column] for column in overall_columns}
        for category in (ROOT, *CATEGORIES):
            result = results.get((ranking, year, city, category), {})
            row[f"{category}_index"] = result.get("index_value")
            row[f"{category}_rank"] = result.get("rank")
            row[f"{category}_tendency"] = result.get("tendency")
        row["is_simulated"] = overall["is_simulated"]
        expected.append(row)
    check_rows("league_table", expected)


def printed_whole(number: str, separator: str) -> str:
    """Return a whole number with a thousands separator."""
    return f"{int(number):,}".replace(",", separator)


def profile_lines(seeds: dict[str, list[Texts]], overall: Texts) -> list[Row]:
    """Return the lines of the profile of one city, in their order.

    Args:
        seeds: the seeds.
        overall: the recorded overall result of the city.
    """
    ranking, year, city = (overall[name] for name in KEYS["league_table"])
    about = described(seeds, year, city)
    labels = by(seeds["profile_labels"], "line_id")
    place = {name: overall[name] for name in ("rank", "rank_source", "is_simulated")}
    area = f"{Decimal(about['area']):f}" if about["area"] else None
    lines: list[Row] = [
        {
            "line_id": "state",
            "text_de": about["state_name"],
            "text_en": about["state_name"],
            "source": about["source"],
        },
        {
            "line_id": "area",
            "text_de": f"{area} km²" if area else None,
            "text_en": f"{area} km²" if area else None,
            "line_value": area,
            "value_displayed": area,
            "source": about["area_source"],
        },
        {
            "line_id": "population",
            "text_de": printed_whole(about["population"], "."),
            "text_en": printed_whole(about["population"], ","),
            "line_value": about["population"],
            "value_displayed": about["population"],
            "source": about["population_source"],
        },
        {
            "line_id": "rank",
            "text_de": overall["rank"],
            "text_en": overall["rank"],
            "source": overall["published_source"],
            **place,
        },
    ]
    for line in lines:
        line["section"] = "header"
        line["label_de"] = labels[line["line_id"],]["label_de"]
        line["label_en"] = labels[line["line_id"],]["label_en"]
        line.setdefault("is_simulated", about["is_simulated_city"])
    results = by_result(recorded_rows("fct_index_results"))
    for category in sorted(recorded_rows("dim_categories"), key=lambda row: row["sort_path"]):
        if (category["ranking_id"], category["edition"]) == (ranking, year):
            result = results[ranking, year, city, category["category_id"]]
            lines.append(
                {
                    **result,
                    "section": "result",
                    "line_id": category["category_id"],
                    "label_de": category["category_name_de"],
                    "label_en": category["category_name_en"],
                    "line_value": result["index_value"],
                    "value_displayed": result["index_displayed"],
                    "value_source": result["index_source"],
                    "source": result["published_source"],
                }
            )
    scores = by(recorded_rows("fct_indicator_scores"), *KEYS["fct_indicator_scores"])
    for indicator in sorted(recorded_rows("dim_indicators"), key=lambda row: row["sort_path"]):
        if (indicator["ranking_id"], indicator["edition"]) == (ranking, year):
            score = scores[ranking, year, city, indicator["indicator_id"]]
            is_not_applicable = score["status"] == "not_applicable"
            basis = "published" if indicator["normalisation"] == "none" else "computed"
            lines.append(
                {
                    "section": "indicator",
                    "line_id": indicator["indicator_id"],
                    "category_id": indicator["category_id"],
                    "label_de": indicator["indicator_name_de"],
                    "label_en": indicator["indicator_name_en"],
                    "text_de": "nicht anwendbar" if is_not_applicable else None,
                    "text_en": "not applicable" if is_not_applicable else None,
                    "name_is_inferred": indicator["name_is_inferred"],
                    "line_value": score["score"],
                    "value_displayed": score["score_displayed"],
                    "value_source": basis if score["score"] else None,
                    "is_simulated": score["is_simulated"],
                    "source": score["source"],
                }
            )
    for practice in seeds["best_practices"]:
        if (practice["ranking_id"], practice["edition"], practice["city_id"]) == (
            ranking,
            year,
            city,
        ):
            lines.append(
                {
                    "section": "best_practice",
                    "line_id": f"best_practice_{practice['sort_order']}",
                    "label_de": practice["title_de"],
                    "label_en": practice["title_en"],
                    "text_de": practice["summary_de"],
                    "text_en": practice["summary_en"],
                    "is_simulated": False,
                    "source": practice["link"] or practice["source"],
                }
            )
    return lines


def test_profiles(seeds: dict[str, list[Texts]]) -> None:
    """Every line is put together from the city, its recorded results and scores, and labels."""
    assert RECORDED_ROWS["city_profiles"] == "ranking_id in ('flat_field', 'printed_field')"
    expected = []
    for overall in recorded_rows("fct_index_results"):
        if overall["category_id"] != ROOT or overall["ranking_id"] not in (
            "flat_field",
            "printed_field",
        ):
            continue
        columns = dict.fromkeys(recorded_rows("city_profiles")[0])
        for number, line in enumerate(profile_lines(seeds, overall), 1):
            row: Row = {**columns, "name_is_inferred": False, **line, "line_number": number}
            tendency = row["tendency"]
            row["rank_displayed"] = row["rank"]
            row["tendency_displayed"] = (
                f"+{tendency}" if tendency and int(tendency) > 0 else tendency
            )
            row |= {name: overall[name] for name in KEYS["league_table"]}
            row["is_simulated_ranking"] = overall["is_simulated_ranking"]
            expected.append(row)
    check_rows("city_profiles", expected)


def verdict_of(difference: Decimal | None, digits: int) -> str:
    """Return how far a computed figure is from a published one of so many digits."""
    if difference is None:
        return "not_checkable"
    if difference == 0:
        return "match"
    is_last_digit = digits > 0 and abs(difference) <= Decimal(1).scaleb(-digits)
    return "last_digit" if is_last_digit else "contradiction"


def published_figures(seeds: dict[str, list[Texts]]) -> list[tuple[ResultKey, str, str, int, str]]:
    """Return key, figure, value, digits and source of every published figure."""
    figures = []
    for key, row in by_result(seeds["published_results"]).items():
        for figure, digits in (("index", row["index_digits"]), ("rank", 0), ("tendency", 0)):
            value = row.get(f"published_{figure}")
            if value:
                figures.append((key, figure, value, int(digits), row["source"]))
    for key, row in by_result(seeds["published_index_changes"]).items():
        value, digits = row["published_index_change"], int(row["change_digits"])
        figures.append((key, "index_change", value, digits, row["source"]))
    return figures


def test_published_figures_are_reconciled(seeds: dict[str, list[Texts]]) -> None:
    """Every published figure is compared with the recorded results of both editions."""
    results = by_result(recorded_rows("fct_index_results"))
    notes = by(seeds["known_contradictions"], *KEYS["published_reconciliation"])
    stated = {
        key: row.get("published_rank") for key, row in by_result(seeds["published_results"]).items()
    }
    expected = []
    for key, figure, value, digits, source in published_figures(seeds):
        ranking, _, city, category = key
        result = results[key]
        before = results.get((ranking, result["previous_edition"], city, category), {})
        row: Row = {
            **result,
            "figure": figure,
            "published_value": value,
            "published_digits": digits,
            "source": source,
            "possible_from": None,
            "possible_to": None,
            "contradiction_note": notes.get((*key, figure), {}).get("note"),
        }
        computed: str | Decimal | None = None
        if figure == "index":
            computed = result["computed_index"]
            carried = result["overridden_category_count"] != "0"
            row["checked_against"] = "category_indices" if carried else "indicator_scores"
        elif figure == "index_change":
            computed = Decimal(result["index_value"]) - Decimal(before["index_value"])
            row["checked_against"] = "indices_of_both_editions"
        elif figure == "rank" and result["rank_source"] == "computed":
            computed, row["checked_against"] = result["rank"], "enough_cities"
        elif figure == "tendency" and result["previous_rank_source"] == "edition_before":
            # the publisher takes it from the published ranks
            now, then = (
                int(stated.get((r["ranking_id"], r["edition"], city, category)) or r["rank"])
                for r in (result, before)
            )
            computed, row["checked_against"] = str(then - now), "ranks_of_both_editions"
        row["computed_value"] = computed
        difference = None
        if computed not in (None, ""):
            difference = rounded(Fraction(str(computed)), digits) - Decimal(value)
        else:
            row["checked_against"] = None
        row["difference"], row["verdict"] = difference, verdict_of(difference, digits)
        if figure == "rank" and key in POSSIBLE_RANKS:
            least, greatest = POSSIBLE_RANKS[key]
            row |= {"possible_from": least, "possible_to": greatest}
            if computed is None:
                assert least <= int(value) <= greatest
                row |= {"checked_against": "order_of_indices", "verdict": "consistent"}
        if figure == "tendency" and difference is None:
            # every such tendency implies a place that exists in the edition before and is free
            place, city_count = int(result["rank"]), len(field_of(seeds, ranking, "1"))
            assert 1 <= place + int(value) <= city_count
            row |= {"possible_from": 1 - place, "possible_to": city_count - place}
            row |= {"checked_against": "implied_previous_rank", "verdict": "consistent"}
        expected.append(row)
    check_rows("published_reconciliation", expected)


def test_figures_of_editions_are_reconciled(seeds: dict[str, list[Texts]]) -> None:
    """Every published figure of an edition is compared with counts and recorded results."""
    results = recorded_rows("fct_index_results")
    expected: list[Row] = []

    def add(common: Row, figure: str, value: str, computed: Any, basis: str) -> None:
        is_match = Decimal(value) == Decimal(as_text(computed))
        expected.append(
            {
                **common,
                "category_id": ROOT,
                "figure": figure,
                "rank": 0,
                "published_value": value,
                "computed_value": computed,
                "checked_against": basis,
                "verdict": "match" if is_match else "contradiction",
            }
        )

    for edition in seeds["editions"]:
        key = edition["ranking_id"], edition["edition"]
        row = by(recorded_rows("dim_editions"), "ranking_id", "edition")[key]
        if value := edition.get("published_city_count"):
            add(row, "city_count", value, row["city_count"], "ranking_members")
        if value := edition.get("published_indicator_count"):
            add(row, "indicator_count", value, row["indicator_count"], "framework")
        if value := edition.get("published_data_point_count"):
            product = int(edition["published_city_count"]) * int(
                edition["published_parameter_count"]
            )
            add(row, "data_point_count", value, product, "cities_times_parameters")
    for ranking in seeds["rankings"]:
        for statistic in seeds["published_edition_statistics"]:
            if statistic["ranking_id"] != ranking["ranking_id"]:
                continue
            rows = [
                row
                for row in results
                if row["ranking_id"] == ranking["ranking_id"]
                and row["edition"] == statistic["edition"]
                and row["category_id"] == statistic["category_id"]
            ]
            if statistic["statistic"] == "mean":
                total = sum((Fraction(row["index_value"]) for row in rows), Fraction(0))
                computed = total / len(rows)
            else:
                (row,) = (row for row in rows if row["rank"] == statistic["rank"])
                computed = Fraction(row["index_value"])
            digits = int(statistic["value_digits"])
            difference = rounded(computed, digits) - Decimal(statistic["published_value"])
            is_mean = statistic["statistic"] == "mean"
            expected.append(
                {
                    **statistic,
                    "ranking_id": ranking["ranking_id"],
                    "figure": statistic["statistic"],
                    "rank": statistic["rank"] or 0,
                    "computed_value": as_value(computed),
                    "checked_against": "mean_of_all_cities" if is_mean else "city_at_that_rank",
                    "verdict": verdict_of(difference, digits),
                    "is_simulated_ranking": ranking["is_simulated_ranking"],
                }
            )
    check_rows("edition_reconciliation", expected)


def test_findings(seeds: dict[str, list[Texts]]) -> None:
    """A finding is a jump of at least the threshold, on the scale of the methodology."""
    results = by_result(recorded_rows("fct_index_results"))
    editions = by(recorded_rows("dim_editions"), "ranking_id", "edition")
    rules = by(seeds["qc_rules"], "rule_id")
    expected = []
    for (ranking, year, city, category), row in results.items():
        scale = Decimal(editions[ranking, year]["scale_maximum"])
        before = results.get((ranking, row["previous_edition"], city, category), {})
        jumps = {"rank_jump": Decimal(row["tendency"] or 0), "index_jump": Decimal(0)}
        if row["index_value"] and before.get("index_value"):
            jumps["index_jump"] = Decimal(row["index_value"]) - Decimal(before["index_value"])
        for rule, jump in jumps.items():
            factor = scale / 100 if rule == "index_jump" else 1
            threshold = Decimal(rules[rule,]["threshold"]) * factor
            if abs(jump) >= threshold:
                expected.append(
                    {
                        **row,
                        "rule_id": rule,
                        "found_value": abs(jump),
                        "threshold": threshold,
                        "rule_description": rules[rule,]["description"],
                    }
                )
    check_rows("qc_findings", expected)


def test_groups_are_summarised(seeds: dict[str, list[Texts]]) -> None:
    """Every group of cities counts its known ranks and indices."""
    means = by(
        [row for row in seeds["published_edition_statistics"] if row["statistic"] == "mean"],
        *("ranking_id", "edition", "category_id"),
    )
    groups: dict[tuple[str, ...], list[Texts]] = {}
    names = {("all", "all"): ("alle", "all")}
    for (ranking, year, city, category), row in by_result(
        recorded_rows("fct_index_results")
    ).items():
        place = described(seeds, year, city)
        for group in (
            ("all", "all"),
            ("state", place["state_code"]),
            ("size_class", place["size_class_id"]),
        ):
            if group[1]:
                groups.setdefault((ranking, year, category, *group), []).append(row)
        of_its_size = size_class(place["population"])
        names["state", place["state_code"]] = (place["state_name"], place["state_name"])
        names["size_class", of_its_size["id"]] = (of_its_size["de"], of_its_size["en"])
    expected = []
    for (ranking, year, category, group_type, group_id), rows in groups.items():
        indices = [Fraction(row["index_value"]) for row in rows if row["index_value"]]
        ranks = [int(row["rank"]) for row in rows if row["rank"]]
        mean = means.get((ranking, year, category), {}) if group_type == "all" else {}
        expected.append(
            {
                **rows[0],
                "group_type": group_type,
                "group_id": group_id,
                "group_name_de": names[group_type, group_id][0],
                "group_name_en": names[group_type, group_id][1],
                "city_count": len(rows),
                "rank_count": len(ranks),
                "implied_rank_count": sum(row["rank_source"] == "implied" for row in rows),
                "index_count": len(indices),
                "best_rank": min(ranks, default=None),
                "mean_index": as_value(sum(indices, Fraction(0)) / len(indices))
                if indices
                else None,
                "minimum_index": as_value(min(indices, default=None)),
                "maximum_index": as_value(max(indices, default=None)),
                "is_mean_of_all": len(indices) == len(rows),
                "published_mean": mean.get("published_value"),
                "published_mean_source": mean.get("source"),
            }
        )
    check_rows("edition_summaries", expected)


def test_editions_are_compared() -> None:
    """Every edition is compared with every earlier one, on its own scale."""
    editions = by(recorded_rows("dim_editions"), "ranking_id", "edition")
    results = by_result(recorded_rows("fct_index_results"))
    expected = []
    pairs = [
        (row, before, [results.get((ranking, str(y), city, category)) for y in between])
        for (ranking, year, city, category), row in results.items()
        for earlier in range(1, int(year))
        for between in [range(earlier + 1, int(year))]
        if (before := results.get((ranking, str(earlier), city, category)))
    ]
    for row, before, between_rows in pairs:
        ranking, year = row["ranking_id"], row["edition"]
        own, earlier = editions[ranking, year], editions[ranking, before["edition"]]
        factor = Fraction(own["scale_maximum"]) / Fraction(earlier["scale_maximum"])
        index = Fraction(before["index_value"]) * factor if before["index_value"] else None
        has_ranks = bool(row["rank"] and before["rank"])
        has_indices = bool(row["index_value"] and before["index_value"])
        if has_ranks or has_indices:
            expected.append(
                {
                    **row,
                    "earlier_edition": before["edition"],
                    "earlier_rank": before["rank"],
                    "earlier_rank_source": before["rank_source"],
                    "ranks_gained": int(before["rank"]) - int(row["rank"]) if has_ranks else None,
                    "known_ranks_between": sum(bool(r and r["rank"]) for r in between_rows),
                    "earlier_index": as_value(index),
                    "index_points_gained": as_value(Fraction(row["index_value"]) - (index or 0))
                    if has_indices
                    else None,
                    "is_method_changed": own["methodology_id"] != earlier["methodology_id"],
                }
            )
    check_rows("edition_comparisons", expected)
