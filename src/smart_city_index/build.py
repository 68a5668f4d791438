"""Build the warehouse into a fresh file, test it, and publish it only if every test passed.

    sci build
    sci build --index ../my_index

The way of a build:

1. take the lock of the build directory and make a fresh directory in it, where all that follows
   is written and which is removed at the end,
2. read and check the input (gate.py); with --index, write the dbt project of the index folder,
3. `dbt build` (seeds, models, data tests, unit tests) into a fresh file,
4. if anything failed: say which rows break which rule, leave the published file as it was, exit 1,
5. compare what was loaded with what was checked,
6. copy the declared marts into a file of their own (tables only, no views) and into Parquet files,
7. publish: one atomic rename per file into warehouse/, with --index into that of the index folder.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from .check import (
    CheckedInput,
    InputError,
    Request,
    add_input_arguments,
    checked_input,
    request_of,
    run_directory,
)
from .index_folder import IndexFolderError
from .index_project import assemble_project, database_name, write_external_rows
from .loaded import LoadError, compare_with_input
from .values import sql_text

# Views store the catalogue's name, which is the name of the file.
DATABASE_NAME = "smart_city_index.duckdb"
MART_SCHEMA = "main"
STAGING_SCHEMA = "main_staging"
STORAGE_VERSION = "v1.4.0"
STAGED_SUFFIX = ".publishing"
SHOWN_ROWS_PER_TEST = 20


class BuildError(Exception):
    """The build cannot go on; the message is for the person who started it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sci build`."""
    add_input_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Build, and report; returns the exit code."""
    started = time.monotonic()
    request = request_of(arguments)
    try:
        row_counts = build(request)
    except (BuildError, InputError, IndexFolderError, LoadError) as error:
        print(
            f"\n{error}\n\nNothing was published; {request.warehouse_dir} is as it was.",
            file=sys.stderr,
        )
        return 1
    for mart, row_count in row_counts.items():
        print(f"{row_count:>8,} rows  {mart}")
    published = request.warehouse_dir / published_name(request)
    print(f"Published {published} in {time.monotonic() - started:.1f} s.")
    return 0


def published_name(request: Request) -> str:
    """Return the name of the published DuckDB file."""
    return DATABASE_NAME if request.index_dir is None else database_name(request.index_dir)


def build(request: Request) -> dict[str, int]:
    """Check, build, test and publish.

    Args:
        request: what is to be built, and where.

    Returns:
        Rows per published mart, by name.

    Raises:
        BuildError, InputError, IndexFolderError, LoadError: it failed; nothing was published.
    """
    with run_directory(request) as run_dir:
        own_warehouse = request.project_dir / "warehouse"
        if request.index_dir is not None and request.warehouse_dir.resolve() == own_warehouse:
            raise BuildError(f"{request.warehouse_dir} is for this repository's own rankings")
        check_writable(request.warehouse_dir, published_name(request))
        database = run_dir / "database" / DATABASE_NAME
        database.parent.mkdir()
        with checked_input(request, run_dir) as checked:
            if request.index_dir is None:
                project_dir = request.project_dir
                overrides = write_external_rows(checked, run_dir / "external")
            else:
                project_dir, overrides = run_dir / "project", {}
                assemble_project(checked, request.project_dir, project_dir)
            results = run_dbt_build(database, project_dir, overrides, request.project_dir)
            if failed(results):
                lines = ["the build failed:"]
                for result in failed(results):
                    lines += failure_lines(result, database, checked)
                raise BuildError("\n".join(lines))
            with duckdb.connect(str(database), read_only=True) as connection:
                compare_with_input(
                    checked.gate,
                    lambda query: connection.execute(query).fetchall(),
                    STAGING_SCHEMA,
                )
        export_dir = run_dir / "export"
        try:
            row_counts = export_marts(
                database, export_dir, published_name(request), declared_marts(project_dir)
            )
        except (duckdb.Error, OSError) as error:
            raise BuildError(f"cannot copy the marts: {error}") from error
        publish(export_dir, request.warehouse_dir, published_name(request))
    return row_counts


def code_version(project_dir: Path) -> str:
    """Return `git describe` of a project, or `unknown` outside a git checkout."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--tags"],
            cwd=project_dir,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return described.stdout.strip()


def run_dbt_build(
    database: Path, project_dir: Path, overrides: dict[str, str], engine_dir: Path
) -> list[dict[str, Any]]:
    """Run `dbt build` into a database file and return its node results.

    What is built is up to the project alone: DBT_* variables of the environment are not passed on.

    Args:
        database: file to build; must not exist yet.
        project_dir: the dbt project.
        overrides: vars that go before those of dbt_project.yml.
        engine_dir: the repository whose code version is recorded.

    Returns:
        The `results` of dbt's run_results.json.

    Raises:
        BuildError: dbt could not run at all (for example an error in the project's files).
    """
    results_file = project_dir / "target" / "run_results.json"
    results_file.unlink(missing_ok=True)
    completed = subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            "build",
            "--profiles-dir",
            project_dir,
            "--vars",
            json.dumps(overrides),
        ],
        cwd=project_dir,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("DBT_")},
            "SMART_CITY_INDEX_DB": str(database),
            "SMART_CITY_INDEX_CODE_VERSION": code_version(engine_dir),
        },
        check=False,
    )
    if not results_file.exists():
        raise BuildError(f"dbt could not run (exit code {completed.returncode}), see above")
    results = json.loads(results_file.read_text(encoding="utf-8"))["results"]
    if completed.returncode != 0 and not failed(results):
        raise BuildError(f"dbt ended with exit code {completed.returncode}, see above")
    return list(results)


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


def declared_marts(project_dir: Path) -> set[str]:
    """Return the names of the project's marts."""
    return {file.stem for file in project_dir.glob("models/marts/**/*.sql")}


def export_marts(
    database: Path, export_dir: Path, published_name: str, marts: set[str]
) -> dict[str, int]:
    """Copy the marts, with constraints and comments, into a file of their own and into Parquet.

    Args:
        database: the tested, unpublished file; loses its seeds, staging and intermediate schemas.
        export_dir: directory for the copies; must not exist yet.
        published_name: name of the DuckDB file.
        marts: the marts that must be there, no more and no fewer.

    Returns:
        Rows per mart, by name.

    Raises:
        BuildError: other tables than the marts are there, or a copy is not whole.
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
        differing = marts ^ {name for (name,) in found}
        if differing:
            raise BuildError(
                f"not exactly the declared marts were built: {', '.join(sorted(differing))}"
            )
        connection.execute(
            f"attach {sql_text(export_database)} as export (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute(f'copy from database "{database.stem}" to export')
        row_counts = {}
        for mart in sorted(marts):
            parquet_file = export_dir / "parquet" / f"{mart}.parquet"
            connection.execute(
                f'copy (from {MART_SCHEMA}."{mart}") to {sql_text(parquet_file)} (format parquet)'
            )
            counts = connection.execute(
                f'select (select count(*) from {MART_SCHEMA}."{mart}"),'
                f' (select count(*) from export.{MART_SCHEMA}."{mart}"),'
                f" (select count(*) from read_parquet({sql_text(parquet_file)}))"
            ).fetchall()[0]
            if len(set(counts)) != 1:
                raise BuildError(f"the copies of {mart} differ in their number of rows: {counts}")
            row_counts[mart] = counts[0]
    if export_database.with_name(f"{export_database.name}.wal").exists():
        raise BuildError(f"{export_database} has a write-ahead log: the file is not whole")
    return row_counts


def check_writable(warehouse_dir: Path, published_name: str) -> None:
    """Find out before the build, not after it, whether the published files can be replaced.

    Args:
        warehouse_dir: directory of the published files.
        published_name: name of the DuckDB file.

    Raises:
        BuildError: it cannot be written to, or holds something else in the place of files.
    """
    for path, is_right in (
        (warehouse_dir / "parquet", Path.is_dir),
        (warehouse_dir / published_name, Path.is_file),
        *((file, Path.is_file) for file in warehouse_dir.glob("parquet/*.parquet")),
    ):
        if path.is_symlink() or (path.exists() and not is_right(path)):
            raise BuildError(f"{path} is a link, or no {path.suffix or 'folder'}: take it away")
    try:
        warehouse_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=warehouse_dir, suffix=STAGED_SUFFIX):
            pass
    except OSError as error:
        raise BuildError(f"cannot write to {warehouse_dir}: {error.strerror}") from error


def stage_file(source: Path, target: Path) -> Path:
    """Copy a finished file beside its published path, whole and on disk, not yet published.

    Args:
        source: finished file, possibly on another file system.
        target: published path.

    Returns:
        The staged copy, read-only.

    Raises:
        OSError: the copy does not fit or cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = staged_path(target)
    # what a killed run left, or a link that would be written through
    staged.unlink(missing_ok=True)
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o444)
    with os.fdopen(descriptor, "wb") as copy, source.open("rb") as original:
        shutil.copyfileobj(original, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())
    return staged


def sync_directory(directory: Path) -> None:
    """Write the names of a directory to disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish(export_dir: Path, warehouse_dir: Path, published_name: str = DATABASE_NAME) -> None:
    """Publish the Parquet copies and, last, the DuckDB file.

    All files are copied beside the published ones first; only when every copy is whole are they
    renamed, each in one atomic step, so that a full disk leaves everything as it was.

    Args:
        export_dir: directory that `export_marts` filled.
        warehouse_dir: directory of the published files.
        published_name: name of the DuckDB file.

    Raises:
        BuildError: a file could not be copied; nothing was published.
    """
    names = [Path("parquet") / file.name for file in sorted(export_dir.glob("parquet/*.parquet"))]
    names.append(Path(published_name))
    try:
        staged_files = [stage_file(export_dir / name, warehouse_dir / name) for name in names]
    except OSError as error:
        for name in names:
            with contextlib.suppress(OSError):
                staged_path(warehouse_dir / name).unlink()
        raise BuildError(f"cannot write to {warehouse_dir}: {error.strerror}") from error
    for staged_file, name in zip(staged_files, names, strict=True):
        staged_file.replace(warehouse_dir / name)
    for stale_file in sorted((warehouse_dir / "parquet").glob("*.parquet")):
        if stale_file.relative_to(warehouse_dir) not in names:
            stale_file.unlink()
    sync_directory(warehouse_dir / "parquet")
    sync_directory(warehouse_dir)


def staged_path(target: Path) -> Path:
    """Return where the copy of a file waits to be published."""
    return target.with_name(target.name + STAGED_SUFFIX)
