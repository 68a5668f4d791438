"""Compare a DuckDB build with a Spark build: every column of every row of every mart, exactly.

    python -m tests.parity.compare [DUCKDB_FILE [SPARK_DIRECTORY]]

The defaults are build/smart_city_index.duckdb and build/spark. Rows are paired by the mart's
primary key. Columns that cannot agree stand in exceptions.yml, each with its reason. Exits with 1
if anything differs.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

PROJECT_ROOT = Path(__file__).resolve().parents[2]
EXCEPTIONS_FILE = Path(__file__).with_name("exceptions.yml")
SPARK_SCHEMA = "smart_city_index"
MART_SCHEMA = "main"
NUMBER_TYPE = r"(BIG|HUGE)?INT(EGER)?|DOUBLE|DECIMAL\(\d+,\d+\)"

Exceptions = dict[str, set[str]]


@dataclass(frozen=True)
class Comparison:
    """What two builds of one table have in common.

    Attributes:
        table: name of the table.
        duckdb_rows: number of rows on DuckDB.
        spark_rows: number of rows on Spark; None if there is no such table.
        differing_rows: rows that are on one side only or differ in a column.
        largest_difference: largest difference of two numbers, as text.
        remarks: columns that differ, with their number of rows; other types or columns.
    """

    table: str
    duckdb_rows: int
    spark_rows: int | None
    differing_rows: int
    largest_difference: str
    remarks: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """True if nothing differs."""
        return self.spark_rows is not None and self.differing_rows == 0 and not self.remarks


def read_exceptions() -> Exceptions:
    """Return the columns of each mart that are not compared."""
    entries = yaml.safe_load(EXCEPTIONS_FILE.read_text(encoding="utf-8"))["exceptions"]
    exceptions: Exceptions = {}
    for entry in entries:
        exceptions.setdefault(entry["mart"], set()).update(entry["columns"])
    return exceptions


def compare_builds(
    database: Path, spark_dir: Path, exceptions: Exceptions, schema: str = MART_SCHEMA
) -> list[Comparison]:
    """Compare all tables of a schema.

    Args:
        database: the DuckDB file of a build.
        spark_dir: the directory of a Spark build.
        exceptions: columns that are not compared, by table.
        schema: schema of the DuckDB file; Spark's has the same ending.

    Returns:
        One comparison per table of the DuckDB file, ordered by name.
    """
    spark_schema = SPARK_SCHEMA + schema.removeprefix(MART_SCHEMA)
    warehouse = spark_dir / "warehouse" / f"{spark_schema}.db"
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = ? order by all", [schema]
        ).fetchall()
        return [
            compare_table(
                connection, schema, table, warehouse / table, exceptions.get(table, set())
            )
            for (table,) in tables
        ]


def compare_table(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    directory: Path,
    left_out: set[str],
) -> Comparison:
    """Compare one table.

    Args:
        connection: connection to the DuckDB build.
        schema: schema of the table.
        table: name of the table.
        directory: where Spark's Parquet files of the table are.
        left_out: columns that are not compared.

    Returns:
        The comparison.
    """
    duckdb_table = connection.table(f"{schema}.{table}")
    duckdb_rows = len(duckdb_table)
    if not list(directory.glob("*.parquet")):
        return Comparison(table, duckdb_rows, None, duckdb_rows, "", ("no table on Spark",))
    spark_table = connection.read_parquet(f"{directory}/*.parquet")
    types = [
        {
            name: str(kind)
            for name, kind in zip(rows.columns, rows.types, strict=True)
            if name not in left_out
        }
        for rows in (duckdb_table, spark_table)
    ]
    if list(types[0].items()) != list(types[1].items()):
        columns = sorted(set(types[0].items()) ^ set(types[1].items()))
        remark = "columns differ: " + ", ".join(f"{name} {kind}" for name, kind in columns)
        return Comparison(table, duckdb_rows, len(spark_table), duckdb_rows, "", (remark,))

    pairs = pair_rows(connection, duckdb_table, spark_table, primary_key(connection, schema, table))
    compared = list(types[0])
    unequal = {name: f'd."{name}" is distinct from s."{name}"' for name in compared}
    numbers = [name for name in compared if re.fullmatch(NUMBER_TYPE, types[0][name])]
    differences = ", ".join(f'abs(d."{name}" - s."{name}")' for name in numbers)
    counts = ", ".join(f"count(*) filter (where {condition})" for condition in unequal.values())
    differing_rows, largest, *column_counts = pairs.aggregate(
        f"""count(*) filter (where is_alone or {" or ".join(unequal.values())}),
            {f"max(greatest({differences}, 0))" if numbers else "0"}, {counts}"""
    ).fetchall()[0]
    remarks = [
        f"{name}: {count} rows"
        for name, count in zip(compared, column_counts, strict=True)
        if count
    ]
    return Comparison(
        table,
        duckdb_rows,
        len(spark_table),
        differing_rows,
        f"{float(largest or 0):.2g}",
        tuple(remarks),
    )


def primary_key(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[str]:
    """Return the columns of a table's primary key; none if it has none."""
    found = connection.execute(
        "select constraint_column_names from duckdb_constraints()"
        " where constraint_type = 'PRIMARY KEY' and schema_name = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return found[0] if found else []


def pair_rows(
    connection: duckdb.DuckDBPyConnection,
    duckdb_table: duckdb.DuckDBPyRelation,
    spark_table: duckdb.DuckDBPyRelation,
    key: list[str],
) -> duckdb.DuckDBPyRelation:
    """Pair the rows of two tables by their key, or by their place in the order of all columns.

    Returns:
        The pairs as structs `d` and `s`, and `is_alone` where a row has no partner.
    """
    columns = ", ".join(f'"{name}"' for name in key or duckdb_table.columns)
    numbered = "*, row_number() over (partition by {} order by {}) as row_place".format(
        columns if key else "1", columns
    )
    connection.register("duckdb_rows", duckdb_table.project(numbered))
    connection.register("spark_rows", spark_table.project(numbered))
    matches = [f'd."{name}" is not distinct from s."{name}"' for name in [*key, "row_place"]]
    return connection.query(
        f"""
        select d, s, d.row_place is null or s.row_place is null as is_alone
        from duckdb_rows as d
        full outer join spark_rows as s on {" and ".join(matches)}
        """
    )


def report(comparisons: list[Comparison]) -> str:
    """Return the comparisons as a table for people."""
    lines = [
        f"{'table':<28} {'DuckDB':>8} {'Spark':>8} {'differing':>9} {'largest':>9}",
        f"{'':<28} {'rows':>8} {'rows':>8} {'rows':>9} {'diff.':>9}",
    ]
    for one in comparisons:
        spark_rows = "-" if one.spark_rows is None else one.spark_rows
        lines.append(
            f"{one.table:<28} {one.duckdb_rows:>8} {spark_rows:>8} {one.differing_rows:>9}"
            f" {one.largest_difference:>9}  {'; '.join(one.remarks)}".rstrip()
        )
    return "\n".join(lines)


def main() -> int:
    """Compare two finished builds and print the report.

    Returns:
        The exit code: 0 if the builds are equal.
    """
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    build_dir = PROJECT_ROOT / "build"
    parser.add_argument(
        "database", type=Path, nargs="?", default=build_dir / "smart_city_index.duckdb"
    )
    parser.add_argument("spark_dir", type=Path, nargs="?", default=build_dir / "spark")
    arguments = parser.parse_args()
    comparisons = compare_builds(arguments.database, arguments.spark_dir, read_exceptions())
    print(report(comparisons))
    return 0 if comparisons and all(one.is_equal for one in comparisons) else 1


if __name__ == "__main__":
    sys.exit(main())
