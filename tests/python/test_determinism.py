"""The same input gives the same marts.

Whatever the threads, the order of the seed rows, the time zone, the locale, the path of the project,
the version of DuckDB.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.python.conftest import (
    DATABASE_NAME,
    PROJECT_ROOT,
    WITHOUT_TESTS,
    BuiltProject,
    copy_project,
    run_dbt,
)
from tests.python.few_draws import use_few_draws

# Its run time and code version differ by nature.
EXCLUDED_MARTS = {"meta_build"}


def mart_checksums(database: Path) -> dict[str, str]:
    """Return a checksum over all rows of every mart, ordered by all columns."""
    with duckdb.connect(str(database), read_only=True) as connection:
        marts = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main'"
        ).fetchall()
        return {
            mart: connection.execute(
                "select md5(string_agg(line, chr(10) order by line))"
                f" from (select cast(mart as varchar) as line from main.{mart} as mart)"
            ).fetchall()[0][0]
            for (mart,) in marts
            if mart not in EXCLUDED_MARTS
        }


def meta_build_values(database: Path, columns: str) -> list[tuple[str, ...]]:
    """Return what a file says about how all of its marts were built."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(f"select distinct {columns} from main.meta_build").fetchall()


def shuffle_seed_rows(project_dir: Path) -> None:
    """Put the rows of every seed into another order, the header excepted."""
    generator = random.Random(1)
    for seed in sorted(project_dir.glob("seeds/*/*.csv")):
        header, *rows = seed.read_text(encoding="utf-8").splitlines(keepends=True)
        generator.shuffle(rows)
        seed.write_text("".join([header, *rows]), encoding="utf-8")


# A code version that would be SQL if it were not taken as a text.
SMUGGLED_VERSION = "v1'; drop table dim_rankings; --"
# In it Python itself knows no ä.
LOCALE_C = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
# Many things at once, because a build takes long: none of them may change anything. The path is no
# part of any SQL that could break.
SURROUNDINGS = {
    "DuckDB 1.4": {
        "path": "Städte; drop",
        "SMART_CITY_INDEX_THREADS": "1",
        "SMART_CITY_INDEX_CODE_VERSION": SMUGGLED_VERSION,
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "tr_TR.UTF-8",
    },
    "DuckDB 2.0": {
        "path": "index; drop",
        "SMART_CITY_INDEX_THREADS": "4",
        "TZ": "America/St_Johns",
        **LOCALE_C,
    },
}


@pytest.fixture(scope="module")
def expected(built_project: BuiltProject) -> dict[str, str]:
    """Return the checksums of the ordinary build (two threads, rows as committed, UTC)."""
    return mart_checksums(built_project.database)


@pytest.mark.parametrize("engine", SURROUNDINGS)
def test_marts_do_not_depend_on_the_surroundings(
    built_project: BuiltProject,
    expected: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    engine: str,
) -> None:
    """Every mart has the checksum of the ordinary build, with the rows of all seeds in another order.

    dbt builds with DuckDB 1.4; DuckDB 2.0, with which `make test-duckdb-2` builds, runs dbt's SQL.
    """
    path, *variables = SURROUNDINGS[engine].items()
    project_dir = copy_project(tmp_path / path[1])
    use_few_draws(project_dir)
    shuffle_seed_rows(project_dir)
    for name, value in variables:
        monkeypatch.setenv(name, value)
    driver = PROJECT_ROOT / ".drivers" / engine.lower().replace(" ", "-")
    built_with = f"DuckDB v{duckdb.__version__}"
    # DuckDB 2.0 has no driver for Python 3.10
    if (driver / "duckdb").exists():
        monkeypatch.setenv("PYTHONPATH", str(driver))
        built_with = engine.replace(" ", " v")
    database = project_dir / "build" / DATABASE_NAME
    if "SMART_CITY_INDEX_CODE_VERSION" in SURROUNDINGS[engine]:
        completed = run_dbt(project_dir, "build", *WITHOUT_TESTS)
    else:
        completed = subprocess.run(
            [
                *(sys.executable, "-m", "tests.engine.run_sql"),
                *(built_project.project_dir, project_dir, database),
            ],
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert len(expected) >= 12
    assert mart_checksums(database) == expected
    ((engine_version, code_version),) = meta_build_values(database, "engine_version, code_version")
    assert engine_version.startswith(built_with)
    smuggled = SURROUNDINGS[engine].get("SMART_CITY_INDEX_CODE_VERSION")
    assert code_version == smuggled or not smuggled


def test_unit_tests_pass_with_duckdb_2(built_project: BuiltProject) -> None:
    """What dbt has run for its unit tests gives the expected rows with DuckDB 2.0 too."""
    driver = PROJECT_ROOT / ".drivers" / "duckdb-2.0"
    if not (driver / "duckdb").exists():
        pytest.skip("DuckDB 2.0 has no driver for this Python")
    completed = subprocess.run(
        [sys.executable, "-m", "tests.engine.run_unit_tests", built_project.project_dir],
        cwd=PROJECT_ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(driver), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    found = json.loads(completed.stdout)
    assert found["engine"].startswith("DuckDB v2.0")
    assert found["count"] == len(built_project.manifest["unit_tests"]) > 50
    assert found["failed"] == []
