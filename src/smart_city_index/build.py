"""Build the warehouse into a fresh file, test it, and publish it only if every test passed.

    python scripts/build.py
    python scripts/build.py --index ../my_index
    python scripts/build.py --index ../my_index --check

The way of a build:

1. take the build lock, so that two builds never meet; with --index, make the index folder a dbt
   project in its own build directory (index_project.py),
2. check the seed files as text (check_seeds.py) and the files of locations (check_external.py);
   --check ends here,
3. `dbt build` (seeds, models, data tests, unit tests) into a fresh build/smart_city_index.duckdb,
4. if anything failed: say which rows break which rule, leave the published file as it was, exit 1,
5. copy the marts into a file of their own (tables only, no views) and into Parquet files,
6. publish: one atomic rename per file into warehouse/, with --index into that of the index folder.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import yaml
from .check_external import check_input, external_places, sql_text
from .check_seeds import PROJECT_DIR, Finding
from .index_project import (
    DATABASE_NAME,
    LOCATIONS,
    IndexFolderError,
    assemble_project,
    check_folder,
    database_name,
)

EXTERNAL_ROWS = "external_rows.duckdb"
MART_SCHEMA = "main"
STORAGE_VERSION = "v1.4.0"
STAGED_SUFFIX = ".publishing"
SHOWN_ROWS_PER_TEST = 20
MAXIMUM_SHOWN_LINES = 2


class BuildError(Exception):
    """The build cannot go on; the message is for the person who started it."""


@dataclass(frozen=True)
class Project:
    """A dbt project to build: this repository, or one that was assembled from an index folder.

    Attributes:
        directory: the project.
        database_name: name of its DuckDB file.
        index_dir: the index folder, as the user named it.
        origins: for an index folder, the user's file of every seed file that has one.
        overrides: vars that the command line sets, locations as absolute paths.
    """

    directory: Path = PROJECT_DIR
    database_name: str = DATABASE_NAME
    index_dir: Path | None = None
    origins: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)

    def locations(self) -> dict[str, str]:
        """Return the locations of external rows, by name of the seed whose rows they add to."""
        document = yaml.safe_load((self.directory / "dbt_project.yml").read_text(encoding="utf-8"))
        settings = document["vars"] | self.overrides
        return {
            name: os.path.join(self.directory, settings[location])
            for name, location in LOCATIONS.items()
            if settings.get(location)
        }

    def name_of(self, file: str) -> str:
        """Return a seed file, relative to the project, or an external file as the user knows it."""
        if file in self.origins:
            return self.origins[file]
        for directory in filter(None, (self.index_dir, Path())):
            if Path(file).is_relative_to(directory.resolve()):
                return str(directory / Path(file).relative_to(directory.resolve()))
        return file

    def findings(self, external_rows: Path) -> list[Finding]:
        """Return what the input gate finds.

        Args:
            external_rows: file to load external rows into.
        """
        return check_input(
            self.directory, self.locations(), external_rows, self.name_of, self.origins
        )

    def places(self, table_name: str, row_key: str, external_rows: Path) -> list[str]:
        """Return file and line of the input rows that a data test names.

        Args:
            table_name: seed or staging model, as the test names it.
            row_key: key as data tests name it.
            external_rows: file with the external rows, if there are any.
        """
        name = table_name.removeprefix("stg_").removeprefix("simulated_")
        names = [table_name] if table_name.startswith("simulated_") else [name, f"simulated_{name}"]
        files = [file for name in names for file in self.directory.glob(f"seeds/**/{name}.csv")]
        places = []
        for file in files:
            lines = "".join(f":{line}" for line in seed_lines(file, row_key))
            if lines:
                places.append(self.name_of(str(file.relative_to(self.directory))) + lines)
        if external_rows.exists():
            places += external_places(
                external_rows, name, key_of(row_key), self.name_of, MAXIMUM_SHOWN_LINES
            )
        if files and not places:
            places.append(self.name_of(str(files[0].relative_to(self.directory))))
        return places


@contextlib.contextmanager
def build_lock(build_dir: Path) -> Iterator[None]:
    """Hold the lock of the build directory while the body runs.

    Args:
        build_dir: directory of the unpublished build; created if missing.

    Raises:
        BuildError: another build holds the lock, or the directory cannot be written to.
    """
    try:
        build_dir.mkdir(parents=True, exist_ok=True)
        lock_file = (build_dir / ".lock").open("w")
    except OSError as error:
        raise BuildError(f"cannot write to {build_dir}: {error.strerror}") from error
    with lock_file:
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildError(
                f"another build is running in {build_dir}: wait until it has ended"
            ) from error
        yield


def remove_leftovers(database: Path, warehouse_dir: Path) -> None:
    """Delete what an interrupted build of a database may have left; never a published file."""
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()
    remove_external_rows(database.parent / EXTERNAL_ROWS)
    shutil.rmtree(database.parent / "export", ignore_errors=True)
    remove_staged_files(warehouse_dir)


def remove_external_rows(external_rows: Path) -> None:
    """Delete the input gate's copy of external rows."""
    external_rows.unlink(missing_ok=True)
    external_rows.with_name(f"{external_rows.name}.wal").unlink(missing_ok=True)
    shutil.rmtree(f"{external_rows}.tmp", ignore_errors=True)


