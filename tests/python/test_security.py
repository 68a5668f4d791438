"""Nothing that comes from outside becomes SQL, and the build reads only what the project names.

That texts of a seed stay texts is shown in test_build_safety.py, where they share a build.
"""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from smart_city_index.sql_templates import SqlTemplates, TemplateError
from tests.python.conftest import (
    DATABASE_NAME,
    PROJECT_ROOT,
    Warehouse,
    copy_project,
    run_build,
    run_dbt,
)
from tests.python.dbt_build import kind_of, read_artifact

BAD_CATEGORIES = ["mobility_index, 1 as x --", "o'brien", "Mobility", "", "a b"]


@pytest.mark.parametrize("name", BAD_CATEGORIES)
def test_var_with_anything_but_an_identifier_is_refused(name: str) -> None:
    """The names of var league_table_categories become column names, so they must be identifiers."""
    templates = SqlTemplates(PROJECT_ROOT, {"league_table_categories": [name]})
    with pytest.raises(
        TemplateError, match=r"var league_table_categories: .* is not a category_id"
    ):
        templates.render(PROJECT_ROOT / "models/marts/reporting/league_table.sql")


def test_dbt_refuses_such_a_var(scratch_project: Callable[[], Path]) -> None:
    """What the macro raises ends dbt."""
    completed = run_dbt(
        scratch_project(),
        "compile",
        "--select",
        "league_table",
        "--vars",
        json.dumps({"league_table_categories": BAD_CATEGORIES[:1]}),
    )
    assert completed.returncode != 0
    assert "var league_table_categories: " in completed.stdout
    assert "is not a category_id" in completed.stdout


def test_number_of_threads_is_a_number(
    scratch_project: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number of threads that is no number is refused; see test_determinism for the code version."""
    monkeypatch.setenv("SMART_CITY_INDEX_THREADS", "2; drop table dim_rankings")
    assert run_dbt(scratch_project(), "parse").returncode != 0


# Models that read or write what they must not, by name; {outside} lies beside the project.
FORBIDDEN_MODELS = {
    "stg_outside": "select content from read_text('{outside}')",
    "stg_outside_by_a_detour": "select content from read_text('seeds/../../outside.txt')",
    "stg_network": "select * from read_csv('https://example.org/x.csv')",
    "stg_project": "select content from read_text('dbt_project.yml')",
    "stg_leak": "{{{{ config(post_hook=\"copy (select 1) to '{outside}.leaked'\") }}}}\nselect 1 as x",
}


def test_models_cannot_read_or_write_outside_the_seeds(
    scratch_project: Callable[[], Path], subtests: pytest.Subtests
) -> None:
    """A model that reads another file, by whatever path, or the network, or writes is stopped."""
    project_dir = scratch_project()
    outside = project_dir.parent / "outside.txt"
    outside.write_text("secret", encoding="utf-8")
    for name, sql in FORBIDDEN_MODELS.items():
        model = project_dir / "models" / "staging" / f"{name}.sql"
        model.write_text(sql.format(outside=outside), encoding="utf-8")
    completed = run_dbt(project_dir, "run", "--select", *FORBIDDEN_MODELS)
    results = {
        result["unique_id"].rpartition(".")[2]: result
        for result in read_artifact(project_dir, "run_results")["results"]
        if kind_of(result["unique_id"]) == "model"
    }
    assert completed.returncode != 0
    assert set(results) == set(FORBIDDEN_MODELS)
    for name, result in results.items():
        with subtests.test(name):
            assert result["status"] == "error"
            # what would read the network is an extension, which is not loaded, if DuckDB gets so far
            words = (
                ("Permission Error", "extension")
                if name == "stg_network"
                else ("Permission Error",)
            )
            assert any(word in result["message"] for word in words)
    assert [path.name for path in outside.parent.glob("outside*")] == ["outside.txt"]


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
