"""Every generated file, without a browser: sound HTML, links that lead somewhere."""

from __future__ import annotations

from .conftest import Rows
from .page_mistakes import page_mistakes
from .site_files import SiteFiles


def test_page_is_sound(page_file: str, site_files: SiteFiles) -> None:
    """Nothing is wrong with a page that is no profile; test_profile.py looks at those."""
    assert page_mistakes(page_file, site_files) == []


def test_languages_have_the_same_pages(site_files: SiteFiles) -> None:
    """Every page is there in both languages."""
    by_language = {
        language: {path[3:] for path in site_files.pages if path.startswith(f"{language}/")}
        for language in ("de", "en")
    }
    assert by_language["de"] == by_language["en"]
    assert by_language["de"]


def test_every_city_has_a_profile(site_files: SiteFiles, rows: Rows) -> None:
    """Every city of every ranking has its page, and no other city has one."""
    members = rows("select distinct ranking_id, city_id from fct_index_results")
    expected = {f"de/city/{row['ranking_id']}/{row['city_id']}.html" for row in members}
    assert {path for path in site_files.pages if path.startswith("de/city/")} == expected
