"""Names and notes that look like markup or script stay text in every file."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from smart_city_index.site import sharing
from smart_city_index.site.build import search_entries
from smart_city_index.site.pages import compare, indicators, pictures, profile, ranking
from smart_city_index.site.site_builder import Site

from .page_mistakes import is_inline
from .site_files import Document

NAME = """</script><img src=x onerror="alert(1)">'&{{ 7 * 7 }}]]>"""
KEY = "open_data_index", "duesseldorf"


def test_hostile_names_stay_text(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """A city, a category and an indicator with such names become text, and no element."""
    database = tmp_path / "copy.duckdb"
    shutil.copyfile(pytestconfig.getoption("--database"), database)
    changes = {
        "dim_cities": ("city_name", "city_id = 'duesseldorf'"),
        "dim_categories": ("category_name_en", "category_id = 'mobility'"),
        "dim_indicators": ("indicator_name_en", "indicator_id = 'commuting_distance'"),
        "dim_rankings": ("ranking_name_en", "ranking_id = 'open_data_index'"),
    }
    with duckdb.connect(str(database)) as connection:
        for mart, (column, condition) in changes.items():
            connection.execute(
                f"""create or replace table {mart} as
                select * replace (case when {condition} then $name else {column} end as {column})
                from {mart}""",
                {"name": NAME},
            )
        site = Site(connection, tmp_path / "site")
        site.city_editions = {KEY: [2026]}
        for page in (ranking, profile, pictures, indicators, compare):
            page.build(site)
        site.write_data("cities", search_entries(site))
        sharing.write_tables(site)
    found = sorted((tmp_path / "site").rglob("*.html"))
    shown = 0
    for path in found:
        text = path.read_text("utf-8")
        document = Document(text)
        assert document.mistakes == [], path
        assert not document.find_all("img"), path
        assert not any(map(is_inline, document.elements)), path
        assert "49" not in [one.text for one in document.find_all("h1")]
        shown += NAME in document.root.text
    assert shown > 20
    for path in (tmp_path / "site" / "data").glob("*.js"):
        assert "</script" not in path.read_text("utf-8")
