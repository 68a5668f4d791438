"""Two to five cities side by side, compare.html; in a large field, of those with a page."""

from __future__ import annotations

from typing import Any

from ..site_builder import OVERALL, Row, Site, publisher_pages
from .ranking import marks

MOST_CITIES = 5

SCRIPT_TEXTS = (
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
    "compare_best",
)


def compare_data(site: Site, edition: Row, language: str) -> dict[str, Any]:
    """Return an edition for the script, its cells drawn by templates/compare_cells.html.

    Args:
        site: the site in the making.
        edition: a row of queries/editions.sql.
        language: `de` or `en`.

    Returns:
        `cities`: id, name and head of the column, in the order of places; `rows`: whether it is a
        `category`, a `group` or an `indicator`, its id, its head, and for each city the printed
        figure (None if there is none), how it is shown, and what stands below it; nothing where
        it is not recorded, for which `gap` stands.
    """
    draw = site.macros("compare_cells.html", language)
    key = edition["ranking_id"], edition["edition"]
    results = site.grouped("ranking", "ranking_id", "edition", "category_id")
    cities = results[(*key, OVERALL)]
    if edition["city_count"] > site.settings.profiles:
        cities = [row for row in cities if (key[0], row["city_id"]) in site.city_editions]
    scores = {
        (row["indicator_id"], row["city_id"]): row
        for row in site.grouped("compare_scores", "ranking_id", "edition").get(key, [])
    }
    by_category: dict[str, list[Row]] = {}
    for row in site.grouped("compare_indicators", "ranking_id", "edition").get(key, []):
        by_category.setdefault(row["category_id"], []).append(row)

    def result(row: Row | None) -> list[Any] | None:
        if row is None:
            return None
        letters = marks(site, row)
        printed = row["index_displayed"]
        below = draw.result(row, letters, edition["scale_maximum"])
        return [printed, str(draw.score(printed, letters[2])), str(below)]

    def score(row: Row | None, city: Row) -> list[Any] | None:
        if row is None:
            return None
        if row["score_displayed"] is None:
            return [None, str(draw.score(None, "-", row["status"]))]
        is_marked = row["is_simulated"] and not city["is_simulated_city"]
        printed = row["score_displayed"]
        return [printed, str(draw.score(printed, "s" if is_marked else "-"))]

    indices, indicators = [], []
    for category in site.grouped("categories", "ranking_id", "edition")[key]:
        one = category["category_id"]
        title = str(draw.title(one, category[f"category_name_{language}"]))
        of_city = {row["city_id"]: row for row in results[(*key, one)]}
        cells = [result(of_city.get(city["city_id"])) for city in cities]
        indices.append(["category", one, title, cells])
        if one in by_category:
            indicators.append(["group", one, title, []])
        for row in by_category.get(one, []):
            name = draw.indicator(row[f"indicator_name_{language}"], row)
            cells = [
                score(scores.get((row["indicator_id"], one["city_id"])), one) for one in cities
            ]
            indicators.append(["indicator", row["indicator_id"], str(name), cells])
    heads = [
        draw.head({**row, "page": site.city_page(key[0], row["city_id"], key[1])}) for row in cities
    ]
    return {
        "cities": [
            [row["city_id"], row["city_name"], str(head)]
            for row, head in zip(cities, heads, strict=True)
        ],
        "rows": [*indices, *indicators],
        "gap": str(draw.score(None, "-")),
    }


def build(site: Site) -> None:
    """Write the data of every edition, and the page."""
    editions = site.rows("editions")
    default = editions[0]
    for language in site.languages:
        for row in editions:
            name = f"compare-{row['ranking_id']}-{row['edition']}-{language}"
            site.write_data(name, compare_data(site, row, language))
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
                "rankings": site.rankings_for_script(editions, language, lambda _: True),
            },
        )
