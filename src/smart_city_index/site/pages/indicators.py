"""The indicators: an overview, and a page for each with definition, distribution and all scores."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .. import charts
from ..site_builder import Row, Site, publisher_pages

FIGURES = (
    "mean_score",
    "standard_deviation",
    "minimum_score",
    "first_quartile",
    "median_score",
    "third_quartile",
    "maximum_score",
)
SHARES = ("share_at_zero", "share_at_maximum", "share_of_index_variance")
CORRELATIONS = (
    "correlation_with_overall_index",
    "correlation_with_category_index",
    "correlation_with_rest_of_category",
)
FLAGS = ("has_low_spread", "has_floor_effect", "has_ceiling_effect", "has_low_correlation")
# Shades of a correlation to each side of zero.
CORRELATION_SHADES = 5


def newest_with_scores(rows: list[Row], scored: set[tuple[Any, ...]]) -> Row:
    """Return the newest edition of an indicator in which scores are known, otherwise its newest.

    Args:
        rows: an indicator in all editions of a ranking.
        scored: ranking, edition and indicator of which scores are known.
    """
    return max(
        rows,
        key=lambda row: (
            (row["ranking_id"], row["edition"], row["indicator_id"]) in scored,
            row["edition"],
        ),
    )


def score_lines(rows: list[Row], shown: Row, scale: Decimal) -> list[dict[str, Any]]:
    """Return the cities with a score, those of the edition that is shown first.

    Args:
        rows: all scores of an indicator in a ranking, best first within an edition.
        shown: the edition that is shown: a row of queries/indicators.sql.
        scale: the highest score.

    Returns:
        For each city `city` and `now` (rows of queries/indicator_scores.sql; `now` may be None),
        `length` of its bar, and its rows of other editions by edition.
    """
    cities: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["edition"] != shown["edition"]):
        line = cities.setdefault(
            row["city_id"], {"city": row, "now": None, "length": "0", "others": {}}
        )
        if row["edition"] == shown["edition"]:
            line["now"] = row
            line["length"] = charts.scaled(Decimal(row["score_displayed"]), scale)
        else:
            line["others"][row["edition"]] = row
    return list(cities.values())


def correlation_shade(value: Decimal | None) -> str:
    """Return the class of a cell of the matrix."""
    if value is None:
        return ""
    step = min(CORRELATION_SHADES, int(abs(value) * CORRELATION_SHADES) + 1)
    return f"correlation-{'plus' if value >= 0 else 'minus'}-{step}"


def matrix(site: Site, edition: Row) -> dict[str, Any] | None:
    """Return the correlations between the categories of an edition; None where there are none."""
    key = edition["ranking_id"], edition["edition"]
    rows = site.grouped("category_correlations", "ranking_id", "edition").get(key)
    if not rows:
        return None
    numbers = sorted({row["city_count"] for row in rows})
    return {
        "categories": site.grouped("categories", "ranking_id", "edition")[key],
        "cells": {
            (row["category_id"], row["other_category_id"]): {
                "value": row["correlation"],
                "shade": correlation_shade(row["correlation"]),
            }
            for row in rows
        },
        "cities": numbers[0] if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}",
        "field": rows[0]["edition_city_count"],
    }


def write_indicator(site: Site, rows: list[Row], scores: list[Row], facts: Row) -> None:
    """Write the page of an indicator.

    Args:
        site: the site in the making.
        rows: the indicator in all editions of a ranking.
        scores: its scores in all editions.
        facts: the edition that is shown: one of the rows.
    """
    editions = {row["edition"]: row for row in site.grouped("editions", "ranking_id")[
        facts["ranking_id"],
    ]}  # fmt: skip
    edition = editions[facts["edition"]]
    categories = site.grouped("categories", "ranking_id", "edition", "category_id")
    lines = score_lines(scores, facts, edition["scale_maximum"])
    values = [
        (row["city"]["city_name"], Decimal(row["now"]["score_displayed"]))
        for row in lines
        if row["now"]
    ]
    for language in site.languages:
        name = facts[f"indicator_name_{language}"]
        category = categories.get((facts["ranking_id"], facts["edition"], facts["category_id"]))
        site.write_page(
            "indicator.html",
            site.indicator_page(facts["ranking_id"], facts["indicator_id"]),
            language,
            navigation="nav_indicators",
            title=f"{name}, {edition[f'ranking_name_{language}']} {facts['edition']}",
            description=facts.get(f"description_{language}") or "",
            name=name,
            facts=facts,
            category=category[0] if category else None,
            unit=site.settings.units.get(facts["unit"], {}).get(language),
            edition=edition,
            editions=sorted({row["edition"] for row in scores} - {facts["edition"]}, reverse=True),
            defined_in=sorted(row["edition"] for row in rows),
            lines=lines[: site.settings.rows],
            line_count=len(lines),
            chart=charts.distribution(values, edition["scale_maximum"])
            if facts["city_count"]
            else None,
            figures=FIGURES,
            shares=SHARES,
            correlations=CORRELATIONS,
            flags=[one for one in FLAGS if facts[one]],
            publisher_pages=publisher_pages(list(editions.values())),
        )


def build(site: Site) -> None:
    """Write the page of every indicator, and the overview."""
    scores = site.grouped("indicator_scores", "ranking_id", "indicator_id")
    scored = {
        (row["ranking_id"], row["edition"], row["indicator_id"])
        for rows in scores.values()
        for row in rows
    }
    shown: dict[str, list[Row]] = {}
    for key, rows in site.grouped("indicators", "ranking_id", "indicator_id").items():
        facts = newest_with_scores(rows, scored)
        shown.setdefault(key[0], []).append(facts)
        write_indicator(site, rows, scores.get(key, []), facts)

    rankings = []
    for (ranking_id,), editions in site.grouped("editions", "ranking_id").items():
        found = shown.get(ranking_id, [])
        newest = max((row["edition"] for row in found), default=editions[0]["edition"])
        edition = next(row for row in editions if row["edition"] == newest)
        now = [row for row in found if row["edition"] == newest]
        rankings.append(
            {
                "edition": edition,
                "categories": [
                    (
                        category,
                        [one for one in now if one["category_id"] == category["category_id"]],
                    )
                    for category in site.grouped("categories", "ranking_id", "edition")[
                        ranking_id, newest
                    ]
                ],
                "earlier": [row for row in found if row["edition"] != newest],
                "matrix": matrix(site, edition),
            }
        )
    first = {
        key: [row for row in rows if row["rank"] == 1]
        for key, rows in site.grouped(
            "indicator_scores", "ranking_id", "edition", "indicator_id"
        ).items()
    }
    known = {
        key: len(rows)
        for key, rows in site.grouped(
            "indicator_scores", "ranking_id", "edition", "indicator_id"
        ).items()
    }
    for language in site.languages:
        site.write_page(
            "indicators.html",
            "indicators.html",
            language,
            navigation="nav_indicators",
            title=site.text("nav_indicators", language),
            rankings=rankings,
            first=first,
            known=known,
            publisher_pages=publisher_pages(site.rows("editions")),
        )