def remove_staged_files(warehouse_dir: Path) -> None:
    """Delete copies that were about to be published."""
    for path in warehouse_dir.rglob(f"*{STAGED_SUFFIX}"):
        path.unlink()


def code_version() -> str:
    """Return `git describe` of the project, or `unknown` outside a git checkout."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--tags"],
            cwd=PROJECT_DIR,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return described.stdout.strip()


def run_dbt_build(
    database: Path, project_dir: Path, overrides: dict[str, str]
) -> list[dict[str, Any]]:
    """Run `dbt build` into a database file and return its node results.

    What is built is up to the project alone: DBT_* variables of the environment are not passed on.

    Args:
        database: file to build; must not exist yet.
        project_dir: the dbt project.
        overrides: vars that go before those of dbt_project.yml.

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
            "SMART_CITY_INDEX_CODE_VERSION": code_version(),
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


def failure_lines(
    result: dict[str, Any], database: Path, project: Project, external_rows: Path
) -> list[str]:
    """Say what failed in one node result: for a data test, the rows that break the rule.

    Args:
        result: a failed dbt node result.
        database: the unpublished file, where the rows are.
        project: the dbt project, to name input files.
        external_rows: file with the external rows, if there are any.

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
            places = project.places(values["table_name"], values["row_key"], external_rows)
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


def key_of(row_key: str) -> dict[str, str]:
    """Return the values by column of a key as data tests name it: edition=2025, city_id=aachen."""
    return dict(part.split("=", 1) for part in row_key.split(", ") if "=" in part)


def seed_lines(seed_file: Path, row_key: str) -> list[int]:
    """Return the lines of a seed file on which the row of a key stands, from 1.

    Args:
        seed_file: the CSV file.
        row_key: key as data tests name it, for example `edition=2025, city_id=duesseldorf`;
            columns that the file does not have are passed over.
    """
    with seed_file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    key = key_of(row_key)
    node_id = key.pop("node_id", None)
    key = {column: value for column, value in key.items() if rows and column in rows[0]}
    return [
        line
        for line, row in enumerate(rows, start=2)
        if all(row[column] == value.replace("(empty)", "") for column, value in key.items())
        and (node_id is None or node_id in row.values())
    ][: MAXIMUM_SHOWN_LINES if key else 0]


def export_marts(database: Path, export_dir: Path) -> dict[str, int]:
    """Copy the marts, with constraints and comments, into a file of their own and into Parquet.

    Args:
        database: the tested, unpublished file; loses its seeds, staging and intermediate schemas.
        export_dir: directory for the copies; must not exist yet.

    Returns:
        Rows per mart, by name.

    Raises:
        BuildError: a copy has other rows than its origin, or is not whole.
    """
    (export_dir / "parquet").mkdir(parents=True)
    export_database = export_dir / database.name
    with duckdb.connect(str(database)) as connection:
        schemas = connection.execute(
            "select schema_name from information_schema.schemata"
            " where catalog_name = current_database() and starts_with(schema_name, ?)",
            [f"{MART_SCHEMA}_"],
        ).fetchall()
        for (schema,) in schemas:
            connection.execute(f'drop schema "{schema}" cascade')
        connection.execute(
            f"attach {sql_text(export_database)} as export (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute(f'copy from database "{database.stem}" to export')
        marts = connection.execute(
            "select table_name from information_schema.tables"
            " where table_catalog = current_database() and table_schema = ? order by table_name",
            [MART_SCHEMA],
        ).fetchall()
        row_counts = {}
        for (mart,) in marts:
            parquet_file = export_dir / "parquet" / f"{mart}.parquet"
            connection.execute(
                f'copy (from {MART_SCHEMA}."{mart}") to {sql_text(parquet_file)} (format parquet)'
            )
            counts = connection.execute(
                f'select (select count(*) from {MART_SCHEMA}."{mart}"),'
                f' (select count(*) from export.{MART_SCHEMA}."{mart}"),'
                f" (select count(*) from {sql_text(parquet_file)})"
            ).fetchall()[0]
            if len(set(counts)) != 1:
                raise BuildError(f"the copies of {mart} differ in their number of rows: {counts}")
            row_counts[mart] = counts[0]
    if export_database.with_name(f"{export_database.name}.wal").exists():
        raise BuildError(f"{export_database} has a write-ahead log: the file is not whole")
    return row_counts


def check_writable(warehouse_dir: Path) -> None:
    """Find out before the build, not after it, whether the published files can be replaced.

    Raises:
        BuildError: the directory cannot be written to.
    """
    probe = warehouse_dir / f"probe{STAGED_SUFFIX}"
    try:
        warehouse_dir.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
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
    staged = target.with_name(target.name + STAGED_SUFFIX)
    shutil.copyfile(source, staged)
    staged.chmod(0o444)
    with staged.open("rb") as staged_file:
        os.fsync(staged_file.fileno())
    return staged


def sync_directory(directory: Path) -> None:
    """Write the names of a directory to disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish(
    export_dir: Path, warehouse_dir: Path, published_name: str = DATABASE_NAME
) -> None:
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
        remove_staged_files(warehouse_dir)
        raise BuildError(f"cannot write to {warehouse_dir}: {error.strerror}") from error
    for staged_file, name in zip(staged_files, names, strict=True):
        os.replace(staged_file, warehouse_dir / name)
    for stale_file in sorted((warehouse_dir / "parquet").glob("*.parquet")):
        if stale_file.relative_to(warehouse_dir) not in names:
            stale_file.unlink()
    sync_directory(warehouse_dir / "parquet")
    sync_directory(warehouse_dir)


