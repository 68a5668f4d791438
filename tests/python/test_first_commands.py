"""What a newcomer types, of make and of dbt after `make build`, does what they expect."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from smart_city_index.declarations import LOCATIONS, project_vars
from smart_city_index.sql_templates import SqlTemplates, TemplateError

from .conftest import DATABASE_NAME, PROJECT_ROOT, BuiltProject


def run_dbt(directory: Path, *words: str | Path) -> str:
    """Run dbt in a directory, which must succeed; returns its output."""
    completed = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--no-use-colors", *words],
        cwd=directory,
        env={name: value for name, value in os.environ.items() if name != "SMART_CITY_INDEX_DB"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


@pytest.fixture
def built_copy(built_project: BuiltProject, scratch_project: Callable[[], Path]) -> Path:
    """Return a copy of the project with the development database that a build leaves behind."""
    project_dir = scratch_project()
    database = project_dir / "build" / DATABASE_NAME
    database.write_bytes(built_project.database.read_bytes())
    return project_dir


def test_empty_build_from_another_directory(built_copy: Path, tmp_path: Path) -> None:
    """`dbt build --empty` makes every model without rows, and no test of the input fails.

    The database and the seeds are found beside the profile, wherever dbt is called.
    """
    output = run_dbt(
        tmp_path,
        *("build", "--empty", "--exclude-resource-type", "unit_test"),
        *("--project-dir", built_copy, "--profiles-dir", built_copy),
    )
    assert "ERROR=0" in output
    assert not (tmp_path / "build").exists()
    with duckdb.connect(str(built_copy / "build" / DATABASE_NAME), read_only=True) as connection:
        assert connection.execute("select count(*) from league_table").fetchall() == [(0,)]
        seeds = connection.execute("select count(*) > 80 from main_seeds.cities").fetchall()
    assert seeds == [(True,)]


def checked_vars(given: dict[str, object], **changed: object) -> str:
    """Render the check of the vars with some on the command line, and others than the declared."""
    variables = project_vars(PROJECT_ROOT) | changed | given
    return SqlTemplates(PROJECT_ROOT, variables).macro("require_declared_vars", given)


def test_every_declared_var_is_known() -> None:
    """All vars of dbt_project.yml and of files from outside pass."""
    declared = project_vars(PROJECT_ROOT) | dict.fromkeys(LOCATIONS.values(), "x.csv")
    assert checked_vars(declared | {"external_schema": "external"}) == ""


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"analysis_max_cells": 5}, "There is no var analysis_max_cells. Known are: analysis_max"),
        ({"analysis_maximum_cells": "many"}, "analysis_maximum_cells must be a whole number"),
        ({"analysis_maximum_cells": True}, "analysis_maximum_cells must be a whole number"),
        ({"framework_levels": 2.5}, "framework_levels must be a whole number, found: 2.5"),
        ({"enforce_primary_keys": "no"}, "enforce_primary_keys must be true or false, found: no"),
        ({"contradictions": "ignore"}, "contradictions must be fail or list, found: ignore"),
        ({"league_table_categories": "mobility"}, "league_table_categories must be a list"),
        ({"scores_location": 1}, "scores_location must be a text"),
    ],
)
def test_misspelt_or_wrong_vars_are_refused(given: dict[str, object], sentence: str) -> None:
    """A var that dbt would take without a word stops the run in one sentence."""
    with pytest.raises(TemplateError, match=sentence):
        checked_vars(given)


def test_a_wrong_var_of_the_project_file_is_refused() -> None:
    """What dbt_project.yml says is looked at as well."""
    with pytest.raises(TemplateError, match="framework_levels must be a whole number"):
        checked_vars({}, framework_levels="three")


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """Run make in the repository; the exit code is not checked."""
    return subprocess.run(
        ["make", *words], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )


def test_make_alone_lists_every_target_and_makes_nothing() -> None:
    """`make` and `make help` print each target with what it does."""
    text = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    (names,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    alone, asked = make(), make("help")
    assert alone.stdout == asked.stdout
    listed = re.findall(r"^  make (\S+)  +\S", asked.stdout, re.MULTILINE)
    assert sorted(listed) == sorted(set(names.split()) - {"java"})


def test_make_dev_asks_for_a_model() -> None:
    """Without a model there is nothing to compare."""
    completed = make("dev", "--assume-old=.venv/build-ready")
    assert completed.returncode == 2
    assert "Say which model: make dev MODEL=league_table" in completed.stderr


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as forges make them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link of a page names a file that is there, and a heading that it has."""
    pages = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "CONTRIBUTING.md"]
    pages += [
        page
        for part in ("docs", "benchmarks", "campaigns", "examples", "src", "tests")
        for page in (PROJECT_ROOT / part).rglob("*.md")
        if "node_modules" not in page.parts
    ]
    broken = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            file = page.parent / path if path else page
            if not file.exists() or (anchor and anchor not in headings(file)):
                broken.append(f"{page.relative_to(PROJECT_ROOT)}: {target}")
    assert broken == []
