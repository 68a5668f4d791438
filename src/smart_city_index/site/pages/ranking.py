"""The rankings: a page for every edition, with one table for all of its categories."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from .. import charts, formats
from ..sharing import Pictures, dataset
from ..site_builder import OVERALL, Row, Site, publisher_pages

MOVERS = 3
# Shades of a place in a category: the shares of the field, in twelfths, that end with each.
SHADES = (1, 2, 4, 6, 9, 12)

SCRIPT_TEXTS = ("ranking_summary", "ranking_nothing_found")


@dataclass(frozen=True)
class Place:
    """The newest known place of a city in a category.

    Args:
        rank: the place.
        edition: its edition if it is an older one, otherwise None.
        shade: from 1 (first places) to the number of SHADES.
        mark: the letter that marks it.
    """

    rank: int
    edition: int | None
    shade: int
    mark: str


@dataclass(frozen=True)
class Line:
    """A row of the table.

    Args:
        row: the overall result of the city: a row of queries/ranking.sql.
        marks: of its place, tendency and index.
        overall: the newest known place; None if there is none.
        categories: the newest known place in each category.
        spark: paths of the places up to this edition, and of the last one.
        gap: the first and the last of the places above that are not known, if there are any.
        page: path of the city's page; None if it has none.
    """

    row: Row
    marks: str
    overall: Place | None
    categories: list[Place | None]
    spark: tuple[str, str] | None
    gap: tuple[int, int] | None
    page: str | None


def marks(site: Site, row: Row) -> str:
    """Return the marks of a result; a simulated city is marked at its name instead.

    Args:
        site: the site in the making.
        row: a row of queries/ranking.sql.
    """
    is_simulated = row["is_simulated"] and not row["is_simulated_city"]
    return site.marks(row, row["category_id"], is_simulated)


def newest_place(
    site: Site, results: dict[int, Row], edition: int, counts: dict[int, int]
) -> Place | None:
    """Return the newest known place of a city, in an edition or before it.

    Args:
        site: the site in the making.
        results: its results in a category by edition.
        edition: the edition.
        counts: the number of cities by edition.
    """
    for year in sorted((one for one in results if one <= edition), reverse=True):
        rank = results[year]["rank"]
        if rank is not None:
            shade = 1 + sum(rank * 12 > one * counts[year] for one in SHADES[:-1])
            return Place(
                rank, None if year == edition else year, shade, marks(site, results[year])[0]
            )
    return None


def lines(site: Site, edition: Row, category_ids: list[str]) -> tuple[list[Line], list[Row]]:
    """Return the rows of an edition's table, and the cities of which nothing is known.

    Args:
        site: the site in the making.
        edition: a row of queries/editions.sql.
        category_ids: the categories of the table.

    Returns:
        Rows in the order of the places, then those without one by their newest known place.
    """
    ranking_id, year = edition["ranking_id"], edition["edition"]
    by_city = site.grouped("ranking", "ranking_id", "city_id", "category_id")
    counts = {
        row["edition"]: row["city_count"]
        for row in site.grouped("editions", "ranking_id")[(ranking_id,)]
    }
    years = sorted(one for one in counts if one <= year)
    found, unknown = [], []
    above = 0
    rows = site.grouped("ranking", "ranking_id", "edition", "category_id")[
        ranking_id, year, OVERALL
    ]
    shared = Counter(row["rank"] for row in rows)
    for row in rows:
        histories = [
            {one["edition"]: one for one in by_city.get((ranking_id, row["city_id"], category), [])}
            for category in (OVERALL, *category_ids)
        ]
        overall, *places = (newest_place(site, one, year, counts) for one in histories)
        if overall is None and not any(places) and row["index_displayed"] is None:
            unknown.append(row)
            continue
        gap = None
        if row["rank"] is not None:
            if row["rank"] > above + 1:
                gap = (above + 1, row["rank"] - 1)
            above = row["rank"] + shared[row["rank"]] - 1
        ranks = [histories[0][one]["rank"] if one in histories[0] else None for one in years]
        spark = charts.sparkline(ranks, max(counts.values()))
        page = site.city_page(ranking_id, row["city_id"], year)
        found.append(Line(row, marks(site, row), overall, places, spark, gap, page))
    without_place = [line for line in found if line.row["rank"] is None]
    without_place.sort(key=lambda line: line.overall.rank if line.overall else counts[year] + 1)
    return [line for line in found if line.row["rank"] is not None] + without_place, unknown


def editions_led(site: Site, edition: Row, city_id: str) -> int:
    """Return for how many editions up to this one a city has been first without a break."""
    results = site.grouped("ranking", "ranking_id", "city_id", "category_id")
    history = {
        row["edition"]: row["rank"]
        for row in results[edition["ranking_id"], city_id, OVERALL]
        if row["edition"] <= edition["edition"]
    }
    editions = sorted(
        (
            row["edition"]
            for row in site.grouped("editions", "ranking_id")[(edition["ranking_id"],)]
            if row["edition"] <= edition["edition"]
        ),
        reverse=True,
    )
    return len(list(takewhile(lambda year: history.get(year) == 1, editions)))


def movers(shown: list[Line]) -> dict[str, list[Row]]:
    """Return the cities that have climbed and fallen most, the most first."""
    moved = sorted(
        (line.row for line in shown if line.row["tendency"]),
        key=lambda row: (-abs(row["tendency"]), row["rank"] or 0),
    )
    return {
        "climbers": [row for row in moved if row["tendency"] > 0][:MOVERS],
        "fallers": [row for row in moved if row["tendency"] < 0][:MOVERS],
    }


def headline(site: Site, edition: Row, shown: list[Line], language: str) -> str:
    """Return what an edition says in one sentence: who leads, and who has climbed most.

    Args:
        site: the site in the making.
        edition: a row of queries/editions.sql.
        shown: the rows of its table.
        language: `de` or `en`.
    """
    first = [line.row for line in shown if line.row["rank"] == 1]
    if not first:
        return site.text("headline_none", language, edition=edition["edition"])
    names = site.text("and", language).join(row["city_name"] for row in first)
    times = editions_led(site, edition, first[0]["city_id"]) if len(first) == 1 else 0
    if len(first) > 1:
        parts = [site.text("headline_tied", language, names=names)]
    elif times > 1:
        parts = [site.text("headline_again", language, names=names, times=times)]
    else:
        parts = [site.text("headline_leads", language, names=names)]
    climbers = [row for row in movers(shown)["climbers"] if row["rank"] is not None]
    if climbers:
        best = climbers[0]
        values = {"name": best["city_name"], "places": best["tendency"], "rank": best["rank"]}
        one = "headline_climber" if best["tendency"] > 1 else "headline_climber_one"
        parts.append(site.text(one, language, **values))
    else:
        behind = [line.row["city_name"] for line in shown[1:3] if line.row["rank"]]
        if len(first) == 1 and len(behind) == 2:
            parts.append(
                site.text("headline_ahead_of", language, second=behind[0], third=behind[1])
            )
    return "".join(parts)


def known_figures(site: Site, row: Row, language: str) -> tuple[str, str]:
    """Return how many places and indices are known of how many, and what their mean is worth.

    Args:
        site: the site in the making.
        row: a row of queries/edition_summaries.sql.
        language: `de` or `en`.
    """
    numbers = {
        "cities": formats.decimal(row["city_count"], 0, language),
        "places": formats.decimal(row["rank_count"], 0, language),
        "implied": row["implied_rank_count"],
        "indices": formats.decimal(row["index_count"], 0, language),
    }
    if row["rank_count"] == row["index_count"] == row["city_count"]:
        known = "known_all"
    else:
        known = "known_places_implied" if row["implied_rank_count"] else "known_places"
    means = {
        name: formats.decimal(row[name], row["index_digits"], language)
        for name in ("mean_index", "published_mean")
        if row[name] is not None
    }
    mean = ""
    if row["is_mean_of_all"]:
        mean = site.text("known_mean_of_all", language, **means)
    elif "published_mean" in means and "mean_index" in means:
        mean = site.text("known_mean_and_published", language, **means)
    elif row["index_count"] > 1:
        mean = site.text("known_mean", language, **means)
    return site.text(known, language, **numbers), mean


def groups_of(shown: list[Line], language: str) -> dict[str, list[tuple[str, str]]]:
    """Return what the table can be filtered by: states and size classes of its cities, by id."""
    states = {line.row["state_code"]: line.row["state_name"] for line in shown}
    sizes = {
        row["size_class_id"]: (row["population"], row[f"size_class_name_{language}"])
        for row in (line.row for line in shown)
        if row["size_class_id"]
    }
    groups = {
        "state": sorted(states.items(), key=lambda one: str(one[1])),
        "size": [(key, name) for key, (_, name) in sorted(sizes.items(), key=lambda one: one[1])],
    }
    return {name: options for name, options in groups.items() if len(options) > 1}


def picture_values(site: Site, edition: Row, shown: list[Line], language: str) -> dict[str, Any]:
    """Return what the picture of an edition shows: its first five places.

    Args:
        site: the site in the making.
        edition: a row of queries/editions.sql.
        shown: the rows of its table.
        language: `de` or `en`.
    """
    first = [line.row for line in shown if line.row["rank"] is not None][:5]
    return {
        "kicker": site.text("picture_first", language),
        "name": f"{edition[f'ranking_name_{language}']} {edition['edition']}",
        "rank": None,
        "is_list": True,
        "bars": [{"name": row["city_name"], "rank": row["rank"]} for row in first],
    }


def build(site: Site) -> None:
    """Write the page of every edition."""
    summaries = site.grouped("edition_summaries", "ranking_id", "edition", "category_id")
    rankings = site.grouped("editions", "ranking_id")
    pictures = Pictures(site)
    for edition in site.rows("editions"):
        key = edition["ranking_id"], edition["edition"]
        categories = [
            row
            for row in site.grouped("categories", "ranking_id", "edition")[key]
            if row["depth"] == 1
        ]
        shown, unknown = lines(site, edition, [row["category_id"] for row in categories])
        years = [row["edition"] for row in rankings[edition["ranking_id"],]]
        values: dict[str, Any] = {
            "edition": edition,
            "rankings": list(rankings.values()),
            "categories": categories,
            "lines": shown[: site.settings.rows],
            "line_count": len(shown),
            "unknown": unknown,
            "first_year": min(years),
            "spark_width": charts.spark_width(sum(one <= edition["edition"] for one in years)),
            "moved": sum(line.row["tendency"] is not None for line in shown),
            "publisher_pages": publisher_pages(rankings[edition["ranking_id"],]),
            **movers(shown),
        }
        for language in site.languages:
            path = site.edition_page(*key)
            name = edition[f"ranking_name_{language}"]
            said = headline(site, edition, shown, language)
            known, mean = known_figures(site, summaries[(*key, OVERALL)][0], language)
            site.write_page(
                "ranking.html",
                path,
                language,
                navigation="nav_ranking",
                title=said,
                description=site.text(
                    "ranking_lead",
                    language,
                    ranking=name,
                    edition=edition["edition"],
                    cities=edition["city_count"],
                )
                + " "
                + known,
                picture=pictures.write(
                    path, language, **picture_values(site, edition, shown, language)
                ),
                dataset=dataset(site, edition, language, f"{language}/{path}"),
                script_texts=SCRIPT_TEXTS,
                known=known,
                mean=mean,
                groups=groups_of(values["lines"], language),
                data_date=site.data_date(edition, language),
                **values,
            )
