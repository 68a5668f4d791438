"""Only what readers do not expect carries a mark, and every mark says what it means."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from smart_city_index.site.pages import profile, ranking
from smart_city_index.site.site_builder import MARK_LETTERS, MARKS, Site

from .cells import rows_in_file
from .conftest import Rows
from .site_files import LANGUAGES, Document, SiteFiles

# A place that no source states, as if it followed from tendencies.
CITY, EDITION, RANK = "aachen", 2020, 43


@pytest.fixture
def site_with_implied_rank(tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[Site]:
    """Return a site in the making, of the published file with one implied place."""
    database = tmp_path / "copy.duckdb"
    shutil.copyfile(pytestconfig.getoption("--database"), database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"""create or replace table fct_index_results as
            select * replace (
                case when is_it then {RANK} else rank end as rank,
                case when is_it then 'implied' else rank_source end as rank_source)
            from (
                select
                    *,
                    ranking_id = 'smart_city_index' and edition = {EDITION}
                    and city_id = '{CITY}' and category_id = 'overall' as is_it
                from fct_index_results)"""
        )
        yield Site(connection, tmp_path / "site")


def test_implied_rank_is_marked(site_with_implied_rank: Site) -> None:
    """A place that follows from tendencies is marked where it is shown."""
    site = site_with_implied_rank
    key = "smart_city_index", CITY
    site.city_editions = {key: site.city_editions[key]}
    ranking.build(site)
    profile.build(site)
    for language in LANGUAGES:
        folder = site.output / language
        table = Document((folder / f"ranking/smart_city_index/{EDITION}.html").read_text("utf-8"))
        shown = dict(rows_in_file(table.root, "data-city"))[CITY]["place"]
        assert (shown.text, shown.marks) == (str(RANK), MARKS["implied"])
        page = Document((folder / f"city/smart_city_index/{CITY}.html").read_text("utf-8"))
        marks = [one for one in page.elements if f"mark-{MARKS['implied']}" in one.classes]
        meanings = {one.attributes["title"] for one in marks if "title" in one.attributes}
        assert meanings == {site.text("mark_t", language)}
        (history,) = (one for one in page.find_all("table") if "history" in one.classes)
        assert any(one in marks for one in history.walk())
        assert any("not-given" in one.classes for one in history.walk())


def test_sources_have_marks(rows: Rows) -> None:
    """Every source of a figure in the marts is one that the site knows."""
    found = rows(
        """select distinct unnest([rank_source, tendency_source, index_source]) as source
        from fct_index_results"""
    )
    assert {row["source"] for row in found} - {None} <= set(MARKS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_page_marks_what_is_computed_only(
    site_files: SiteFiles, rows: Rows, language: str
) -> None:
    """The first page marks the figures of its ranking that no source states, and no others."""
    (newest,) = rows(
        "select max(edition) as edition from dim_editions where ranking_id = 'smart_city_index'"
    )
    (expected,) = rows(
        """select count(*) as number
        from fct_index_results as results
        cross join (values ('rank'), ('tendency'), ('index')) as figures (figure)
        left join published_reconciliation as published
            using (ranking_id, edition, city_id, category_id, figure)
        where
            results.ranking_id = 'smart_city_index' and results.edition = ?
            and results.category_id = 'overall' and published.figure is null
            and case figure
                when 'rank' then rank_source
                when 'tendency' then tendency_source
                else index_source
            end = 'computed'""",
        newest["edition"],
    )
    (table,) = site_files.document(f"{language}/index.html").find_all("table")
    shown = [cell for _, cells in rows_in_file(table, "data-city") for cell in cells.values()]
    marks = "".join(cell.marks for cell in shown if "’" not in cell.text)
    assert marks == MARKS["computed"] * expected["number"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_marks_are_explained(site_files: SiteFiles, page_kind: str, language: str) -> None:
    """A mark on a page has its meaning for the eye and for the ear, and stands in a legend."""
    page = site_files.document(f"{language}/{page_kind}")
    legends = [one for one in page.elements if "legend" in one.classes]
    explained = {
        one.text[0] for legend in legends for one in legend.walk() if "mark" in one.classes
    }
    for one in page.find_all("sup"):
        if "title" in one.attributes:
            assert f"({one.attributes['title']})" in one.text
            assert one.text[0] in explained
        assert one.text[0] in MARK_LETTERS
