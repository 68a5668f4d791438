"""The files that are offered are whole: the same rows as the published tables."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import duckdb
import pytest

from smart_city_index.publication import (
    MANIFEST,
    current_publication,
    differences,
    read_manifest,
)

from .conftest import Rows
from .site_files import SiteFiles


@pytest.fixture(scope="module")
def tables(rows: Rows) -> dict[str, int]:
    """Return the number of rows of every published table."""
    names = [row["table_name"] for row in rows("select table_name from duckdb_tables()")]
    return {name: rows(f'select count(*) as count from "{name}"')[0]["count"] for name in names}


def test_csv_files_hold_every_table(
    site_files: SiteFiles, tables: dict[str, int], rows: Rows
) -> None:
    """Every table is there as CSV, with its columns and all of its rows."""
    folder = site_files.folder / "downloads" / "csv"
    assert {path.stem for path in folder.glob("*.csv")} == set(tables)
    for name, count in tables.items():
        header, *records = csv.reader(io.StringIO((folder / f"{name}.csv").read_text("utf-8")))
        columns = rows(
            "select column_name from duckdb_columns() where table_name = ? order by column_index",
            name,
        )
        assert header == [row["column_name"] for row in columns]
        assert len(records) == count, name
        assert {len(record) for record in records} <= {len(header)}


def test_parquet_files_hold_every_table(site_files: SiteFiles, tables: dict[str, int]) -> None:
    """Every table is there as Parquet with all of its rows."""
    folder = site_files.folder / "downloads" / "parquet"
    assert {
        path.stem: len(duckdb.read_parquet(str(path))) for path in folder.glob("*.parquet")
    } == tables


def test_database_is_the_published_one(site_files: SiteFiles, pytestconfig: pytest.Config) -> None:
    """The file that is offered is the published file, byte by byte."""
    offered = site_files.folder / "downloads" / "smart_city_index.duckdb"
    assert offered.read_bytes() == pytestconfig.getoption("--database").read_bytes()


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
