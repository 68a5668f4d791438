"""Build seeds, models and data tests on Apache Spark inside this process (dbt target `spark`).

    sci spark [options of dbt build]

Everything it writes goes below one directory, build/spark (or SMART_CITY_INDEX_SPARK_DIR); what an
earlier build left there is removed first. Tables end as Parquet files in
build/spark/warehouse/<schema>.db/<table>/.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from . import UserError
from .check import add_input_arguments, checked_input, request_of, run_directory
from .index_project import write_external_rows
from .java import java_problem
from .loaded import compare_with_input

STAGING_SCHEMA = "smart_city_index_staging"
WRITTEN_PARTS = ("warehouse", "scratch", "target", "logs")
MARKER = "made_by_sci_spark.txt"


def keep_ansi_mode() -> None:
    """Let Spark refuse what does not fit: dbt-spark turns ANSI mode off before every statement.

    Without it a number too large for its type becomes NULL without a word.
    """
    from dbt.adapters.spark.connections import SparkCredentials

    set_up = SparkCredentials.__post_init__

    def set_up_with_ansi_mode(credentials: SparkCredentials) -> None:
        set_up(credentials)
        credentials.server_side_parameters["spark.sql.ansi.enabled"] = "true"

    SparkCredentials.__post_init__ = set_up_with_ansi_mode


def run_dbt_build(
    project_dir: Path, spark_dir: Path, overrides: dict[str, Any], options: list[str]
) -> tuple[bool, set[str]]:
    """Run `dbt build` into a directory.

    Args:
        project_dir: the dbt project.
        spark_dir: where tables, scratch files, compiled SQL and logs go.
        overrides: vars that go before those of dbt_project.yml.
        options: further options of `dbt build`.

    Returns:
        Whether everything was built and every test passed; the names of what was built.
    """
    from dbt.cli.main import dbtRunner

    os.environ["SMART_CITY_INDEX_SPARK_DIR"] = str(spark_dir)
    os.chdir(project_dir)
    keep_ansi_mode()
    command = [
        *("build", "--target", "spark", "--profiles-dir", str(project_dir)),
        *("--target-path", str(spark_dir / "target"), "--log-path", str(spark_dir / "logs")),
        *("--vars", json.dumps(overrides)),
    ]
    outcome = dbtRunner().invoke([*command, *options])
    results = getattr(outcome.result, "results", [])
    return outcome.success, {one.node.name for one in results if one.status == "success"}


def empty(spark_dir: Path) -> None:
    """Remove what an earlier build left, from a directory that holds nothing else.

    Args:
        spark_dir: the directory; made if it is missing.

    Raises:
        UserError: something of the names that a build writes is there, and no build has made it.
    """
    marker = spark_dir / MARKER
    parts = [spark_dir / part for part in WRITTEN_PARTS]
    if not marker.is_file():
        foreign = [part for part in parts if os.path.lexists(part)]
        if foreign:
            raise UserError(f"{foreign[0]} is not from an earlier build: take it away")
        spark_dir.mkdir(parents=True, exist_ok=True)
        marker.write_text("sci spark removes what stands beside this file\n", encoding="utf-8")
    for part in parts:
        shutil.rmtree(part, ignore_errors=True)


def query(sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query on the session in which dbt has built."""
    from pyspark.sql import SparkSession

    return [tuple(row) for row in SparkSession.builder.getOrCreate().sql(sql).collect()]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sci spark`; every other one is passed to `dbt build`."""
    add_input_arguments(parser)
    parser.add_argument(
        "--vars", type=parsed_vars, default={}, metavar="YAML", help="vars, as dbt takes them"
    )
    parser.set_defaults(dbt_options=[])


def parsed_vars(text: str) -> dict[str, Any]:
    """Return vars from the command line, which dbt would take once only.

    Raises:
        ArgumentTypeError: they are no YAML dictionary.
    """
    try:
        parsed = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if not isinstance(parsed, dict):
        raise argparse.ArgumentTypeError(f"{text!r} is no YAML dictionary")
    return parsed


def run(arguments: argparse.Namespace) -> int:
    """Check Java and the input, then build.

    Returns:
        The exit code: 0 if everything was built from what was checked, and every test passed.
    """
    problem = java_problem()
    if problem or arguments.index:
        print(problem or "--index is for sci build only", file=sys.stderr)
        return 1
    request = request_of(arguments)
    if request.index_dir is not None:
        raise UserError("sci spark builds the repository's own rankings: leave --index out")
    default = request.project_dir / "build" / "spark"
    spark_dir = Path(os.environ.get("SMART_CITY_INDEX_SPARK_DIR", default)).resolve()
    with run_directory(request) as run_dir, checked_input(request, run_dir) as checked:
        empty(spark_dir)
        (spark_dir / "scratch").mkdir()
        overrides = arguments.vars | write_external_rows(checked, run_dir / "external")
        is_built, models = run_dbt_build(
            request.project_dir, spark_dir, overrides, arguments.dbt_options
        )
        if {"--target", "-t"} & set(arguments.dbt_options):
            print("What another target has loaded is not compared with the input.")
        else:
            compare_with_input(checked.gate, query, STAGING_SCHEMA, engine="spark", models=models)
    return 0 if is_built else 1
