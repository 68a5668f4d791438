"""Record the marts of the made-up fields anew (tests/fixtures/recorded_marts).

    python tests/python/record_marts.py

Builds a copy of the project first. Only after the tests that compare with independent computations
pass: the recorded rows show that a figure changed, not that it is right.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.python.conftest import DATABASE_NAME, BuiltProject, copy_project, run_dbt
from tests.python.few_draws import use_few_draws
from tests.python.small_fields import RECORDED_MARTS, SmallWarehouse, mart_lines


def main() -> int:
    """Build, run the made-up fields, and write one CSV file per mart; returns the exit code."""
    with tempfile.TemporaryDirectory() as directory:
        project_dir = copy_project(Path(directory) / "project")
        use_few_draws(project_dir)
        completed = run_dbt(project_dir, "build", "--exclude-resource-type", "test", "unit_test")
        if completed.returncode != 0:
            print(completed.stdout)
            return 1
        target = project_dir / "target"
        project = BuiltProject(
            project_dir=project_dir,
            database=project_dir / "build" / DATABASE_NAME,
            manifest=json.loads((target / "manifest.json").read_text(encoding="utf-8")),
            run_results=json.loads((target / "run_results.json").read_text(encoding="utf-8")),
        )
        warehouse = SmallWarehouse(project)
        RECORDED_MARTS.mkdir(exist_ok=True)
        with warehouse.build_recorded_fields() as connection:
            for mart in warehouse.recorded_marts():
                lines = mart_lines(connection, mart)
                (RECORDED_MARTS / f"{mart}.csv").write_text(
                    "\n".join([*lines, ""]), encoding="utf-8"
                )
                print(f"{len(lines) - 1:>5} rows  {mart}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
