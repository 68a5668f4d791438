"""Every mart has the same rows with the pinned DuckDB and with the one that goes before it.

dbt builds once, with the other engine; the pinned one runs the same SQL without dbt.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb

from smart_city_index import cli
from smart_city_index.diff import compare
from tests.python.conftest import (
    DATABASE_NAME,
    PROJECT_ROOT,
    BuiltProject,
    Warehouse,
    copy_example,
)
from tests.python.test_own_index import add_setting, external_scores, write_parquet


def run_sql(built: BuiltProject, seeds: Path, database: Path, *, pinned: bool) -> Path:
    """Run the SQL of a build on the seeds of a project, with the pinned or with this DuckDB."""
    subprocess.run(
        [sys.executable, "-m", "tests.engine.run_sql", built.project_dir, seeds, database],
        cwd=PROJECT_ROOT,
        env={name: os.environ[name] for name in os.environ if name != "PYTHONPATH" or not pinned},
        check=True,
    )
    return database


def check_equal(pinned: Path, other: Path) -> None:
    """Two engines have built the files, and every row of every mart is the same."""
    with duckdb.connect() as connection:
        engines = []
        for number, file in enumerate((pinned, other)):
            connection.execute(f"attach '{file}' as file_{number} (read_only)")
            engines += connection.execute(
                f"select distinct engine_version from file_{number}.main.meta_build"
            ).fetchall()
    assert engines[0] != engines[1] == (f"DuckDB v{duckdb.__version__}",)
    differences = compare(pinned, other)
    assert len(differences) > 20
    different = [line for difference in differences if difference for line in difference.lines()]
    assert not different, "\n".join(different)


def test_shipped_rankings(
    built_project: BuiltProject, published_warehouse: Warehouse, tmp_path: Path
) -> None:
    """What was built and published is what the pinned engine computes."""
    database = tmp_path / DATABASE_NAME
    run_sql(built_project, built_project.project_dir, database, pinned=True)
    check_equal(database, published_warehouse.database)


def test_example_index(built_project: BuiltProject, tmp_path: Path) -> None:
    """The example, which differs in every setting; the other engine gets its scores as Parquet."""
    databases = []
    for name in ("pinned", "other"):
        index, project = tmp_path / name, tmp_path / f"project_{name}"
        copy_example(index)
        if name == "other":
            write_parquet(index / "scores.parquet", external_scores(index))
            add_setting(index, "scores_location: scores.parquet")
        assert cli.main(["project", "--index", str(index), str(project)]) == 0
        database = project / "build" / DATABASE_NAME
        databases.append(run_sql(built_project, project, database, pinned=name == "pinned"))
    assert (project / "external" / "indicator_scores.parquet").exists()
    check_equal(*databases)
