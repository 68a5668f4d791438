"""Take the marts out of a tested database: a DuckDB file and Parquet files, rows in key order.

The views for BI tools (bi_views.py) are made in the DuckDB file, and written as Parquet files too.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from . import UserError
from .bi_views import BI_SCHEMA, PARQUET_PREFIX, create_views
from .values import sql_text

MART_SCHEMA = "main"
# A file that the drivers of BI tools can open from DuckDB 1.4 on.
STORAGE_VERSION = "v1.4.0"
# A view with more rows is no Parquet file as well: who reads so many takes the mart's.
PARQUET_ROWS_OF_VIEW = 1_000_000


def declared_marts(target_dir: Path) -> dict[str, list[str]]:
    """Return the key of every mart of a project that dbt has parsed, by the mart's name.

    Args:
        target_dir: where dbt has written what it read.
    """
    manifest = json.loads((target_dir / "manifest.json").read_text(encoding="utf-8"))
    return {
        node["name"]: [
            column
            for constraint in node["constraints"]
            if constraint["type"] == "primary_key"
            for column in constraint["columns"]
        ]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["path"].startswith("marts")
    }


def export_marts(
    database: Path, export_dir: Path, published_name: str, marts: dict[str, list[str]]
) -> dict[str, int]:
    """Copy the marts, with constraints and comments, into a file of their own and into Parquet.

    Args:
        database: the tested, unpublished file; loses its seeds, staging and intermediate schemas.
        export_dir: directory for the copies; must not exist yet.
        published_name: name of the DuckDB file.
        marts: key columns of the marts that must be there, no more and no fewer.

    Returns:
        Rows per Parquet file, by name: those of the marts, and of views with their prefix.

    Raises:
        UserError: other tables than the marts are there, or a copy is not whole.
        duckdb.Error, OSError: a copy cannot be written.
    """
    (export_dir / "parquet").mkdir(parents=True)
    export_database = export_dir / published_name
    with duckdb.connect(str(database)) as connection:
        schemas = connection.execute(
            "select schema_name from information_schema.schemata"
            " where catalog_name = current_database() and starts_with(schema_name, ?)",
            [f"{MART_SCHEMA}_"],
        ).fetchall()
        for (schema,) in schemas:
            connection.execute(f'drop schema "{schema}" cascade')
        found = connection.execute(
            "select table_name from information_schema.tables"
            " where table_catalog = current_database() order by table_name",
        ).fetchall()
        differing = set(marts) ^ {name for (name,) in found}
        if differing:
            raise UserError(
                f"not exactly the declared marts were built: {', '.join(sorted(differing))}"
            )
        connection.execute(
            f"attach {sql_text(export_database)} as export (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute(f'copy from database "{database.stem}" to export (schema)')
        row_counts = {}
        for mart, key in sorted(marts.items()):
            original, copy = f'{MART_SCHEMA}."{mart}"', f'export.{MART_SCHEMA}."{mart}"'
            parquet_file = export_dir / "parquet" / f"{mart}.parquet"
            order = ", ".join(f'"{column}"' for column in key) or "all"
            connection.execute(f"insert into {copy} from {original} order by {order}")
            connection.execute(
                f"copy (from {copy} order by {order}) to {sql_text(parquet_file)} (format parquet)"
            )
            counts = connection.execute(
                f"select (select count(*) from {original}), (select count(*) from {copy}),"
                f" (select count(*) from read_parquet({sql_text(parquet_file)}))"
            ).fetchall()[0]
            if len(set(counts)) != 1:
                raise UserError(f"the copies of {mart} differ in their number of rows: {counts}")
            row_counts[mart] = counts[0]
        connection.execute("use export")
        for view, key in create_views(connection, marts).items():
            query = f'select * from {BI_SCHEMA}."{view}"'
            (row_count,) = connection.execute(f"select count(*) from ({query})").fetchall()[0]
            if row_count > PARQUET_ROWS_OF_VIEW:
                continue
            name = PARQUET_PREFIX + view
            parquet_file = export_dir / "parquet" / f"{name}.parquet"
            order = ", ".join(f'"{column}"' for column in key) or "all"
            connection.execute(
                f"copy ({query} order by {order}) to {sql_text(parquet_file)} (format parquet)"
            )
            row_counts[name] = row_count
    if export_database.with_name(f"{export_database.name}.wal").exists():
        raise UserError(f"{export_database} has a write-ahead log: the file is not whole")
    return row_counts
