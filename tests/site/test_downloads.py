"""The files that are offered are the published ones; test_reference.py reads their rows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from openpyxl import load_workbook

from smart_city_index.publication import (
    MANIFEST,
    current_publication,
    differences,
    read_manifest,
)

from .conftest import Rows
from .site_files import SiteFiles


def test_database_is_the_published_one(site_files: SiteFiles, pytestconfig: pytest.Config) -> None:
    """The file that is offered is the published file, byte by byte."""
    offered = site_files.folder / "downloads" / "smart_city_index.duckdb"
    assert offered.read_bytes() == pytestconfig.getoption("--database").read_bytes()


def test_workbook_has_a_sheet_per_table(site_files: SiteFiles) -> None:
    """The workbook is offered in both languages, and Excel's format can be read."""
    workbook = load_workbook(
        site_files.folder / "downloads" / "smart_city_index.xlsx", read_only=True
    )
    assert {"Notes", "Columns"} < set(workbook.sheetnames)
    for language in ("de", "en"):
        page = (site_files.folder / language / "downloads.html").read_text("utf-8")
        assert 'href="../downloads/smart_city_index.xlsx"' in page


def test_manifest_lists_what_is_offered(site_files: SiteFiles, pytestconfig: pytest.Config) -> None:
    """The files that are offered have the checksums of the manifest beside them."""
    folder = site_files.folder / "downloads"
    publication = current_publication(pytestconfig.getoption("--database").parent)
    assert publication
    offered = read_manifest(folder / MANIFEST, publication.directory.parent)
    assert offered == publication
    assert differences(replace(publication, directory=folder)) == []


def test_queries_answer(site_files: SiteFiles, rows: Rows) -> None:
    """Every query that is offered runs on the published file."""
    queries = sorted((site_files.folder / "queries").glob("*.sql"))
    assert queries
    for query in queries:
        assert rows(query.read_text("utf-8")), query.name
