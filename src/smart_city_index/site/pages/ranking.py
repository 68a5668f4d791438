"""The ranking, index.html: every ranking, edition and category as one table."""

from __future__ import annotations

from typing import Any

from .. import formats
from ..site_builder import LANGUAGES, MARKS, Row, Site, publisher_pages

OVERALL = "overall"

CITY_COLUMNS = (
    "city_id",
    "city_name",
    "state_code",
    "state_name",
    "size_class_id",
    "is_simulated_city",
    "latitude",
    "longitude",
)

SCRIPT_TEXTS = (
    *(f"mark_{letter}" for letter in (*MARKS.values(), "s")),
    "figures_simulated",
    "gap_not_recorded",
    "gap_new_in_field",
    "gap_first_edition",
    "ranking_caption",
    "ranking_summary",
    "ranking_summary_all",
    "ranking_nothing_found",
    "control_all",
)


def marks(site: Site, row: Row) -> str:
    """Return the marks of a result; a simulated city is marked at its name instead.

    Args:
        site: the site in the making.
        row: a row of queries/ranking.sql.
    """
    is_simulated = row["is_simulated"] and not row["is_simulated_city"]
    return site.marks(row, row["category_id"], is_simulated)


def ranking_data(site: Site, rows: list[Row]) -> dict[str, Any]:
    """Return the results of one ranking for the script.

    Args:
        site: the site in the making.
        rows: results of all editions and categories.

    Returns:
        `cities`: their CITY_COLUMNS; `editions`: for each, whether
        there is an edition `before`, the `members` (positions in cities), the new ones, and
        `results`, for each category [member, place, tendency, index, marks]. A result of which
        nothing is known is left out.
    """
    cities: dict[str, list[Any]] = {}
    editions: dict[int, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda one: (one["city_name"], one["city_id"])):
        cities.setdefault(row["city_id"], [row[column] for column in CITY_COLUMNS])
    position = {city_id: number for number, city_id in enumerate(cities)}
    for row in rows:
        edition = editions.setdefault(
            row["edition"],
            {"before": row["previous_edition"], "members": [], "new": [], "results": {}},
        )
        member = position[row["city_id"]]
        if row["category_id"] == OVERALL:
            edition["members"].append(member)
            if row["is_new_in_edition"] and row["previous_edition"]:
                edition["new"].append(member)
        figures = (row["rank"], row["tendency"], row["index_displayed"])
        results = edition["results"].setdefault(row["category_id"], [])
        if any(value is not None for value in figures):
            results.append([member, *figures, marks(site, row)])
    return {"cities": list(cities.values()), "editions": editions}


def known_figures(site: Site, row: Row, language: str) -> str:
    """Return how many places and indices are known, of how many, and what their mean is worth.

    Args:
        site: the site in the making.
        row: a row of queries/edition_summaries.sql.
        language: `de` or `en`.
    """
    numbers = {
        "cities": row["city_count"],
        "places": row["rank_count"],
        "implied": row["implied_rank_count"],
        "indices": row["index_count"],
    }
    text_ids = ["known_places_implied" if row["implied_rank_count"] else "known_places"]
    means = {}
    for name in ("mean_index", "published_mean"):
        if row[name] is not None:
            means[name] = formats.decimal(row[name], row["index_digits"], language)
    if row["is_mean_of_all"]:
        text_ids.append("known_mean_of_all")
    elif "published_mean" in means:
        text_ids.append("known_mean_and_published")
    elif row["index_count"] > 1:
        text_ids.append("known_mean")
    return " ".join(site.text(one, language, **numbers, **means) for one in text_ids)


def settings(site: Site, language: str) -> dict[str, Any]:
    """Return what the script must know of rankings, editions and categories.

    Args:
        site: the site in the making.
        language: `de` or `en`.
    """
    categories = site.grouped("categories", "ranking_id", "edition")

    def category_names(row: Row) -> dict[str, str]:
        return {
            category["category_id"]: category[f"category_name_{language}"]
            for category in categories[row["ranking_id"], row["edition"]]
        }

    rankings = site.rankings_for_script(site.rows("editions"), language, category_names)
    for row in site.rows("edition_summaries"):
        known = rankings[row["ranking_id"]].setdefault("known", {}).setdefault(row["edition"], {})
        known[row["category_id"]] = known_figures(site, row, language)
    return {"rankings": rankings}


def build(site: Site) -> None:
    """Write the data of every ranking, and the page with the newest edition of the first."""
    by_ranking = site.grouped("ranking", "ranking_id")
    for (ranking_id,), rows in by_ranking.items():
        site.write_data(f"ranking-{ranking_id}", ranking_data(site, rows))

    editions = site.rows("editions")
    default = editions[0]
    results = site.grouped("ranking", "ranking_id", "edition", "category_id")
    rows = [
        {**row, "marks": marks(site, row)}
        for row in results[default["ranking_id"], default["edition"], OVERALL]
    ]
    states = {row["state_code"]: row for row in by_ranking[(default["ranking_id"],)]}
    categories = site.grouped("categories", "ranking_id", "edition")[
        default["ranking_id"], default["edition"]
    ]
    rankings = {row["ranking_id"]: row for row in editions}
    for language in LANGUAGES:
        site.write_page(
            "ranking.html",
            "index.html",
            language,
            navigation="nav_ranking",
            title=site.text("nav_ranking", language),
            script_texts=SCRIPT_TEXTS,
            default=default,
            rankings=list(rankings.values()),
            publisher_pages=publisher_pages(editions),
            editions=[
                row["edition"] for row in editions if row["ranking_id"] == default["ranking_id"]
            ],
            categories=categories,
            states=sorted(states.values(), key=lambda row: row["state_name"]),
            size_classes=site.rows("size_classes"),
            rows=rows,
            caption=site.text(
                "ranking_caption",
                language,
                ranking=default[f"ranking_name_{language}"],
                edition=default["edition"],
                category=categories[0][f"category_name_{language}"],
            ),
            summary=site.text(
                "ranking_summary_all",
                language,
                cities=len(rows),
            ),
            settings=settings(site, language),
        )
