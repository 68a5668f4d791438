"""Compare two published files: which rows of which marts were added, removed or changed.

sci diff OLD.duckdb NEW.duckdb
sci diff OLD.duckdb NEW.duckdb --renamed league_table=ranks --renamed ranks.rank=place
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from .values import sql_text

# What differs from build to build by its nature.
VOLATILE = {"meta_build": {"built_at", "code_version", "dbt_version", "engine_version"}}
SHOWN_KEYS = 3


@dataclass
class MartDifference:
    """What differs in one mart.

    Attributes:
        mart: name of the mart, the new one if it was renamed.
        columns: columns that only one file has, with + or - in front.
        added: number of rows that only the new file has.
        removed: number of rows that only the old file has.
        changed: number of rows with the same key and other values.
        changes: number of changed rows by column, and some of their keys.
    """

    mart: str
    columns: list[str] = field(default_factory=list)
    added: int = 0
    removed: int = 0
    changed: int = 0
    changes: dict[str, tuple[int, list[str]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether there is any difference."""
        return bool(self.columns or self.added or self.removed or self.changed)

    def lines(self) -> Iterator[str]:
        """Yield lines for people."""
        yield (
            f"{self.mart}: {self.added:,} rows added, {self.removed:,} removed,"
            f" {self.changed:,} changed"
        )
        if self.columns:
            yield f"    columns {', '.join(self.columns)}"
        for column, (count, keys) in self.changes.items():
            yield f"    {column}: {count:,} rows, for example {'; '.join(keys)}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sci diff`."""
    parser.add_argument("old", type=Path, help="published DuckDB file")
    parser.add_argument("new", type=Path, help="published DuckDB file to compare with it")
    parser.add_argument(
        "--renamed", action="append", default=[], metavar="OLD=NEW",
        help="a mart that has another name in the new file, or MART.OLD=NEW for a column",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Compare and report; returns 0 if all is equal, 1 if not, 2 if it cannot be compared."""
    renamed = {old: new for old, _, new in (pair.partition("=") for pair in arguments.renamed)}
    try:
        differences = compare(arguments.old, arguments.new, renamed)
    except duckdb.Error as error:
        print(f"cannot compare {arguments.old} and {arguments.new}: {error}", file=sys.stderr)
        return 2
    differing = [difference for difference in differences if difference]
    for difference in differing:
        print("\n".join(difference.lines()))
    print(f"{len(differences) - len(differing)} of {len(differences)} marts are equal.")
    return 1 if differing else 0


def compare(old: Path, new: Path, renamed: dict[str, str] | None = None) -> list[MartDifference]:
    """Compare two published files.

    Args:
        old: DuckDB file.
        new: DuckDB file.
        renamed: new name by old name of marts, and by `mart.column`, under the mart's new name, of
            columns.

    Returns:
        One entry per mart of either file, by name; it is false if the mart is the same in both.

    Raises:
        duckdb.Error: a file cannot be read.
    """
    renamed = renamed or {}
    with duckdb.connect() as connection:
        for name, file in (("old", old), ("new", new)):
            connection.execute(f"attach {sql_text(file)} as {name} (read_only)")
        old_marts = {renamed.get(mart, mart): mart for mart in tables(connection, "old")}
        new_marts = tables(connection, "new")
        return [
            compare_mart(
                connection, old_marts.get(mart), mart if mart in new_marts else None, renamed
            )
            for mart in sorted({*old_marts, *new_marts})
        ]


def tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """Return the tables of an attached file."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = ?", [database]
    ).fetchall()
    return [name for (name,) in rows]


def compare_mart(
    connection: duckdb.DuckDBPyConnection,
    old_mart: str | None,
    new_mart: str | None,
    renamed: dict[str, str],
) -> MartDifference:
    """Compare one mart.

    Args:
        connection: has both files attached, as `old` and `new`.
        old_mart: its name in the old file; None if it is not there.
        new_mart: its name in the new file; None if it is not there.
        renamed: as for `compare`.
    """

    def scalar(query: str) -> int:
        return int(connection.execute(query).fetchall()[0][0])

    if old_mart is None:
        return MartDifference(
            str(new_mart), ["+ all"], scalar(f"select count(*) from new.{new_mart}")
        )
    if new_mart is None:
        removed = scalar(f"select count(*) from old.{old_mart}")
        return MartDifference(old_mart, ["- all"], 0, removed)
    difference = MartDifference(new_mart)
    volatile = VOLATILE.get(new_mart, set())
    old_columns = {
        renamed.get(f"{new_mart}.{column}", column): column
        for column in columns_of(connection, "old", old_mart)
    }
    new_columns = columns_of(connection, "new", new_mart)
    shared = [column for column in new_columns if column in old_columns and column not in volatile]
    difference.columns = [f"+ {column}" for column in new_columns if column not in old_columns]
    difference.columns += [f"- {column}" for column in old_columns if column not in new_columns]
    selected = ", ".join(f"{old_columns[column]} as {column}" for column in shared)
    before = f"(select {selected} from old.{old_mart})"
    after = f"(select {', '.join(shared)} from new.{new_mart})"
    key = [column for column in primary_key(connection, new_mart) if column in shared]
    difference.added = scalar(f"select count(*) from (from {after} except all from {before})")
    difference.removed = scalar(f"select count(*) from (from {before} except all from {after})")
    if not key or not (difference.added and difference.removed):
        return difference
    values = [column for column in shared if column not in key]
    pairs = f"{before} as before inner join {after} as after on " + " and ".join(
        f"before.{column} is not distinct from after.{column}" for column in key
    )
    key_text = " || ', ' || ".join(
        f"coalesce(cast(after.{column} as varchar), '')" for column in key
    )
    for column in values:
        count, keys = connection.execute(
            f"select count(*), list_sort(list({key_text}))[:{SHOWN_KEYS}] from {pairs}"
            f" where before.{column} is distinct from after.{column}"
        ).fetchall()[0]
        if count:
            difference.changes[column] = (count, keys)
    if values:
        differs = " or ".join(
            f"before.{column} is distinct from after.{column}" for column in values
        )
        difference.changed = scalar(f"select count(*) from {pairs} where {differs}")
    difference.added -= difference.changed
    difference.removed -= difference.changed
    return difference


def columns_of(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> list[str]:
    """Return the columns of a table of an attached file, in their order."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "select column_name from duckdb_columns() where database_name = ? and table_name = ?"
        " order by column_index",
        [database, table],
    ).fetchall()
    return [name for (name,) in rows]


def primary_key(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Return the columns of a table's primary key in the new file; none if it has no key."""
    rows = connection.execute(
        "select constraint_column_names from duckdb_constraints() where database_name = 'new'"
        " and table_name = ? and constraint_type = 'PRIMARY KEY'",
        [table],
    ).fetchall()
    return list(rows[0][0]) if rows else []
