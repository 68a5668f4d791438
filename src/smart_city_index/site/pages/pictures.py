"""The field in pictures, a page for each ranking: places over time, indices, certainty, a map."""

from __future__ import annotations

from typing import Any

from .. import field_charts
from ..site_builder import OVERALL, Row, Site, publisher_pages

LEADERS = 5
MOVERS = 3
MOST_CITIES = 200
# The part of a field of which the index of a category must be known.
LEAST_SHARE = 0.5


def kinds_of(rows: list[Row]) -> dict[str, str]:
    """Return the cities that stand out: leaders, and the largest climbers and fallers."""
    known = [row for row in rows if row["rank"] is not None]
    moved = sorted(
        (row for row in known if row["tendency"]),
        key=lambda row: (-abs(row["tendency"]), row["rank"]),
    )
    kinds = {
        row["city_id"]: "climber" for row in [one for one in moved if one["tendency"] > 0][:MOVERS]
    }
    kinds |= {
        row["city_id"]: "faller" for row in [one for one in moved if one["tendency"] < 0][:MOVERS]
    }
    for row in known[:LEADERS]:
        kinds.setdefault(row["city_id"], "leader")
    return kinds


def bump_of(site: Site, editions: list[Row], rows: list[Row]) -> field_charts.Bump | None:
    """Return the chart of places over the editions; None with a single one.

    Args:
        site: the site in the making.
        editions: the editions of a ranking, newest first.
        rows: the overall results of the newest.
    """
    if len(editions) < 2:
        return None
    last = min(max(row["city_count"] for row in editions), MOST_CITIES)
    rows = rows[:MOST_CITIES]
    by_city = site.grouped("history", "ranking_id", "city_id", "category_id")
    ranks = {
        row["city_id"]: {
            one["edition"]: one["rank"]
            for one in by_city.get((row["ranking_id"], row["city_id"], OVERALL), [])
            if one["rank"] is not None and one["rank"] <= last
        }
        for row in rows
    }
    return field_charts.bump(
        {row["city_id"]: row["city_name"] for row in rows},
        ranks,
        kinds_of(rows),
        sorted(row["edition"] for row in editions),
        last,
    )


def swarms_of(site: Site, edition: Row) -> list[dict[str, Any]]:
    """Return the categories of which enough indices are known, with their swarms."""
    key = edition["ranking_id"], edition["edition"]
    found = []
    for category in site.grouped("categories", "ranking_id", "edition")[key]:
        rows = site.grouped("pictures", "ranking_id", "edition", "category_id").get(
            (*key, category["category_id"]), []
        )
        if (
            len(rows) >= max(5, LEAST_SHARE * edition["city_count"])
            and len(rows) <= MOST_CITIES * 2
        ):
            values = [(row["city_name"], row["index_value"]) for row in rows]
            swarm = field_charts.swarm(values, edition["scale_maximum"])
            found.append({"category": category, "swarm": swarm, "count": len(rows)})
    return found


def intervals_of(site: Site, edition: Row) -> list[Row]:
    """Return how certain the places of an edition are, the first first, in the main scenario."""
    rows = site.grouped("rank_certainty", "ranking_id", "edition").get(
        (edition["ranking_id"], edition["edition"]), []
    )
    first = {row["city_id"]: row for row in reversed(rows)}
    return sorted(first.values(), key=lambda row: (row["rank"], row["city_id"]))[: MOST_CITIES // 2]


def map_of(site: Site, rows: list[Row]) -> field_charts.Map | None:
    """Return the map of a field; None if the places of most of it are not known."""
    cities = [
        (
            row["city_id"],
            row["city_name"],
            row["rank"],
            float(row["longitude"]),
            float(row["latitude"]),
        )
        for row in rows
        if row["latitude"] is not None and not row["is_simulated_city"]
    ]
    if len(cities) < LEAST_SHARE * len(rows) or not cities:
        return None
    outline = site.settings.outline
    return field_charts.draw_map(cities, field_charts.rings_of(outline) if outline else [])


def build(site: Site) -> None:
    """Write the page of every ranking."""
    rankings = list(site.grouped("editions", "ranking_id").values())
    names = {(row["ranking_id"], row["city_id"]): row["city_name"] for row in site.rows("cities")}
    results = site.grouped("ranking", "ranking_id", "edition", "category_id")
    for editions in rankings:
        edition = editions[0]
        rows = results[edition["ranking_id"], edition["edition"], OVERALL]
        values: dict[str, Any] = {
            "edition": edition,
            "rankings": rankings,
            "bump": bump_of(site, editions, rows),
            "swarms": swarms_of(site, edition),
            "intervals": intervals_of(site, edition),
            "map": map_of(site, rows),
            "names": names,
            "publisher_pages": publisher_pages(editions),
        }
        for language in site.languages:
            site.write_page(
                "pictures.html",
                site.pictures_page(edition["ranking_id"]),
                language,
                navigation="nav_pictures",
                title=site.text(
                    "pictures_title",
                    language,
                    ranking=edition[f"ranking_name_{language}"],
                    edition=edition["edition"],
                ),
                **values,
            )
