"""The SQL behind tables and charts, sql.html: every query as it ran, with its comment."""

from __future__ import annotations

from dataclasses import dataclass

from .. import SITE_DIR
from ..site_builder import Site


@dataclass(frozen=True)
class Query:
    """A query as the page shows it.

    Args:
        name: name of its file without `.sql`.
        description: the comment at its head.
        text: the whole file.
    """

    name: str
    description: str
    text: str


def queries() -> list[Query]:
    """Return all queries, by name."""
    found = []
    for path in sorted((SITE_DIR / "queries").glob("*.sql")):
        text = path.read_text("utf-8").strip()
        comment = [line[3:] for line in text.splitlines() if line.startswith("-- ")]
        found.append(Query(path.stem, " ".join(comment), text))
    return found


def build(site: Site) -> None:
    """Write the page in both languages."""
    for language in site.languages:
        site.write_page(
            "sql.html",
            "sql.html",
            language,
            navigation="nav_downloads",
            title=site.text("sql_title", language),
            queries=queries(),
        )
