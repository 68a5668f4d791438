"""Run the SQL that dbt has built on the seeds of some project, with the DuckDB of this process.

    python -m tests.engine.run_sql BUILT_PROJECT SEEDS_PROJECT DATABASE

Constraints and descriptions are left out, and so are the data tests.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import duckdb

from tests.python.dbt_build import make_plan


def main() -> None:
    """Load the seeds, and after them what comes from outside, and run all models."""
    built_project, seeds_project, database = (Path(path).resolve() for path in sys.argv[1:])
    plan = make_plan(built_project, database)
    os.chdir(seeds_project)  # the seeds are named relative to it
    with duckdb.connect(str(database), config=plan.connect_options) as connection:
        for statement in plan.seeds:
            connection.execute(statement)
        for rows in Path("external").glob("*.parquet"):
            connection.execute(
                f"insert into main_seeds.{rows.stem} by name"
                f" select * exclude (is_simulated) from '{rows}'"
            )
        for statement in plan.models:
            connection.execute(statement)


if __name__ == "__main__":
    main()
