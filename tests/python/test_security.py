"""Nothing that comes from outside becomes SQL, and the build reads only what the project names."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.python.conftest import (
    DATABASE_NAME,
    Warehouse,
    copy_project,
    run_build,
    run_dbt,
)
from tests.python.fingerprints import record_fingerprints

SMUGGLED_TEXTS = [
    "'); drop table dim_cities; --",
    "{{ this_is_jinja() }}",
    "' || (select 1/0) || '",
    "1=1+1",
]


def test_text_of_a_seed_stays_text(published_warehouse: Warehouse) -> None:
    """SQL, Jinja and quotes in a seed arrive in the mart letter by letter."""
    seed = published_warehouse.project_dir / "seeds/reference/best_practices.csv"
    fingerprints = published_warehouse.project_dir / "seeds/reference/source_fingerprints.csv"
    originals = {path: path.read_bytes() for path in (seed, fingerprints)}
    rows = "".join(
        f'smart_city_index,2025,duesseldorf,{number},"{text}","{text}","{text}","{text}",,made up\n'
        for number, text in enumerate(SMUGGLED_TEXTS, start=2)
    )
    try:
        seed.write_bytes(originals[seed] + rows.encode())
        record_fingerprints(published_warehouse.project_dir)
        completed = run_build(published_warehouse.project_dir)
    finally:
        for path, original in originals.items():
            path.write_bytes(original)
    assert completed.returncode == 0, completed.stderr
    with duckdb.connect(str(published_warehouse.database), read_only=True) as connection:
        found = connection.execute(
            "select label_de, text_de from city_profiles where ranking_id = 'smart_city_index'"
            " and edition = 2025 and section = 'best_practice' and line_id <> 'best_practice_1'"
            " order by line_number"
        ).fetchall()
    assert found == [(text, text) for text in SMUGGLED_TEXTS]


@pytest.mark.parametrize("name", ["mobility_index, 1 as x --", "o'brien", "Mobility", "", "a b"])
def test_var_with_anything_but_an_identifier_is_refused(
    scratch_project: Callable[[], Path], name: str
) -> None:
    """The names of var league_table_categories become column names, so they must be identifiers."""
    completed = run_dbt(
        scratch_project(),
        "compile",
        "--select",
        "league_table",
        "--vars",
        f'{{"league_table_categories": ["{name}"]}}',
    )
    assert completed.returncode != 0
    assert "var league_table_categories: " in completed.stdout
    assert "is not a category_id" in completed.stdout


def test_environment_cannot_smuggle_sql(
    scratch_project: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code version arrives as text; a number of threads that is no number is refused."""
    project_dir = scratch_project()
    text = "v1'; drop table dim_rankings; --"
    monkeypatch.setenv("SMART_CITY_INDEX_CODE_VERSION", text)
    selection = ("--select", "+meta_build", "--exclude-resource-type", "test", "unit_test")
    completed = run_dbt(project_dir, "build", *selection)
    assert completed.returncode == 0, completed.stdout
    with duckdb.connect(str(project_dir / "build" / DATABASE_NAME), read_only=True) as connection:
        found = connection.execute(
            "select distinct code_version from main.meta_build where mart_name = 'dim_rankings'"
        ).fetchall()
        assert found == [(text,)]
    monkeypatch.setenv("SMART_CITY_INDEX_THREADS", "2; drop table dim_rankings")
    assert run_dbt(project_dir, "parse").returncode != 0


def test_dbt_settings_of_the_environment_do_not_reach_the_build(
    published_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A DBT_ variable, here other directories and a failing flag, changes nothing of a build."""
    monkeypatch.setenv("DBT_TARGET_PATH", "/nonexistent/target")
    monkeypatch.setenv("DBT_PROFILES_DIR", "/nonexistent")
    monkeypatch.setenv("DBT_EMPTY", "true")
    completed = run_build(published_warehouse.project_dir)
    assert completed.returncode == 0, completed.stderr
    with duckdb.connect(str(published_warehouse.database), read_only=True) as connection:
        assert connection.execute("select count(*) > 0 from league_table").fetchall() == [(True,)]


@pytest.mark.parametrize(
    "query",
    [
        "select content from read_text('{outside}')",
        "select content from read_text('seeds/../../outside.txt')",
        "select * from read_csv('https://example.org/x.csv')",
        "select content from read_text('dbt_project.yml')",
    ],
)
def test_models_cannot_read_outside_the_seeds(
    scratch_project: Callable[[], Path], query: str
) -> None:
    """A model that reads another file, by whatever path, or the network is stopped by DuckDB."""
    project_dir = scratch_project()
    outside = project_dir.parent / "outside.txt"
    outside.write_text("secret", encoding="utf-8")
    model = project_dir / "models" / "staging" / "stg_outside.sql"
    model.write_text(query.format(outside=outside), encoding="utf-8")
    completed = run_dbt(project_dir, "run", "--select", "stg_outside")
    assert completed.returncode != 0
    assert "Permission Error" in completed.stdout or "extension" in completed.stdout


def test_models_cannot_write_outside_the_seeds(scratch_project: Callable[[], Path]) -> None:
    """No statement of the build copies data into a file of its own choice."""
    project_dir = scratch_project()
    target = project_dir.parent / "leaked.csv"
    hook = f"\n{{{{ config(post_hook=\"copy (select 1) to '{target}'\") }}}}\n"
    model = project_dir / "models" / "staging" / "stg_leak.sql"
    model.write_text(f"{hook}select 1 as x", encoding="utf-8")
    completed = run_dbt(project_dir, "run", "--select", "stg_leak")
    assert completed.returncode != 0
    assert "Permission Error" in completed.stdout
    assert not target.exists()


def test_project_in_a_directory_with_spaces_and_letters_beyond_ascii(tmp_path: Path) -> None:
    """The path of the project is no part of any SQL that could break."""
    project_dir = copy_project(tmp_path / "Städte index; drop")
    completed = run_dbt(project_dir, "build", "--exclude-resource-type", "test", "unit_test")
    assert completed.returncode == 0, completed.stdout


def test_project_in_a_directory_with_a_quote_is_refused(tmp_path: Path) -> None:
    """A quote in the path ends in a plain refusal that says so, before anything runs."""
    project_dir = copy_project(tmp_path / "o'brien")
    completed = run_build(project_dir)
    assert completed.returncode == 1
    assert "must not contain a single quote" in completed.stderr
    assert not (project_dir / "warehouse").exists()


def test_published_files_are_read_only_and_readable_from_a_read_only_copy(
    published_warehouse: Warehouse, tmp_path: Path
) -> None:
    """No published file has a write bit; reading adds no file beside the database."""
    files = [
        path
        for path in published_warehouse.directory.rglob("*")
        if path.suffix in (".duckdb", ".parquet")
    ]
    assert len(files) > 12
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o444 for path in files)
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(published_warehouse.database, copy)
    copy.chmod(0o555)
    with duckdb.connect(str(copy / DATABASE_NAME), read_only=True) as connection:
        assert connection.execute("select count(*) > 0 from league_table").fetchall() == [(True,)]
        assert [path.name for path in copy.iterdir()] == [DATABASE_NAME]
