"""Weights of one's own, weights.html: the one page on which the browser computes a ranking."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..settings import LANGUAGES
from ..site_builder import Row, Site

# The smallest unit of a category index in the data: assets/weights_arithmetic.js counts in it.
INDEX_DIGITS = 12

SCRIPT_TEXTS = (
    "mark_s",
    "figures_simulated",
    "weights_caption",
    "weights_place",
    "weights_place_tied",
    "weights_gained_one",
    "weights_gained",
    "weights_lost_one",
    "weights_lost",
    "weights_unchanged",
    "weights_all_zero",
    "weights_not_offered",
    "weights_unknown_city",
)


def index_units(value: Decimal) -> str:
    """Return an index counted in units of its last digit, as digits."""
    return str(int(value.scaleb(INDEX_DIGITS)))


def weights_data(site: Site, edition: Row, rows: list[Row]) -> dict[str, Any]:
    """Return a complete edition for the script.

    Args:
        site: the site in the making.
        edition: its row of weights_editions.
        rows: its rows of weights_indices.

    Returns:
        `scale`, `indexDigits` and `rankDigits`; `categories`: id, names and class of the colour;
        `cities`: id, name, state, whether it is a simulated city, whether figures of a real city
        are simulated, the category indices in units of their last digit, page.
    """
    categories: dict[str, dict[str, str]] = {}
    cities: dict[str, list[Any]] = {}
    for row in rows:
        categories.setdefault(
            row["category_id"],
            {language: row[f"category_name_{language}"] for language in LANGUAGES}
            | {"colour": site.colour(row["category_id"])},
        )
        city = cities.setdefault(
            row["city_id"],
            [
                row["city_id"],
                row["city_name"],
                row["state_name"],
                row["is_simulated_city"],
                row["is_simulated"] and not row["is_simulated_city"],
                [],
                site.city_page(row["ranking_id"], row["city_id"], row["edition"]),
            ],
        )
        city[5].append(index_units(row["index_value"]))
    return {
        "scale": int(edition["scale_maximum"]),
        "indexDigits": edition["index_digits"],
        "rankDigits": edition["rank_digits"],
        "categories": [{"id": one, **names} for one, names in categories.items()],
        "cities": list(cities.values()),
    }


def city_counts(row: Row) -> dict[str, int]:
    """Return how many cities an edition has, and how many of them with every category index."""
    return {"cities": row["city_count"], "complete": row["complete_city_count"]}


def build(site: Site) -> None:
    """Write the data of every edition that is complete, and the page, if any edition allows it."""
    editions = site.rows("weights_editions")
    if not editions:
        return
    indices = site.grouped("weights_indices", "ranking_id", "edition")
    for row in editions:
        if row["is_complete"]:
            key = row["ranking_id"], row["edition"]
            site.write_data(f"weights-{key[0]}-{key[1]}", weights_data(site, row, indices[key]))

    offered = [row for row in editions if row["is_complete"]]
    default = (offered or editions)[0]
    for language in site.languages:
        site.write_page(
            "weights.html",
            "weights.html",
            language,
            navigation="nav_weights",
            title=site.text("weights_title", language),
            script_texts=SCRIPT_TEXTS,
            default=default,
            rankings=list({row["ranking_id"]: row for row in editions}.values()),
            editions=[
                row["edition"] for row in editions if row["ranking_id"] == default["ranking_id"]
            ],
            offered=offered,
            script_settings={
                "default": default["ranking_id"],
                "rankings": site.rankings_for_script(editions, language, city_counts),
            },
        )
