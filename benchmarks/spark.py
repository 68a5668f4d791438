"""Build a large made-up field on DuckDB and on Spark, time all and compare every row.

    python -m benchmarks.spark [--cities 11000] [--executors 1 2]

Needs .venv-spark (`make spark`). The field is that of scale.py with two editions: an index of its
own, its rows in Parquet files. The analysis marts are left out: they compare every pair of cities.
The time of Spark has the check of the input in it, which `sci spark` begins with. Spark builds in
its own process with two cores, then on a standalone cluster of this machine for each number of
executors named, which have one core each and stand beside the driver; starting it is not timed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.parity.cluster import SPARK_PYTHON, spark_cluster
from tests.parity.compare import compare_builds, read_exceptions, report
from tests.python.conftest import DATABASE_NAME

from benchmarks.scale import Size, write_field, write_project

SELECTION = (
    *(
        "--select",
        "+path:models/marts/core",
        "+path:models/marts/reporting",
        "+path:models/marts/qc",
    ),
    "--exclude",
    # meta_build waits for all marts
    *("path:models/marts/analysis", "path:models/intermediate/analysis+", "meta_build"),
    *("--exclude-resource-type", "test", "unit_test"),
    # rows are paired by their keys
    *("--vars", "enforce_primary_keys: true"),
)


def timed(
    command: Sequence[str | Path], project_dir: Path, environment: Mapping[str, str]
) -> float:
    """Run a command in a project, and show its output if it fails.

    Args:
        command: program and arguments.
        project_dir: working directory.
        environment: variables on top of this process's own.

    Returns:
        Its seconds.
    """
    started = time.perf_counter()
    completed = subprocess.run(
        command,
        cwd=project_dir,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if completed.returncode != 0:
        sys.exit(completed.stdout[-4000:] + completed.stderr[-4000:])
    return time.perf_counter() - started


def main() -> int:
    """Build, compare and print.

    Returns:
        The exit code: 0 if the builds are equal.
    """
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cities", type=int, default=11_000)
    parser.add_argument(
        "--executors", type=int, nargs="+", default=[], help="also on clusters of so many executors"
    )
    arguments = parser.parse_args()
    size = Size(entities=arguments.cities, editions=2)
    are_equal = True
    with tempfile.TemporaryDirectory(prefix="spark_benchmark_") as name:
        index_dir, project_dir = Path(name) / "index", Path(name) / "project"
        write_field(index_dir, size)
        write_project(index_dir, project_dir)
        dbt = Path(sys.executable).with_name("dbt")
        of_field = f"s for {size.entities} cities, {size.editions} editions"
        spent = timed([dbt, "build", "--profiles-dir", ".", *SELECTION], project_dir, {})
        print(f"DuckDB: {spent:.0f} {of_field}", flush=True)
        for executors in [0, *arguments.executors]:
            with spark_cluster(executors) as environment:
                spent = timed(
                    [
                        *(SPARK_PYTHON, "-m", "smart_city_index.cli", "spark"),
                        *("--project-dir", project_dir, *SELECTION),
                    ],
                    project_dir,
                    environment,
                )
            place = f"on executors: {executors}" if executors else "in its process"
            print(f"Spark {place}: {spent:.0f} {of_field}")
            build_dir = project_dir / "build"
            comparisons = compare_builds(
                build_dir / DATABASE_NAME, build_dir / "spark", read_exceptions()
            )
            print(report(comparisons), flush=True)
            are_equal &= bool(comparisons) and all(one.is_equal for one in comparisons)
    return 0 if are_equal else 1


if __name__ == "__main__":
    sys.exit(main())
