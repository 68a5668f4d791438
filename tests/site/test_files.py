"""Every generated file, without a browser: sound HTML, links that lead somewhere."""

from __future__ import annotations

from .conftest import Rows
from .page_mistakes import page_mistakes
from .site_files import SiteFiles


def test_pages_are_sound(site_files: SiteFiles) -> None:
    """Nothing is wrong with a page that is no city's; test_profile.py looks at those."""
    pages = [path for path in site_files.pages if path[3:8] != "city/"]
    found = {path: page_mistakes(path, site_files) for path in pages}
    assert {path: mistakes for path, mistakes in found.items() if mistakes} == {}
    assert len(pages) > 100


def test_languages_have_the_same_pages(site_files: SiteFiles) -> None:
    """Every page is there in both languages."""
    by_language = {
        language: {path[3:] for path in site_files.pages if path.startswith(f"{language}/")}
        for language in ("de", "en")
    }
    assert by_language["de"] == by_language["en"]
    assert by_language["de"]


def test_every_city_has_its_pages(site_files: SiteFiles, rows: Rows) -> None:
    """Of every edition in which anything is known of a city there is a page, and no other.

    The newest of them has the shortest address.
    """
    editions: dict[tuple[str, str], list[int]] = {}
    for row in rows(
        """select distinct ranking_id, city_id, edition from fct_index_results
        where rank is not null or tendency is not null or index_displayed is not null
        order by edition desc"""
    ):
        editions.setdefault((row["ranking_id"], row["city_id"]), []).append(row["edition"])
    expected = {f"de/city/{ranking}/{city}.html" for ranking, city in editions} | {
        f"de/city/{ranking}/{city}/{edition}.html"
        for (ranking, city), found in editions.items()
        for edition in found[1:]
    }
    assert {path for path in site_files.pages if path.startswith("de/city/")} == expected
