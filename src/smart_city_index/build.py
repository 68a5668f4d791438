"""Build the warehouse into a fresh file, test it, and publish it only if every test passed.

    sci build
    sci build --index my_index

The way of a build:

1. take the locks of the build directory and of the warehouse; make a fresh directory in the first,
   where all that follows is written and which is removed at the end,
2. read and check the input (gate.py); with --index, write the dbt project of the index folder,
3. `dbt build` (seeds, models, data tests) into a fresh file; that of the repository's own build
   directory is the development database of plain dbt, and stays; write the contradictions between
   published figures into contradictions.csv,
4. if anything failed: say which rows break which rule, leave the published files as they were,
   exit 1,
5. compare what was loaded with what was checked,
6. copy the declared marts into a file of their own (marts.py),
7. publish it (publication.py) in warehouse/, with --index in that of the index folder.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import duckdb

from . import UserError
from .check import (
    CheckedInput,
    Request,
    add_input_arguments,
    checked_input,
    request_of,
    run_directory,
)
from .code_version import code_version
from .dbt_process import run_dbt
from .index_project import assemble_project, database_name, write_external_rows
from .loaded import compare_with_input
from .marts import declared_marts, export_marts
from .progress import DbtOutput, Progress
from .publication import Publication, current_publication, publish, publishing

# Views store the catalogue's name, which is the name of the file.
DATABASE_NAME = "smart_city_index.duckdb"
STAGING_SCHEMA = "main_staging"
SHOWN_ROWS_PER_TEST = 20
CONTRADICTIONS_FILE = "contradictions.csv"
CONTRADICTIONS_TEST = "published_contradictions_are_explained"
SHOWN_CONTRADICTIONS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sci build`."""
    add_input_arguments(parser)
    parser.add_argument(
        "--may-be-empty", nargs="+", default=[], metavar="MART",
        help="marts that may have no rows any more, though they have some in what is published",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Build, and report; returns the exit code."""
    progress = Progress()
    request = request_of(arguments)
    try:
        publication = build(request, set(arguments.may_be_empty), progress)
    except UserError as error:
        progress.end_line()
        print(
            f"\n{error}\n\nNothing was published; {request.warehouse_dir} is as it was.",
            file=sys.stderr,
        )
        return 1
    for mart, row_count in publication.row_counts.items():
        print(f"{row_count:>8,} rows  {mart}")
    published = request.warehouse_dir / published_name(request)
    print(f"Published {published} in {progress.elapsed():.1f} s.")
    return 0


def published_name(request: Request) -> str:
    """Return the name of the published DuckDB file."""
    return DATABASE_NAME if request.index_dir is None else database_name(request.index_dir)


def warehouse_of(request: Request) -> Path:
    """Return the directory of the published files.

    Raises:
        UserError: the files of an index would be mixed with this repository's own.
    """
    own_warehouse = request.project_dir / "warehouse"
    if request.index_dir is not None and request.warehouse_dir.resolve() == own_warehouse:
        raise UserError(f"{request.warehouse_dir} is for this repository's own rankings")
    return request.warehouse_dir


def build(request: Request, may_be_empty: set[str], progress: Progress) -> Publication:
    """Check, build, test and publish.

    Args:
        request: what is to be built, and where.
        may_be_empty: marts that may have no rows though they have some in what is published.
        progress: says which step begins.

    Returns:
        What was published.

    Raises:
        UserError: it failed; nothing was published.
    """
    name = published_name(request)
    with run_directory(request) as run_dir, publishing(warehouse_of(request), name):
        progress.step("Check the input")
        database = fresh_database(request, run_dir)
        with checked_input(request, run_dir) as checked:
            for note in checked.notes():
                print(note)
            progress.step("Start dbt")
            if request.index_dir is None:
                project_dir = request.project_dir
                overrides = write_external_rows(checked, run_dir / "external")
            else:
                project_dir, overrides = run_dir / "project", {}
                assemble_project(checked, request.project_dir, project_dir)
            target_dir = target_of(request, run_dir)
            results = run_dbt_build(
                database, project_dir, target_dir, overrides, request.project_dir, progress
            )
            contradictions = contradiction_lines(database, request.build_dir)
            if failed(results):
                lines = ["the build failed:"]
                for result in failed(results):
                    lines += failure_lines(result, database, checked)
                    if CONTRADICTIONS_TEST in result["unique_id"]:
                        lines += contradictions
                raise UserError("\n".join(lines))
            for line in contradictions:
                print(line)
            progress.step("Compare with the input")
            with duckdb.connect(str(database), read_only=True) as connection:
                compare_with_input(
                    checked.gate,
                    lambda query: connection.execute(query).fetchall(),
                    STAGING_SCHEMA,
                )
                origin = origin_of(connection, checked, request)
        progress.step("Copy the marts and publish")
        export_dir = run_dir / "export"
        try:
            # of a copy, because all but the marts is removed from it
            tested = run_dir / "tested" / DATABASE_NAME
            tested.parent.mkdir()
            shutil.copyfile(database, tested)
            row_counts = export_marts(tested, export_dir, name, declared_marts(target_dir))
        except (duckdb.Error, OSError) as error:
            raise UserError(f"cannot copy the marts: {error}") from error
        check_emptied(row_counts, request.warehouse_dir, may_be_empty)
        return publish(export_dir, request.warehouse_dir, name, row_counts, origin)


def is_own(request: Request) -> bool:
    """Return whether the repository's own figures are built in its own build directory."""
    build_dir = request.project_dir / "build"
    return request.index_dir is None and request.build_dir.resolve() == build_dir


def target_of(request: Request, run_dir: Path) -> Path:
    """Return where dbt writes what it reads and runs: in the repository, if it is built there.

    With another build directory nothing is written into the repository, which may be read-only.
    """
    return (request.project_dir if is_own(request) else run_dir) / "target"


def fresh_database(request: Request, run_dir: Path) -> Path:
    """Return the file to build, which does not exist.

    In the repository's own build directory it is the file that plain dbt works in: dbt then has one
    path and reads the project once, and `dbt build --select` goes on from here.

    Args:
        request: what is to be built.
        run_dir: fresh directory of this run.

    Raises:
        UserError: the file of the last build cannot be removed.
    """
    if is_own(request):
        database = request.project_dir / "build" / DATABASE_NAME
        try:
            database.unlink(missing_ok=True)
            database.with_name(f"{DATABASE_NAME}.wal").unlink(missing_ok=True)
        except OSError as error:
            raise UserError(f"cannot remove {database}: {error.strerror}") from error
        return database
    database = run_dir / "database" / DATABASE_NAME
    database.parent.mkdir()
    return database


def origin_of(
    connection: duckdb.DuckDBPyConnection, checked: CheckedInput, request: Request
) -> dict[str, Any]:
    """Return what a manifest says of a build and its input.

    Args:
        connection: the tested database.
        checked: the input.
        request: what was built.
    """
    cursor = connection.execute(
        "select distinct strftime(built_at, '%Y-%m-%dT%H:%M:%SZ') as built_at, code_version,"
        " dbt_version, engine_version from meta_build"
    )
    (values,) = cursor.fetchall()
    home = (request.index_dir or request.project_dir).resolve()
    read_files = {}
    for one in checked.gate.read_files:
        path = one.file.path.resolve()
        # of a file from outside, the name: its path is of no use elsewhere
        shown = path.relative_to(home).as_posix() if path.is_relative_to(home) else path.name
        read_files[shown] = one.sha256
    lines = "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(read_files.items()))
    return {
        **dict(zip((column[0] for column in cursor.description), values, strict=True)),
        "input_sha256": hashlib.sha256(lines.encode()).hexdigest(),
        "input": dict(sorted(read_files.items())),
    }


def check_emptied(row_counts: dict[str, int], warehouse_dir: Path, may_be_empty: set[str]) -> None:
    """Refuse to publish an empty mart in the place of one that has rows.

    Args:
        row_counts: rows per mart, by name.
        warehouse_dir: directory of the published files.
        may_be_empty: marts that may be empty.

    Raises:
        UserError: a mart has lost all of its rows, or one that may have no rows is not there.
    """
    unknown = may_be_empty - set(row_counts)
    if unknown:
        raise UserError(f"--may-be-empty names what is no mart: {', '.join(sorted(unknown))}")
    before = current_publication(warehouse_dir)
    emptied = [
        f"    {mart}: {rows:,} rows"
        for mart, rows in (before.row_counts if before else {}).items()
        if rows and row_counts.get(mart) == 0 and mart not in may_be_empty
    ]
    if emptied:
        rule = "marts have no rows any more; if this is meant, name them with --may-be-empty:"
        raise UserError("\n".join([rule, *emptied]))


def run_dbt_build(
    database: Path,
    project_dir: Path,
    target_dir: Path,
    overrides: dict[str, str],
    engine_dir: Path,
    progress: Progress,
) -> list[dict[str, Any]]:
    """Run `dbt build` into a database file and return its node results.

    What is built is up to the project alone: DBT_* variables of the environment are not passed on.
    Unit tests are about the code, which is the same in every build: `make test` runs them.

    Args:
        database: file to build; must not exist yet.
        project_dir: the dbt project.
        target_dir: where dbt writes what it reads and runs; its log goes beside it.
        overrides: vars that go before those of dbt_project.yml.
        engine_dir: the project of this package, whose code version is recorded.
        progress: says how far dbt is.

    Returns:
        The `results` of dbt's run_results.json.

    Raises:
        UserError: dbt could not run at all (for example an error in the project's files).
    """
    results_file = target_dir / "run_results.json"
    results_file.unlink(missing_ok=True)
    output = DbtOutput(progress)
    exit_code = run_dbt(
        [
            *("build", "--exclude-resource-type", "unit_test"),
            *("--log-format", "json", "--no-use-colors"),
            # a log that is removed at the end has no reader
            *(() if target_dir.parent == engine_dir else ("--log-level-file", "none")),
            *("--target-path", str(target_dir), "--log-path", str(target_dir.with_name("logs"))),
            *("--profiles-dir", str(project_dir), "--vars", json.dumps(overrides)),
        ],
        project_dir,
        {
            **{name: value for name, value in os.environ.items() if not name.startswith("DBT_")},
            "SMART_CITY_INDEX_DB": spelled(database, project_dir),
            "SMART_CITY_INDEX_CODE_VERSION": code_version(engine_dir),
        },
        output.take,
    )
    if not results_file.exists():
        reasons = "\n".join(output.errors)
        raise UserError(f"dbt could not run (exit code {exit_code}):\n{reasons}")
    results = json.loads(results_file.read_text(encoding="utf-8"))["results"]
    if exit_code != 0 and not failed(results):
        reasons = "\n".join(output.errors)
        raise UserError(f"dbt ended with exit code {exit_code}:\n{reasons}")
    for result in results:
        if result["status"] == "warn":
            name = result["unique_id"].split(".")[2]
            progress.step(f"  worth a look: {result['failures']:,} rows of {name}")
    return list(results)


def spelled(database: Path, project_dir: Path) -> str:
    """Return a path as SMART_CITY_INDEX_DB has it, if that names the same file.

    dbt reads a project anew when the path is spelt differently. Spelt relative to the project, what
    it has read serves copies of the project too.
    """
    named = os.environ.get("SMART_CITY_INDEX_DB", "")
    return named if named and project_dir / named == database else str(database)


def contradiction_lines(database: Path, build_dir: Path) -> list[str]:
    """Write the contradictions between published figures into a file, and say so.

    Args:
        database: the file that was built.
        build_dir: the build directory, which gets the file if there are any.

    Returns:
        Lines of text: their number, the file, and the first ones that no note explains.

    Raises:
        UserError: the file cannot be written.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        try:
            cursor = connection.execute(
                "select * from published_reconciliation where verdict = 'contradiction'"
                " order by ranking_id, edition, city_id, category_id, figure"
            )
        except duckdb.CatalogException:
            # an error further up
            return []
        columns = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    target = build_dir / CONTRADICTIONS_FILE
    if not rows and not target.exists():
        return []
    try:
        with target.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened, lineterminator="\n")
            writer.writerows([columns, *rows])
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}") from error
    unexplained = [
        row
        for row in (dict(zip(columns, values, strict=True)) for values in rows)
        if row["contradiction_note"] is None
    ]
    counts = f"{len(rows):,}, {len(unexplained):,} of them without a note"
    lines = [f"Published figures that others contradict: {counts}; all are in {target}"]
    for row in unexplained[:SHOWN_CONTRADICTIONS]:
        digits = row["published_digits"]
        given = (
            f"{row['possible_from']} to {row['possible_to']}"
            if row["computed_value"] is None
            else f"{row['published_value'] + row['difference']:.{digits}f}"
        )
        lines.append(
            f"    {row['edition_key']}, {row['city_id']}, {row['category_id']}: {row['figure']}"
            f" {row['published_value']:.{digits}f}, where the others give {given}"
        )
    if len(unexplained) > SHOWN_CONTRADICTIONS:
        lines.append(f"    ... and {len(unexplained) - SHOWN_CONTRADICTIONS:,} more")
    return lines


def failed(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the results of the nodes that failed (skipped nodes follow from them)."""
    return [result for result in results if result["status"] in ("fail", "error")]


def failure_lines(result: dict[str, Any], database: Path, checked: CheckedInput) -> list[str]:
    """Say what failed in one node result: for a data test, the rows that break the rule.

    Args:
        result: a failed dbt node result.
        database: the unpublished file, where the rows are.
        checked: the input, to name lines of files.

    Returns:
        Lines of text, the first one naming the node.
    """
    lines = [result["unique_id"]]
    if result["status"] != "fail" or not result["unique_id"].startswith("test."):
        return [*lines, *(f"    {line}" for line in str(result["message"]).splitlines())]
    with duckdb.connect(str(database), read_only=True) as connection:
        cursor = connection.execute(result["compiled_code"])
        columns = [column[0] for column in cursor.description]
        rows = cursor.fetchmany(SHOWN_ROWS_PER_TEST + 1)
    for row in rows[:SHOWN_ROWS_PER_TEST]:
        values = dict(zip(columns, row, strict=True))
        if "rule" in values:
            places = checked.gate.places(values["table_name"], values["row_key"])
            place = ", ".join(places) or values["table_name"]
            lines.append(
                f"    {place}: {values['row_key']}: {values['column_name']} = "
                f"{values['found']}: {values['rule']}"
            )
        else:
            lines.append("    " + ", ".join(f"{name}={value}" for name, value in values.items()))
    if len(rows) > SHOWN_ROWS_PER_TEST:
        lines.append("    ... and more")
    return lines
