"""Build a large made-up field on DuckDB and on Spark, time both and compare every row.

    python -m benchmarks.spark [--cities 11000]

Needs .venv-spark (`make spark`). The field is that of scale.py with two editions: an index of its
own, its rows in Parquet files. The analysis marts are left out: they compare every pair of cities.
The time of Spark has the check of the input in it, which `sci spark` begins with.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.parity.compare import compare_builds, read_exceptions, report
from tests.python.conftest import DATABASE_NAME, PROJECT_ROOT

from benchmarks.scale import Size, write_field, write_project

SELECTION = (
    *(
        "--select",
        "+path:models/marts/core",
        "+path:models/marts/reporting",
        "+path:models/marts/qc",
    ),
    *("--exclude", "path:models/marts/analysis", "path:models/intermediate/analysis", "meta_build"),
    *("--exclude-resource-type", "test", "unit_test"),
    # rows are paired by their keys
    *("--vars", "enforce_primary_keys: true"),
)


def timed(command: Sequence[str | Path], project_dir: Path) -> float:
    """Run a command in a project and return its seconds; its output is shown if it fails."""
    started = time.perf_counter()
    completed = subprocess.run(
        command, cwd=project_dir, capture_output=True, text=True, check=False
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
    size = Size(entities=parser.parse_args().cities, editions=2)
    with tempfile.TemporaryDirectory(prefix="spark_benchmark_") as name:
        index_dir, project_dir = Path(name) / "index", Path(name) / "project"
        write_field(index_dir, size)
        write_project(index_dir, project_dir)
        dbt = Path(sys.executable).with_name("dbt")
        spark_python = PROJECT_ROOT / ".venv-spark" / "bin" / "python"
        commands: dict[str, list[str | Path]] = {
            "DuckDB": [dbt, "build", "--profiles-dir", ".", *SELECTION],
            "Spark": [
                *(spark_python, "-m", "smart_city_index.cli", "spark"),
                *("--project-dir", project_dir, *SELECTION),
            ],
        }
        seconds = {engine: timed(command, project_dir) for engine, command in commands.items()}
        build_dir = project_dir / "build"
        comparisons = compare_builds(
            build_dir / DATABASE_NAME, build_dir / "spark", read_exceptions()
        )
    print(report(comparisons))
    for engine, spent in seconds.items():
        print(f"{engine}: {spent:.0f} s for {size.entities} cities, {size.editions} editions")
    return 0 if comparisons and all(one.is_equal for one in comparisons) else 1


if __name__ == "__main__":
    sys.exit(main())
