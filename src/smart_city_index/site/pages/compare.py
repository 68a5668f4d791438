"""Two to five cities side by side, compare.html; in a large field, of those with a page."""

from __future__ import annotations

from typing import Any

from ..site_builder import MARKS, Row, Site, publisher_pages
from .ranking import marks

MOST_CITIES = 5

# assets/compare.js knows them by these names.
STATUSES_WITHOUT_SCORE = ("coarser_level", "not_applicable")

SCRIPT_TEXTS = (
    *(f"mark_{letter}" for letter in (*MARKS.values(), "s")),
    "figures_simulated",
    "gap_not_recorded",
    *(f"gap_{status}" for status in STATUSES_WITHOUT_SCORE),
    "gap_new_in_field",
    "gap_first_edition",
    "compare_nobody",
    "compare_summary",
    "compare_one_city",
    "compare_missing",
    "compare_most_cities",
    "compare_indices_caption",
    "compare_indicators_caption",
    "compare_no_indicators",
    "compare_no_scores",
    "compare_category",
    "compare_indicator",
    "compare_reference",
    "compare_best",
    "compare_place",
    "compare_inferred_name",
    "compare_projects",
)


def result_of(site: Site, row: Row, member: int) -> list[Any]:
    """Return a result for the script: member, place, tendency, index, marks in that order."""
    return [member, row["rank"], row["tendency"], row["index_displayed"], marks(site, row)]


def compare_data(
    site: Site,
    results: list[Row],
    categories: list[Row],
    indicators: list[Row],
    scores: list[Row],
) -> dict[str, Any]:
    """Return an edition for the script.

    Args:
        site: the site in the making.
        results: results of all categories, each in the order of places.
        categories: the overall index first.
        indicators: in the page's order.
        scores: those that are known.

    Returns:
        `cities`: id, name, state, whether it is a simulated city, page, in the order of places;
        `before` and the `new` ones among the cities; `categories` with their `results` and
        `indicators`, these with their `scores` (member, printed score or why there is none,
        whether a real city's is simulated).
    """
    overall = [row for row in results if row["category_id"] == categories[0]["category_id"]]
    members = {row["city_id"]: position for position, row in enumerate(overall)}
    simulated_cities = {row["city_id"] for row in overall if row["is_simulated_city"]}
    scores_of: dict[str, list[list[Any]]] = {}
    for row in scores:
        is_marked = row["is_simulated"] and row["city_id"] not in simulated_cities
        scores_of.setdefault(row["indicator_id"], []).append(
            [members[row["city_id"]], row["score_displayed"] or row["status"], int(is_marked)]
        )
    return {
        "cities": [
            [
                row["city_id"],
                row["city_name"],
                row["state_name"],
                row["is_simulated_city"],
                site.city_page(row["ranking_id"], row["city_id"], row["edition"]),
            ]
            for row in overall
        ],
        "before": overall[0]["previous_edition"],
        "new": [members[row["city_id"]] for row in overall if row["is_new_in_edition"]],
        "categories": [
            {
                "id": category["category_id"],
                "colour": site.colour(category["category_id"]),
                "de": category["category_name_de"],
                "en": category["category_name_en"],
                "results": [
                    result_of(site, row, members[row["city_id"]])
                    for row in results
                    if row["category_id"] == category["category_id"]
                ],
                "indicators": [
                    {
                        "id": row["indicator_id"],
                        "de": row["indicator_name_de"],
                        "en": row["indicator_name_en"],
                        "inferred": row["name_is_inferred"],
                        "projects": row["role"] == "project",
                        "scores": scores_of.get(row["indicator_id"], []),
                    }
                    for row in indicators
                    if row["category_id"] == category["category_id"]
                ],
            }
            for category in categories
        ],
    }


def scale_of(row: Row) -> int:
    """Return the highest score of an edition."""
    return int(row["scale_maximum"])


def build(site: Site) -> None:
    """Write the data of every edition, and the page."""
    editions = site.rows("editions")
    by_edition = {
        query: site.grouped(query, "ranking_id", "edition")
        for query in ("ranking", "categories", "compare_indicators", "compare_scores")
    }
    for row in editions:
        key = row["ranking_id"], row["edition"]
        parts = [rows.get(key, []) for rows in by_edition.values()]
        if row["city_count"] > site.settings.profiles:
            for number in (0, 3):
                parts[number] = [
                    one for one in parts[number] if (key[0], one["city_id"]) in site.city_editions
                ]
        site.write_data(f"compare-{key[0]}-{key[1]}", compare_data(site, *parts))

    default = editions[0]
    for language in site.languages:
        site.write_page(
            "compare.html",
            "compare.html",
            language,
            navigation="nav_compare",
            title=site.text("compare_title", language),
            script_texts=SCRIPT_TEXTS,
            default=default,
            rankings=list({row["ranking_id"]: row for row in editions}.values()),
            publisher_pages=publisher_pages(editions),
            editions=[
                row["edition"] for row in editions if row["ranking_id"] == default["ranking_id"]
            ],
            most_cities=MOST_CITIES,
            script_settings={
                "default": default["ranking_id"],
                "rankings": site.rankings_for_script(editions, language, scale_of),
            },
        )
