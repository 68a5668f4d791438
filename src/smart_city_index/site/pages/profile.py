"""The pages of a city: city/<ranking_id>/<city_id>.html, and one for each older edition."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from .. import charts, formats
from ..settings import LANGUAGES
from ..sharing import Pictures
from ..site_builder import MARK_LETTERS, NO_MARK, OVERALL, Row, Site, publisher_pages

SHOWN_DRIVERS = 6
SHOWN_LEVERS = 6
SHOWN_SCORES = 5

# Queries with rows per ranking, city and edition, by the name under which the template knows them.
ANALYSIS_QUERIES = (
    "rank_certainty",
    "tendency_places",
    "index_drivers",
    "tendency_certainty",
    "what_if_scores",
    "what_if_ranges",
    "target_scores",
    "category_gaps",
    "strengths_and_weaknesses",
    "peer_cities",
    "contradictions",
)


@dataclass(frozen=True)
class Source:
    """Where published figures stand.

    Args:
        labels: the lines that rest on it, by language.
        links: host and address; an address may be missing where the source is a text.
    """

    labels: dict[str, list[str]]
    links: list[tuple[str, str | None]]


Groups = dict[str, dict[tuple[Any, ...], list[Row]]]


def source_links(source: str) -> list[tuple[str, str | None]]:
    """Return host and address of each part of a source, which are separated by semicolons."""
    links: list[tuple[str, str | None]] = []
    for part in source.split(" ; "):
        links.append((host(part) or part, part if host(part) else None))
    return links


def host(address: str) -> str | None:
    """Return the host of an address of the web; None for anything else, such as `javascript:`."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    if parts.scheme in ("http", "https") and parts.hostname:
        return parts.hostname.removeprefix("www.")
    return None


def published_sources(rows: list[Row]) -> list[Source]:
    """Return the sources of lines that are not simulated, in the order of the lines."""
    found: dict[str, Source] = {}
    for row in rows:
        if row["source"] and not row["is_simulated"]:
            empty = Source({language: [] for language in LANGUAGES}, source_links(row["source"]))
            source = found.setdefault(row["source"], empty)
            for language in LANGUAGES:
                source.labels[language].append(row[f"label_{language}"])
    return list(found.values())


def indicator_blocks(rows: list[Row], results: list[Row]) -> list[dict[str, Any]]:
    """Return the scores by category, project points apart.

    Args:
        rows: the city's scores of an edition.
        results: its result lines, which name the categories.
    """
    blocks = []
    for result in results:
        of_category = [row for row in rows if row["category_id"] == result["line_id"]]
        if of_category:
            blocks.append(
                {
                    "category": result,
                    "scores": [row for row in of_category if row["role"] == "regular"],
                    "projects": [row for row in of_category if row["role"] == "project"],
                }
            )
    return blocks


def with_lengths(rows: list[Row], column: str) -> list[Row]:
    """Return rows with the `length` (0..100) of the bar for a column, the largest filling it."""
    largest = max((abs(row[column]) for row in rows), default=Decimal(0))
    return [{**row, "length": charts.scaled(row[column], largest)} for row in rows]


def paths_by_goal(rows: list[Row]) -> list[list[Row]]:
    """Return the steps of each goal."""
    goals: dict[int, list[Row]] = {}
    for row in rows:
        goals.setdefault(row["ranks_to_gain"], []).append(row)
    return list(goals.values())


def with_marks(site: Site, row: Row, category_id: str, member: Row) -> Row:
    """Return a row with the marks of place, tendency and index; not again in a simulated city.

    Args:
        site: the site in the making.
        row: place, tendency or index of a city.
        category_id: their category.
        member: the city as a member of an edition.
    """
    is_simulated = row["is_simulated"] and not member["is_simulated_city"]
    return {**row, "marks": site.marks(row, category_id, is_simulated)}


