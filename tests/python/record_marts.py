"""Record the marts of the made-up fields anew (tests/fixtures/recorded_marts).

    python -m tests.python.record_marts

Builds a copy of the project first. Only after the tests that compare with independent computations
pass: the recorded rows show that a figure changed, not that it is right. Then the rows of all marts
but those of the analysis must pass test_recorded_marts.py.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.python.conftest import copy_project
from tests.python.dbt_build import built_project, fresh_build
from tests.python.few_draws import use_few_draws
from tests.python.small_fields import RECORDED_MARTS, SmallWarehouse, mart_lines


def main() -> None:
    """Build, run the made-up fields, and write one CSV file per mart."""
    with tempfile.TemporaryDirectory() as directory:
        project_dir = copy_project(Path(directory) / "project")
        use_few_draws(project_dir)
        fresh_build(project_dir, "--exclude-resource-type", "test", "unit_test")
        warehouse = SmallWarehouse(built_project(project_dir))
        RECORDED_MARTS.mkdir(exist_ok=True)
        with warehouse.build_recorded_fields() as connection:
            for mart in warehouse.recorded_marts():
                lines = mart_lines(connection, mart)
                (RECORDED_MARTS / f"{mart}.csv").write_text(
                    "\n".join([*lines, ""]), encoding="utf-8"
                )
                print(f"{len(lines) - 1:>5} rows  {mart}")


if __name__ == "__main__":
    main()
