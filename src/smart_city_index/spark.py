"""Build seeds, models and data tests on Apache Spark inside this process (dbt target `spark`).

    sci spark [options of dbt build]

Everything it writes goes below one directory, build/spark (or SMART_CITY_INDEX_SPARK_DIR); what an
earlier build left there is removed first. Tables end as Parquet files in
build/spark/warehouse/<schema>.db/<table>/.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from . import PROJECT_DIR
from .build import Project
from .java import java_problem

WRITTEN_PARTS = ("warehouse", "scratch", "target", "logs")


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


def build(spark_dir: Path, options: list[str]) -> bool:
    """Run `dbt build` into a directory.

    Args:
        spark_dir: where tables, scratch files, compiled SQL and logs go.
        options: further options of `dbt build`.

    Returns:
        True if everything was built and every test passed.
    """
    from dbt.cli.main import dbtRunner

    os.environ["SMART_CITY_INDEX_SPARK_DIR"] = str(spark_dir)
    os.chdir(PROJECT_DIR)
    keep_ansi_mode()
    command = [
        *("build", "--target", "spark", "--profiles-dir", str(PROJECT_DIR)),
        *("--target-path", str(spark_dir / "target"), "--log-path", str(spark_dir / "logs")),
    ]
    return dbtRunner().invoke([*command, *options]).success


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take every option that is not the parser's own as one of `dbt build`."""
    parser.usage = "%(prog)s [-h] [OPTION OF dbt build ...]"
    parser.set_defaults(dbt_options=[])


def run(arguments: argparse.Namespace) -> int:
    """Check Java and the input, then build.

    Returns:
        The exit code: 0 if everything was built and every test passed.
    """
    problem = java_problem()
    if problem:
        print(problem, file=sys.stderr)
        return 1
    spark_dir = Path(os.environ.get("SMART_CITY_INDEX_SPARK_DIR", PROJECT_DIR / "build" / "spark"))
    spark_dir = spark_dir.resolve()
    for part in WRITTEN_PARTS:
        shutil.rmtree(spark_dir / part, ignore_errors=True)
    (spark_dir / "scratch").mkdir(parents=True)
    findings = Project(PROJECT_DIR).findings(spark_dir / "scratch" / "external_rows.duckdb")
    for finding in findings:
        print(finding, file=sys.stderr)
    if findings:
        return 1
    return 0 if build(spark_dir, arguments.dbt_options) else 1