def edition_values(site: Site, groups: Groups, member: Row, edition: Row) -> dict[str, Any]:
    """Return what the template shows of a city in one edition.

    Args:
        site: the site in the making.
        groups: rows of the queries by ranking, city and edition.
        member: the city as a member of the edition.
        edition: the edition.
    """
    key = (member["ranking_id"], member["city_id"], member["edition"])
    found = {name: rows.get(key, []) for name, rows in groups.items()}
    lines: dict[str, list[Row]] = {}
    for row in found["profile_lines"]:
        lines.setdefault(row["section"], []).append(row)
    results = [
        {
            **with_marks(site, row, row["line_id"], member),
            "behind": None
            if row["rank"] is None
            else charts.scaled(
                Decimal(edition["city_count"] - row["rank"] + 1), Decimal(edition["city_count"])
            ),
        }
        for row in lines["result"]
    ]
    drivers = [row for row in found["index_drivers"] if row["contribution"]]
    assessed = found["strengths_and_weaknesses"]
    return {
        **{name: found[name] for name in ANALYSIS_QUERIES},
        "member": member,
        "edition": edition,
        "facts": [row for row in lines["header"] if row["line_id"] != "rank" and row["text_de"]],
        "results": results,
        "overall": results[0],
        "sources": published_sources(results),
        "indicator_sources": published_sources(found["profile_indicators"]),
        "best_practices": [
            {**row, "host": host(row["source"] or "")} for row in lines.get("best_practice", [])
        ],
        "blocks": indicator_blocks(found["profile_indicators"], results),
        "index_drivers": with_lengths(drivers[:SHOWN_DRIVERS], "contribution"),
        "scale": edition["scale_maximum"],
        "what_if_scores": found["what_if_scores"][:SHOWN_LEVERS],
        "what_if_ranges": found["what_if_ranges"][:SHOWN_SCORES],
        "possible_places": {row["category_id"]: row for row in found["possible_places"]},
        "target_scores": paths_by_goal(found["target_scores"]),
        "category_gaps": with_lengths(found["category_gaps"], "index_points_ahead"),
        "strengths": [row for row in assessed if row["assessment"] == "strength"],
        "weaknesses": [row for row in assessed if row["assessment"] == "weakness"],
    }


def history_values(rows: list[Row], editions: list[Row]) -> dict[str, Any]:
    """Return the places of a city over the editions of its ranking.

    Args:
        rows: its places by category and edition.
        editions: the editions of the ranking, newest first.

    Returns:
        `years`; `categories`: for each category the result (None where the city was not in the
        field) of every year; `chart` of the overall places.
    """
    years = sorted(row["edition"] for row in editions)
    categories: dict[str, dict[int, Row]] = {}
    for row in rows:
        categories.setdefault(row["category_id"], {})[row["edition"]] = row
    overall = categories[OVERALL]
    places = [
        (year, overall[year]["rank"], overall[year]["marks"][0])
        if year in overall
        else (year, None, NO_MARK)
        for year in years
    ]
    return {
        "years": years,
        "categories": {
            category_id: [of_year.get(year) for year in years]
            for category_id, of_year in categories.items()
        },
        "chart": charts.history_chart(places, max(row["city_count"] for row in editions)),
    }


def letters_of(shown: dict[str, Any], places: list[Row]) -> list[str]:
    """Return the letters of all marks on the page of a city.

    Args:
        shown: the city in the edition.
        places: its places over the editions.
    """
    rows = [*places, *shown["results"]]
    used = {letter for row in rows for letter in row["marks"]}
    scores = [row for block in shown["blocks"] for row in block["scores"]]
    if any(row["is_simulated"] for row in (*rows, *scores)):
        used.add("s")
    if any(row["name_is_inferred"] for row in scores):
        used.add("i")
    return [letter for letter in MARK_LETTERS if letter in used]


def message(site: Site, shown: dict[str, Any], language: str) -> str:
    """Return what an edition says of a city in one sentence.

    Args:
        site: the site in the making.
        shown: the city in the edition.
        language: `de` or `en`.
    """
    overall, edition = shown["overall"], shown["edition"]
    values = {
        "rank": overall["rank"],
        "cities": formats.decimal(edition["city_count"], 0, language),
        "edition": edition["edition"],
        "previous": edition["previous_edition"],
    }
    if overall["rank"] is None:
        start = "message_no_rank"
    elif overall["tendency"] is None:
        start = "message_rank"
    elif overall["tendency"] == 0:
        start = "message_same"
    else:
        start = "message_moved"
        values["before"] = overall["rank"] + overall["tendency"]
    parts = [site.text(start, language, **values)]
    ranked = [row for row in shown["results"][1:] if row["rank"] is not None]
    best = min((row["rank"] for row in ranked), default=0)
    worst = max((row["rank"] for row in ranked), default=0)
    if best < worst:
        for text_id, rank in (("message_best", best), ("message_worst", worst)):
            names = [row[f"label_{language}"] for row in ranked if row["rank"] == rank]
            named = site.text("and", language).join(names)
            parts.append(site.text(text_id, language, names=named, rank=rank))
        if len(ranked) < len(shown["results"]) - 1:
            numbers = {"known": len(ranked), "all": len(shown["results"]) - 1}
            parts.append(site.text("message_known", language, **numbers))
    elif len(ranked) == 1:
        named = ranked[0][f"label_{language}"]
        parts.append(site.text("message_one", language, names=named, rank=ranked[0]["rank"]))
    return "".join(parts) + "."


