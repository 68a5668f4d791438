"""Compare two published files: which rows of which marts were added, removed or changed.

sci diff OLD.duckdb NEW.duckdb
sci diff OLD.duckdb NEW.duckdb --renamed league_table=ranks --renamed ranks.rank=place
sci diff OLD.duckdb NEW.duckdb --dbt-run target/run_results.json
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from . import UserError
from .values import sql_text

# What differs from build to build by its nature.
VOLATILE = {"meta_build": {"built_at", "code_version", "dbt_version", "engine_version"}}
SHOWN_KEYS = 3
SCHEMA = "main"


@dataclass
class MartDifference:
    """What differs in one mart.

    Attributes:
        mart: name of the mart, the new one if it was renamed.
        columns: columns that only one file has, with + or - in front, or that have another type.
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
        "--dbt-run", type=Path, metavar="RUN_RESULTS",
        help="compare only the marts that this run of dbt has built (target/run_results.json)",
    )  # fmt: skip
    parser.add_argument(
        "--renamed", action="append", default=[], metavar="OLD=NEW",
        help="a mart that has another name in the new file, or MART.OLD=NEW for a column",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Compare and report; returns 0 if all is equal, 1 if not, 2 if it cannot be compared."""
    renamed = {old: new for old, _, new in (pair.partition("=") for pair in arguments.renamed)}
    try:
        only = models_of_run(arguments.dbt_run) if arguments.dbt_run else None
        differences = compare(arguments.old, arguments.new, renamed, only)
    except (duckdb.Error, DiffError) as error:
        print(f"cannot compare {arguments.old} and {arguments.new}: {error}", file=sys.stderr)
        return 2
    differing = [difference for difference in differences if difference]
    for difference in differing:
        print("\n".join(difference.lines()))
    print(f"{len(differences) - len(differing)} of {len(differences)} marts are equal.")
    return 1 if differing else 0


def models_of_run(results: Path) -> set[str]:
    """Return the names of the models that a run of dbt has built.

    Args:
        results: its run_results.json.

    Raises:
        DiffError: there is no such file, or dbt has not written it.
    """
    try:
        document = json.loads(results.read_text(encoding="utf-8"))
        identifiers = [result["unique_id"] for result in document["results"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DiffError(f"{results} is no run_results.json of dbt") from error
    return {name.split(".")[2] for name in identifiers if name.startswith("model.")}


class DiffError(UserError):
    """Two files cannot be compared as it was asked."""


def compare(
    old: Path,
    new: Path,
    renamed: dict[str, str] | None = None,
    only: set[str] | None = None,
) -> list[MartDifference]:
    """Compare two published files.

    Args:
        old: DuckDB file.
        new: DuckDB file.
        renamed: new name by old name of marts, and by `mart.column`, under the mart's new name, of
            columns.
        only: names of tables, the new ones of renamed marts; others are left out, if it is given.

    Returns:
        One entry per mart of either file, by name; it is false if the mart is the same in both.

    Raises:
        duckdb.Error: a file cannot be read.
        DiffError: a file has no marts, or something that was renamed is not there.
    """
    renamed = dict(renamed or {})
    with duckdb.connect() as connection:
        for name, file in (("old", old), ("new", new)):
            connection.execute(f"attach {sql_text(file)} as {name} (read_only)")
        old_tables, new_tables = tables(connection, "old"), tables(connection, "new")
        for file, found in ((old, old_tables), (new, new_tables)):
            if not found:
                raise DiffError(f"{file} has no table in schema {SCHEMA}")
        old_marts = {renamed.pop(mart, mart): mart for mart in old_tables}
        if len(old_marts) < len(old_tables):
            raise DiffError("a mart was renamed to one that the old file has too")
        pairs: dict[str, tuple[str | None, str | None]] = {
            mart: (old_marts.get(mart), mart) for mart in new_tables
        }
        pairs |= {mart: (name, None) for mart, name in old_marts.items() if mart not in new_tables}
        differences = [
            compare_mart(connection, before, after, renamed)
            for mart, (before, after) in sorted(pairs.items())
            if only is None or mart in only
        ]
    if renamed:
        raise DiffError(f"nothing has the old name {', '.join(renamed)}")
    return differences


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def tables(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, dict[str, str]]:
    """Return the type of every column of every table of an attached file, by their names."""
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " inner join duckdb_tables() using (database_name, schema_name, table_name)"
        " where database_name = ? and schema_name = ? order by table_name, column_index",
        [database, SCHEMA],
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


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
        renamed: new names of columns, see `compare`; those that were found are taken out.
    """

    def scalar(query: str) -> int:
        return int(connection.execute(query).fetchall()[0][0])

    def count(database: str, mart: str) -> int:
        return scalar(f"select count(*) from {database}.{SCHEMA}.{quoted(mart)}")

    if old_mart is None or new_mart is None:
        if new_mart is not None:
            return MartDifference(new_mart, ["+ all"], added=count("new", new_mart))
        return MartDifference(str(old_mart), ["- all"], removed=count("old", str(old_mart)))
    difference = MartDifference(new_mart)
    old_types = {
        renamed.pop(f"{new_mart}.{column}", column): (column, kind)
        for column, kind in tables(connection, "old")[old_mart].items()
    }
    new_types = tables(connection, "new")[new_mart]
    volatile = VOLATILE.get(new_mart, set())
    shared = [column for column in new_types if column in old_types and column not in volatile]
    retyped = [column for column in shared if old_types[column][1] != new_types[column]]
    difference.columns = [f"+ {column}" for column in new_types if column not in old_types]
    difference.columns += [f"- {column}" for column in old_types if column not in new_types]
    difference.columns += [
        f"{column} {old_types[column][1]} -> {new_types[column]}" for column in retyped
    ]

    def selected(database: str, mart: str, names: dict[str, str]) -> str:
        # values of two types are compared as they are printed
        columns = ", ".join(
            f"cast({quoted(name)} as varchar) as {quoted(column)}"
            if column in retyped
            else f"{quoted(name)} as {quoted(column)}"
            for column, name in names.items()
        )
        return f"(select {columns or '1 as one'} from {database}.{SCHEMA}.{quoted(mart)})"

    before = selected("old", old_mart, {column: old_types[column][0] for column in shared})
    after = selected("new", new_mart, {column: column for column in shared})
    difference.added = scalar(f"select count(*) from (from {after} except all from {before})")
    difference.removed = scalar(f"select count(*) from (from {before} except all from {after})")
    key = primary_key(connection, new_mart)
    if not (key and set(key) <= set(shared) and difference.added and difference.removed):
        return difference
    columns = ", ".join(map(quoted, key))
    if scalar(f"select count(*) - count(distinct ({columns})) from {before}"):
        return difference
    same_row = " and ".join(f"before.{quoted(column)} = after.{quoted(column)}" for column in key)
    pairs = f"{before} as before inner join {after} as after on {same_row}"
    key_text = " || ', ' || ".join(f"cast(after.{quoted(column)} as varchar)" for column in key)
    differs = {
        column: f"before.{quoted(column)} is distinct from after.{quoted(column)}"
        for column in shared
        if column not in key
    }
    for column, condition in differs.items():
        number, keys = connection.execute(
            f"select count(*), list_sort(list({key_text}))[:{SHOWN_KEYS}]"
            f" from {pairs} where {condition}"
        ).fetchall()[0]
        if number:
            difference.changes[column] = (number, keys)
    if differs:
        difference.changed = scalar(
            f"select count(*) from {pairs} where {' or '.join(differs.values())}"
        )
    difference.added -= difference.changed
    difference.removed -= difference.changed
    return difference


def primary_key(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Return the columns of a table's primary key in the new file; none if it has no key."""
    rows = connection.execute(
        "select constraint_column_names from duckdb_constraints() where database_name = 'new'"
        " and schema_name = ? and table_name = ? and constraint_type = 'PRIMARY KEY'",
        [SCHEMA, table],
    ).fetchall()
    return list(rows[0][0]) if rows else []
