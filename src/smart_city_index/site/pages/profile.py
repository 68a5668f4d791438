"""The profile of a city: city/<ranking_id>/<city_id>.html, every edition in one page."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from .. import charts
from ..site_builder import LANGUAGES, Row, Site

SHOWN_DRIVERS = 6
SHOWN_LEVERS = 6

# Queries with rows per ranking, city and edition, by the name under which the template knows them.
ANALYSIS_QUERIES = (
    "rank_certainty",
    "tendency_places",
    "index_drivers",
    "tendency_certainty",
    "what_if_scores",
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
        address = urlsplit(part)
        if address.scheme in ("http", "https") and address.hostname:
            links.append((address.hostname.removeprefix("www."), part))
        else:
            links.append((part, None))
    return links


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


def edition_values(groups: Groups, member: Row, edition: Row) -> dict[str, Any]:
    """Return what the template shows of a city in one edition.

    Args:
        groups: rows of the queries by ranking, city and edition.
        member: the city as a member of the edition.
        edition: the edition.
    """
    key = (member["ranking_id"], member["city_id"], member["edition"])
    found = {name: rows.get(key, []) for name, rows in groups.items()}
    lines: dict[str, list[Row]] = {}
    for row in found["profile_lines"]:
        lines.setdefault(row["section"], []).append(row)
    results = lines["result"]
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
        "best_practices": lines.get("best_practice", []),
        "blocks": indicator_blocks(found["profile_indicators"], results),
        "index_drivers": with_lengths(drivers[:SHOWN_DRIVERS], "contribution"),
        "what_if_scores": found["what_if_scores"][:SHOWN_LEVERS],
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
    overall = categories["overall"]
    places = [
        (year, overall[year]["rank"], overall[year]["is_simulated"])
        if year in overall
        else (year, None, False)
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


def build(site: Site) -> None:
    """Write the profile of every city in every ranking."""
    names = (*ANALYSIS_QUERIES, "profile_lines", "profile_indicators")
    groups = {name: site.grouped(name, "ranking_id", "city_id", "edition") for name in names}
    histories = site.grouped("history", "ranking_id", "city_id")
    editions = site.grouped("editions", "ranking_id")
    members = site.grouped("cities", "ranking_id", "city_id")
    for (ranking_id, city_id), memberships in members.items():
        by_year = {row["edition"]: row for row in editions[(ranking_id,)]}
        ranking = editions[(ranking_id,)][0]
        shown = [edition_values(groups, row, by_year[row["edition"]]) for row in memberships]
        others = [
            one[0]
            for (other_id,), one in editions.items()
            if other_id != ranking_id and (other_id, city_id) in members
        ]
        for language in LANGUAGES:
            site.write_page(
                "profile.html",
                f"city/{ranking_id}/{city_id}.html",
                language,
                navigation="nav_ranking",
                title=f"{memberships[0]['city_name']}, {ranking[f'ranking_name_{language}']}",
                city=memberships[0],
                ranking=ranking,
                other_rankings=others,
                editions=shown,
                history=history_values(histories[ranking_id, city_id], editions[(ranking_id,)]),
            )
