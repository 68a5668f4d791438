"""Method and data, method.html: formula, settings, what is known, what contradicts itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .. import formats
from ..settings import LANGUAGES
from ..site_builder import Row, Site, publisher_pages, shown_address
from .profile import source_links

VERDICTS = ("match", "last_digit", "consistent", "contradiction", "not_checkable")


def plain(value: Decimal) -> str:
    """Return an exact number without superfluous zeros, with a decimal point."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def addressed(source: str) -> list[tuple[str, str | None]]:
    """Return shown text and address of each page that a source names."""
    return [
        (shown_address(address) if address else host, address)
        for host, address in source_links(source)
    ]


def methodologies(site: Site) -> list[dict[str, Any]]:
    """Return the methodologies, newest first, with their editions and their tree."""
    trees = site.grouped("method_tree", "methodology_id")
    return [
        {
            "name": rows[0]["methodology_name"],
            "description": rows[0]["methodology_description"],
            "editions": rows,
            "nodes": [
                {**node, "weight": plain(node["weight"])} for node in trees[(methodology_id,)]
            ],
        }
        for (methodology_id,), rows in sorted(
            site.grouped("method_editions", "methodology_id").items(), reverse=True
        )
    ]


def contradiction_sentence(site: Site, row: Row, language: str) -> str:
    """Return what a contradiction consists of.

    Args:
        site: the site in the making.
        row: a row of queries/method_contradictions.sql.
        language: `de` or `en`.
    """
    digits = row["published_digits"]
    published = formats.decimal(row["published_value"], digits, language)
    basis = site.text(f"method_checked_against_{row['checked_against']}", language)
    if row["computed_value"] is None:
        return site.text(
            "method_contradiction_bounds",
            language,
            basis=basis,
            published=published,
            lowest=row["possible_from"],
            highest=row["possible_to"],
        )
    return site.text(
        "method_contradiction_value",
        language,
        basis=basis,
        published=published,
        computed=formats.decimal(row["computed_value"], digits, language),
        difference=formats.decimal(row["difference"], digits, language, signed=True),
    )


def rule_name(site: Site, row: Row, language: str) -> str:
    """Return what a rule of quality control looks for; an unknown rule as the mart describes it."""
    names = site.texts.get(f"method_qc_rule_{row['rule_id']}")
    return names[language] if names else row["rule_description"]


def findings(site: Site, language: str) -> list[dict[str, Any]]:
    """Return the findings of quality control, by ranking, with their numbers per rule and edition.

    Args:
        site: the site in the making.
        language: `de` or `en`.
    """
    rankings = []
    for rows in site.grouped("method_findings", "ranking_id").values():
        numbers: dict[tuple[str, int], int] = {}
        for row in rows:
            key = (row["rule_id"], row["edition"])
            numbers[key] = numbers.get(key, 0) + 1
        rankings.append(
            {
                "ranking": rows[0],
                "editions": sorted({row["edition"] for row in rows}, reverse=True),
                "rules": {
                    row["rule_id"]: {
                        "name": rule_name(site, row, language),
                        "threshold": plain(row["threshold"]),
                    }
                    for row in rows
                },
                "numbers": numbers,
                "count": len(rows),
                "rows": [
                    {**row, "found": plain(round(row["found_value"], 1))}
                    for row in rows[: site.settings.rows]
                ],
            }
        )
    return rankings


def known_by_category(site: Site) -> list[dict[str, Any]]:
    """Return how much of every category is known, of each ranking of which not all is known.

    Returns:
        For each ranking `row` (its names), `categories` (of its newest edition, then those of older
        ones only), and `editions`, newest first: rows of queries/edition_summaries.sql by category.
    """
    summaries = site.grouped("edition_summaries", "ranking_id")
    categories = site.grouped("categories", "ranking_id", "edition")
    rankings = []
    for (ranking_id,), editions in site.grouped("editions", "ranking_id").items():
        if all(row["rank_count"] == row["city_count"] for row in summaries[(ranking_id,)]):
            continue
        shown: dict[str, Row] = {}
        known: dict[int, dict[str, Row]] = {row["edition"]: {} for row in editions}
        for row in editions:
            for category in categories[ranking_id, row["edition"]]:
                shown.setdefault(category["category_id"], category)
        for row in summaries[(ranking_id,)]:
            known[row["edition"]][row["category_id"]] = row
        rankings.append({"row": editions[0], "categories": list(shown.values()), "editions": known})
    return rankings


def sources_by_edition(site: Site) -> dict[int, list[tuple[str, str | None]]]:
    """Return the pages that state figures, by edition: shown text and address."""
    editions: dict[int, dict[str, str | None]] = {}
    for row in site.rows("method_sources"):
        for shown, address in addressed(row["source"]):
            editions.setdefault(row["edition"], {})[shown] = address
    return {edition: sorted(found.items()) for edition, found in editions.items()}


def example(site: Site) -> dict[str, Any] | None:
    """Return a worked example: its rows, the number of regular indicators, and their cap."""
    rows = site.rows("method_example")
    if not rows:
        return None
    return {
        "rows": rows,
        "name": rows[0]["city_name"],
        "edition": rows[0]["edition"],
        **{f"category_{one}": rows[0][f"category_name_{one}"] for one in LANGUAGES},
        "regular": sum(row["role"] == "regular" for row in rows),
        "cap": rows[0]["project_cap_share"],
    }


def build(site: Site) -> None:
    """Write the page in both languages."""
    by_edition = sources_by_edition(site)
    marts = site.rows("method_build")
    nodes = site.rows("method_tree")
    for language in site.languages:
        site.write_page(
            "method.html",
            "method.html",
            language,
            navigation="nav_method",
            title=site.text("nav_method", language),
            example=example(site),
            aggregations=sorted({row["aggregation"] for row in nodes if row["aggregation"]}),
            has_projects=any(row["project_cap_share"] for row in nodes),
            editions=site.rows("method_editions"),
            methodologies=methodologies(site),
            coverage=site.rows("method_coverage"),
            known_by_category=known_by_category(site),
            verdicts=VERDICTS,
            verdict_counts=site.rows("method_verdicts"),
            contradictions=[
                {
                    **row,
                    "sentence": contradiction_sentence(site, row, language),
                    "links": addressed(row["source"]),
                }
                for row in site.rows("method_contradictions")
            ],
            edition_figures=[
                {**row, "published": plain(row["published_value"])}
                for row in site.rows("method_edition_figures")
            ],
            findings=findings(site, language),
            sources=by_edition,
            source_count=len({link for links in by_edition.values() for link in links}),
            marts=marts,
            data_dates={
                (row["ranking_id"], row["edition"]): site.data_date(row, language)
                for row in site.rows("editions")
            },
            publisher_pages=publisher_pages(site.rows("editions")),
        )
