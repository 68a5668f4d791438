"""The exposures of the site's pages name exactly the marts that the pages read."""

from __future__ import annotations

import re

import pytest
import yaml

from smart_city_index import PROJECT_DIR
from smart_city_index.site import lineage

EXPOSURES_FILE = PROJECT_DIR / "models" / "marts" / "_exposures.yml"
PREFIX = "site_"
REFERENCE = re.compile(r"ref\('(\w+)'\)")


def exposed_marts() -> dict[str, set[str]]:
    """Return the marts that each exposure of a page depends on, by page."""
    exposures = yaml.safe_load(EXPOSURES_FILE.read_text("utf-8"))["exposures"]
    return {
        exposure["name"].removeprefix(PREFIX): set(
            REFERENCE.findall(" ".join(exposure["depends_on"]))
        )
        for exposure in exposures
        if exposure["name"].startswith(PREFIX)
    }


MARTS_OF_PAGES = lineage.marts_of_pages()
MARTS_OF_EVERY_PAGE = lineage.marts_of_query(lineage.QUERY_OF_EVERY_PAGE)
EXPOSED_MARTS = exposed_marts()


def test_every_page_is_exposed() -> None:
    """A page that reads marts of its own has an exposure, and every exposure has a page."""
    with_marts = {page for page, marts in MARTS_OF_PAGES.items() if marts > MARTS_OF_EVERY_PAGE}
    assert with_marts <= set(EXPOSED_MARTS)
    assert set(EXPOSED_MARTS) <= set(MARTS_OF_PAGES)


@pytest.mark.parametrize("page", sorted(EXPOSED_MARTS))
def test_exposure_names_what_the_page_reads(page: str) -> None:
    """depends_on is what the page's queries read; the message gives the lines to write."""
    read = MARTS_OF_PAGES.get(page, set())
    lines = "\n".join(f"      - ref('{mart}')" for mart in sorted(read))
    assert EXPOSED_MARTS[page] == read, f"{PREFIX}{page} depends on\n{lines}"


def test_queries_read_marts_only() -> None:
    """Every query that a page uses is there, and reads at least one published mart."""
    queries = set().union(*lineage.queries_of_pages().values())
    assert queries
    for query in queries:
        assert lineage.marts_of_query(query), query
