"""A large field has tables and pages of its first cities only, and says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from smart_city_index.site.build import write_site
from smart_city_index.site.settings import load_settings
from smart_city_index.site.site_builder import Extras

from .page_mistakes import page_mistakes
from .site_files import SiteFiles

PROFILES, ROWS = 5, 10


def test_limits_are_kept(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Tables end after the rows allowed, only the first cities have pages, and no link is dead.

    A site in one language has no switch to another.
    """
    settings = replace(load_settings(), profiles=PROFILES, rows=ROWS, languages=("de",))
    folder = tmp_path / "site"
    folder.mkdir()
    with duckdb.connect(str(pytestconfig.getoption("--database")), read_only=True) as connection:
        write_site(connection, folder, Extras(downloads=False), settings)
    site = SiteFiles(folder)
    for page in (f"de/{kind}" for kind in site.kinds):
        assert not site.document(page).find_all(id="language-switch")
        assert page_mistakes(page, site) == [], page
        for table in site.document(page).find_all("table"):
            if {"ranking", "scores"} & set(table.classes):
                shown = [one for one in table.find_all("tr") if "data-city" in one.attributes]
                assert len(shown) <= ROWS, page
    index = site.document("de/index.html").root.text
    assert f"Gezeigt sind die ersten {ROWS} von 80" in index
    cities = {path.name for path in (folder / "de/city/open_data_index").glob("*.html")}
    assert cities == {f"{one}.html" for one in ("hannover", "muenchen", "stuttgart", "ulm", "bonn")}