@contextlib.contextmanager
def prepared_project(
    build_dir: Path, index_dir: Path | None, overrides: dict[str, str]
) -> Iterator[Project]:
    """Hold the lock of the build directory and yield the project to build.

    Args:
        build_dir: directory of the unpublished build.
        index_dir: index folder to assemble a project of, or None for this repository.
        overrides: vars that go before those of the project, locations as absolute paths.

    Raises:
        BuildError: the directory cannot be used, or another build is running in it.
        IndexFolderError: the index folder is not complete.
    """
    if index_dir is not None:
        check_folder(index_dir)
    for directory in (PROJECT_DIR, build_dir):
        if "'" in str(directory):
            raise BuildError(
                f"the path of the project must not contain a single quote: {directory}"
            )
    with build_lock(build_dir):
        if index_dir is None:
            yield Project(overrides=overrides)
        else:
            project_dir = build_dir / "project"
            yield Project(
                directory=project_dir,
                database_name=database_name(index_dir),
                index_dir=index_dir,
                origins=assemble_project(index_dir, project_dir, overrides),
                overrides=overrides,
            )


def build(
    build_dir: Path,
    warehouse_dir: Path,
    index_dir: Path | None = None,
    overrides: dict[str, str] | None = None,
) -> dict[str, int]:
    """Build, test and publish the warehouse.

    Args:
        build_dir: directory of the unpublished build.
        warehouse_dir: directory of the published files.
        index_dir: index folder to build instead of this repository's seeds.
        overrides: vars that go before those of the project, locations as absolute paths.

    Returns:
        Rows per published mart, by name.

    Raises:
        BuildError: the build failed; nothing was published.
        IndexFolderError: the index folder is not complete; nothing was published.
    """
    if index_dir is not None:
        check_folder(index_dir)
        if warehouse_dir == PROJECT_DIR / "warehouse":
            raise BuildError(f"{warehouse_dir} is for this repository's own rankings")
    with prepared_project(build_dir, index_dir, overrides or {}) as project:
        check_writable(warehouse_dir)
        database = build_dir / project.database_name
        remove_leftovers(database, warehouse_dir)
        try:
            check_and_run(project, database)
        finally:
            remove_external_rows(build_dir / EXTERNAL_ROWS)
        try:
            row_counts = export_marts(database, build_dir / "export")
        except (duckdb.Error, OSError) as error:
            raise BuildError(f"cannot copy the marts: {error}") from error
        publish(build_dir / "export", warehouse_dir, project.database_name)
        remove_leftovers(database, warehouse_dir)
    return row_counts


