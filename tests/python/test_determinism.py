"""The same input gives the same marts.

Whatever the threads, the order of the seed rows, the time zone, the locale, the version of DuckDB.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.python.conftest import DATABASE_NAME, PROJECT_ROOT, copy_project, run_dbt
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


def engine_versions(database: Path) -> list[str]:
    """Return the versions of the engine that a file says it was built with."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute("select distinct engine_version from main.meta_build").fetchall()
    return [version for (version,) in rows]


def shuffle_seed_rows(project_dir: Path) -> None:
    """Put the rows of every seed into another order, the header excepted."""
    generator = random.Random(1)
    for seed in sorted(project_dir.glob("seeds/*/*.csv")):
        header, *rows = seed.read_text(encoding="utf-8").splitlines(keepends=True)
        generator.shuffle(rows)
        seed.write_text("".join([header, *rows]), encoding="utf-8")


SURROUNDINGS = {
    "one thread": {"SMART_CITY_INDEX_THREADS": "1"},
    "four threads": {"SMART_CITY_INDEX_THREADS": "4"},
    "shuffled rows": {},
    "shuffled rows, four threads": {"SMART_CITY_INDEX_THREADS": "4"},
    "other time zone and locale": {
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "tr_TR.UTF-8",
    },
    "ASCII locale": {
        "TZ": "America/St_Johns",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    },
    "DuckDB 1.4": {"PYTHONPATH": str(PROJECT_ROOT / ".drivers" / "duckdb-1.4")},
    "DuckDB 2.0": {"PYTHONPATH": str(PROJECT_ROOT / ".drivers" / "duckdb-2.0")},
}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the checksums of the ordinary build (two threads, rows as committed, UTC)."""
    project_dir = copy_project(tmp_path_factory.mktemp("ordinary") / "project")
    use_few_draws(project_dir)
    return build_checksums(project_dir)


def build_checksums(project_dir: Path) -> dict[str, str]:
    """Build a copy of the project without tests and return the checksums of its marts."""
    completed = run_dbt(project_dir, "build", "--exclude-resource-type", "test", "unit_test")
    assert completed.returncode == 0, completed.stdout
    return mart_checksums(project_dir / "build" / DATABASE_NAME)


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_marts_do_not_depend_on_the_surroundings(
    expected: dict[str, str],
    scratch_project: Callable[[], Path],
    monkeypatch: pytest.MonkeyPatch,
    surroundings: str,
) -> None:
    """Every mart has the checksum of the ordinary build."""
    variables = SURROUNDINGS[surroundings]
    if "PYTHONPATH" in variables and not (Path(variables["PYTHONPATH"]) / "duckdb").exists():
        pytest.skip("this driver has no wheel for this Python")
    project_dir = scratch_project()
    if "shuffled" in surroundings:
        shuffle_seed_rows(project_dir)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert len(expected) >= 12
    assert build_checksums(project_dir) == expected
    if "DuckDB" in surroundings:
        assert engine_versions(project_dir / "build" / DATABASE_NAME)[0].startswith(
            surroundings.replace("DuckDB ", "DuckDB v")
        )
