"""Exports of no build: small files that say which one they are of, to be published by the dozen."""

from __future__ import annotations

from pathlib import Path

import duckdb

from smart_city_index.publication import Publication, publish, publishing

DATABASE = "x.duckdb"
MARTS = ("ranks", "scores", "texts")
ROW_COUNT = 2_000


def write_export(directory: Path, version: str) -> Path:
    """Write a DuckDB file and Parquet files whose rows all name a version.

    Args:
        directory: where to write; must not exist yet.
        version: what the rows name.

    Returns:
        The directory.
    """
    (directory / "parquet").mkdir(parents=True)
    with duckdb.connect(str(directory / DATABASE)) as connection:
        for mart in MARTS:
            connection.execute(
                f"create table {mart} as select '{version}' as version,"
                f" md5(i || '{version}') as text from range({ROW_COUNT}) as rows(i)"
            )
            connection.execute(f"copy {mart} to '{directory}/parquet/{mart}.parquet'")
    return directory


def publish_export(export_dir: Path, warehouse_dir: Path) -> Publication:
    """Publish an export as `sci build` does."""
    with publishing(warehouse_dir, DATABASE):
        row_counts = dict.fromkeys(MARTS, ROW_COUNT)
        return publish(export_dir, warehouse_dir, DATABASE, row_counts, {"code_version": "none"})


def versions_in(database: Path, parquet: Path | None) -> set[str]:
    """Return the versions that a DuckDB file and Parquet files name, each read in full.

    Args:
        database: the DuckDB file.
        parquet: directory of the Parquet files, if they are to be read.

    Raises:
        duckdb.Error: a file cannot be read.
    """
    found: set[str] = set()
    with duckdb.connect(str(database), read_only=True) as connection:
        for mart in MARTS:
            for source in (mart, *([f"'{parquet}/{mart}.parquet'"] if parquet else [])):
                rows = connection.execute(
                    "select version, count(*), bool_and(length(text) = 32)"
                    f" from {source} group by version"
                ).fetchall()
                found |= {version for version, *_ in rows}
                if [(count, whole) for _, count, whole in rows] != [(ROW_COUNT, True)]:
                    found.add(f"{source} is not whole")
    return found
