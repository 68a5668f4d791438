"""The same input gives the same marts, whatever the threads and the order of the seed rows."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import DATABASE_NAME, BuiltProject, run_dbt

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
                f"select md5(string_agg(cast(mart as varchar), chr(10) order by cast(mart as varchar)))"
                f" from main.{mart} as mart"
            ).fetchall()[0][0]
            for (mart,) in marts
            if mart not in EXCLUDED_MARTS
        }


def shuffle_seed_rows(project_dir: Path) -> None:
    """Put the rows of every seed into another order, the header excepted."""
    generator = random.Random(1)
    for seed in sorted(project_dir.glob("seeds/*/*.csv")):
        header, *rows = seed.read_text(encoding="utf-8").splitlines(keepends=True)
        generator.shuffle(rows)
        seed.write_text("".join([header, *rows]), encoding="utf-8")


@pytest.mark.parametrize(
    ("threads", "shuffled"), [("1", False), ("4", False), ("2", True), ("4", True)]
)
def test_marts_do_not_depend_on_threads_or_row_order(
    built_project: BuiltProject,
    scratch_project: Callable[[], Path],
    monkeypatch: pytest.MonkeyPatch,
    threads: str,
    shuffled: bool,
) -> None:
    """Every mart has the checksum of the ordinary build (two threads, rows as committed)."""
    project_dir = scratch_project()
    if shuffled:
        shuffle_seed_rows(project_dir)
    monkeypatch.setitem(os.environ, "SMART_CITY_INDEX_THREADS", threads)
    completed = run_dbt(
        project_dir, "build", "--exclude-resource-type", "test", "unit_test"
    )
    assert completed.returncode == 0, completed.stdout
    expected = mart_checksums(built_project.database)
    assert len(expected) >= 12
    assert mart_checksums(project_dir / "build" / DATABASE_NAME) == expected
