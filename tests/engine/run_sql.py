"""Run the SQL that dbt has built on the seeds of some project, with the DuckDB of this process.

    python -m tests.engine.run_sql BUILT_PROJECT SEEDS_PROJECT DATABASE

Constraints and descriptions are left out, and so are the data tests.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from tests.python.dbt_build import built_without_dbt, make_plan


def main() -> None:
    """Load the seeds, and after them what comes from outside, and run all models."""
    built_project, seeds_project, database = (Path(path).resolve() for path in sys.argv[1:])
    os.chdir(seeds_project)  # the seeds are named relative to it
    plan = make_plan(built_project, database)
    from_outside = [
        f"insert into main_seeds.{rows.stem} by name select * exclude (is_simulated) from '{rows}'"
        for rows in Path("external").glob("*.parquet")
    ]
    with built_without_dbt(replace(plan, seeds=[*plan.seeds, *from_outside])):
        pass


if __name__ == "__main__":
    main()