def check(build_dir: Path, index_dir: Path | None, overrides: dict[str, str]) -> None:
    """Only check the input; arguments and errors are those of `build`."""
    external_rows = build_dir / EXTERNAL_ROWS
    with prepared_project(build_dir, index_dir, overrides) as project:
        remove_external_rows(external_rows)
        try:
            check_input_of(project, external_rows)
        finally:
            remove_external_rows(external_rows)


def check_input_of(project: Project, external_rows: Path) -> None:
    """Run the input gate.

    Args:
        project: the dbt project.
        external_rows: file to load external rows into; must not exist yet.

    Raises:
        BuildError: the input has findings.
    """
    findings = project.findings(external_rows)
    if findings:
        lines = [f"{len(findings)} findings in the input:", *map(str, findings)]
        raise BuildError("\n".join(lines))


def check_and_run(project: Project, database: Path) -> None:
    """Check the input of a project, then run all its models and tests.

    Args:
        project: the dbt project.
        database: file to build; must not exist yet.

    Raises:
        BuildError: the input has findings, or a model or test failed.
    """
    external_rows = database.with_name(EXTERNAL_ROWS)
    check_input_of(project, external_rows)
    results = run_dbt_build(database, project.directory, project.overrides)
    if failed(results):
        lines = ["the build failed:"]
        for result in failed(results):
            lines += failure_lines(result, database, project, external_rows)
        raise BuildError("\n".join(lines))


def main() -> int:
    """Parse the command line, build, and report; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--index", type=Path, metavar="DIR", help="index folder to build, see docs/your_own_index.md"
    )
    parser.add_argument("--build-dir", type=Path, help="default: build/ here, or in DIR")
    parser.add_argument("--warehouse-dir", type=Path, help="default: warehouse/ here, or in DIR")
    parser.add_argument("--check", action="store_true", help="only check the input")
    for location in LOCATIONS.values():
        parser.add_argument(
            f"--{location.replace('_', '-')}",
            metavar="PATH",
            help=f"CSV or Parquet file or glob, goes before {location} of the settings",
        )
    arguments = parser.parse_args()
    overrides = {
        location: os.path.abspath(getattr(arguments, location))
        for location in LOCATIONS.values()
        if getattr(arguments, location)
    }
    home = arguments.index or PROJECT_DIR
    build_dir = (arguments.build_dir or home / "build").resolve()
    warehouse_dir = (arguments.warehouse_dir or home / "warehouse").resolve()
    started = time.monotonic()
    try:
        if arguments.check:
            check(build_dir, arguments.index, overrides)
            print(f"The input has no findings ({time.monotonic() - started:.1f} s).")
            return 0
        row_counts = build(build_dir, warehouse_dir, arguments.index, overrides)
    except (BuildError, IndexFolderError) as error:
        print(f"\n{error}\n\nNothing was published; {warehouse_dir} is as it was.", file=sys.stderr)
        return 1
    for mart, row_count in row_counts.items():
        print(f"{row_count:>8,} rows  {mart}")
    published_name = database_name(arguments.index) if arguments.index else DATABASE_NAME
    print(f"Published {warehouse_dir / published_name} in {time.monotonic() - started:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
