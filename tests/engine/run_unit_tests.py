"""Run the SQL of dbt's unit tests, as a build has left it, with the DuckDB of this process.

    python -m tests.engine.run_unit_tests BUILT_PROJECT

Prints the engine, the number of unit tests, and the names of those whose rows are not as expected.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

from tests.python.dbt_build import profile_output, read_artifact


def main() -> None:
    """Compare the actual with the expected rows of every unit test."""
    project_dir = Path(sys.argv[1])
    unit_tests = read_artifact(project_dir, "manifest")["unit_tests"].values()
    failed = []
    with duckdb.connect() as connection:
        for name, value in profile_output(project_dir)["settings"].items():
            connection.execute(f"set {name} = '{value}'")
        for unit_test in unit_tests:
            name = unit_test["name"]
            (file,) = project_dir.glob(f"target/run/**/{name}.sql")
            rows: dict[str, list[str]] = {"actual": [], "expected": []}
            for *row, side in connection.execute(file.read_text(encoding="utf-8")).fetchall():
                rows[side].append(repr(row))
            if sorted(rows["actual"]) != sorted(rows["expected"]):
                failed.append(name)
    engine = f"DuckDB v{duckdb.__version__}"
    print(json.dumps({"engine": engine, "count": len(unit_tests), "failed": failed}))


if __name__ == "__main__":
    main()