@dataclass(frozen=True)
class Profiles:
    """What all pages of cities are made from.

    Args:
        site: the site in the making.
        groups: rows of the queries by ranking, city and edition.
        members: the cities as members of editions, by ranking, city and edition.
        editions: rows of queries/editions.sql by ranking and edition.
    """

    site: Site
    groups: Groups
    members: dict[tuple[Any, ...], Row]
    editions: dict[tuple[Any, ...], Row]

    def values(self, ranking_id: str, city_id: str, edition: int) -> dict[str, Any]:
        """Return what the template shows of a city in an edition."""
        return edition_values(
            self.site,
            self.groups,
            self.members[ranking_id, city_id, edition],
            self.editions[ranking_id, edition],
        )

    def analysed(self, ranking_id: str, city_id: str) -> dict[str, Any] | None:
        """Return a city in the newest edition of another ranking in which it is analysed."""
        for edition in self.editions.values():
            other = edition["ranking_id"], city_id, edition["edition"]
            if (
                edition["ranking_id"] != ranking_id
                and not edition["is_simulated_ranking"]
                and self.groups["rank_certainty"].get(other)
            ):
                return self.values(*other)
        return None


def picture_values(site: Site, shown: dict[str, Any], language: str) -> dict[str, Any]:
    """Return what the picture of a city shows: its place, tendency and places in the categories.

    Args:
        site: the site in the making.
        shown: the city in the edition.
        language: `de` or `en`.
    """
    edition, overall = shown["edition"], shown["overall"]
    count = formats.decimal(edition["city_count"], 0, language)
    return {
        "kicker": f"{edition[f'ranking_name_{language}']} {edition['edition']}",
        "name": shown["member"]["city_name"],
        "is_list": False,
        "rank": overall["rank"],
        "tendency": overall["tendency"],
        "place_text": site.text("picture_place", language, count=count),
        "bars": [
            {
                "name": row[f"label_{language}"],
                "rank": row["rank"],
                "width": None
                if row["behind"] is None
                else charts.rounded(Decimal(row["behind"]) * Decimal("6.7")),
                "colour": site.colour(row["line_id"]),
            }
            for row in shown["results"][1:7]
        ],
    }


def build(site: Site) -> None:
    """Write the pages of every city in every ranking."""
    names = (*ANALYSIS_QUERIES, "profile_lines", "profile_indicators", "possible_places")
    profiles = Profiles(
        site,
        {name: site.grouped(name, "ranking_id", "city_id", "edition") for name in names},
        {(row["ranking_id"], row["city_id"], row["edition"]): row for row in site.rows("cities")},
        {(row["ranking_id"], row["edition"]): row for row in site.rows("editions")},
    )
    histories = site.grouped("history", "ranking_id", "city_id")
    editions = site.grouped("editions", "ranking_id")
    pictures = Pictures(site)
    for (ranking_id, city_id), years in site.city_editions.items():
        ranking = editions[(ranking_id,)]
        others = {one: site.city_editions.get((one, city_id)) for (one,) in editions}
        other = profiles.analysed(ranking_id, city_id)
        for year in years:
            shown = profiles.values(ranking_id, city_id, year)
            member = shown["member"]
            places = [
                with_marks(site, row, row["category_id"], member)
                for row in histories[ranking_id, city_id]
            ]
            values: dict[str, Any] = {
                "one": shown,
                "analysis": shown
                if shown["rank_certainty"]
                else other
                if year == years[0]
                else None,
                "city_rankings": [
                    [profiles.editions[one, edition] for edition in found]
                    for one, found in others.items()
                    if found
                ],
                "history": history_values(places, ranking),
                "publisher_pages": publisher_pages(ranking),
                "letters": letters_of(shown, places),
            }
            path = site.city_page(ranking_id, city_id, year)
            assert path
            for language in site.languages:
                place = "title_place" if shown["overall"]["rank"] is not None else "title_no_place"
                site.write_page(
                    "profile.html",
                    path,
                    language,
                    navigation="nav_ranking",
                    title=site.text(
                        place,
                        language,
                        city=member["city_name"],
                        rank=shown["overall"]["rank"],
                        ranking=shown["edition"][f"ranking_name_{language}"],
                        edition=year,
                    ),
                    description=message(site, shown, language),
                    picture=pictures.write(path, language, **picture_values(site, shown, language))
                    if year == years[0]
                    else None,
                    data_date=site.data_date(shown["edition"], language),
                    **values,
                )
