"""A build that fails says why in one line and leaves the site of the last one alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import DASHBOARD

OLD_PAGE = "<title>the site of the last build</title>"
BROKEN_QUERY = "select no_such_column from dim_editions"


@pytest.fixture
def dashboard(tmp_path: Path) -> Path:
    """Return a copy of dashboard/ to be broken."""
    ignored = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(DASHBOARD, tmp_path / "dashboard", ignore=ignored)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Return the folder of an older site."""
    folder = tmp_path / "built" / "site"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(OLD_PAGE, "utf-8")
    return folder


def build(dashboard: Path, database: Path, output: Path) -> subprocess.CompletedProcess[str]:
    """Run build_site.py of a copy; the exit code is not checked."""
    return subprocess.run(
        [
            sys.executable,
            dashboard / "build_site.py",
            "--database",
            database,
            "--output",
            output,
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def break_query(dashboard: Path) -> None:
    """Let the first query ask for a column that no mart has."""
    (dashboard / "queries" / "editions.sql").write_text(BROKEN_QUERY, "utf-8")


def remove_query(dashboard: Path) -> None:
    """Take a query away."""
    (dashboard / "queries" / "editions.sql").unlink()


def remove_translation(dashboard: Path) -> None:
    """Take the English of a text away."""
    texts = dashboard / "texts" / "common.yml"
    with texts.open("a", encoding="utf-8") as file:
        file.write("half_a_text: {de: nur deutsch}\n")


def repeat_text(dashboard: Path) -> None:
    """Give a text in two files."""
    (dashboard / "texts" / "second.yml").write_text("site_name: {de: a, en: b}\n", "utf-8")


def remove_text(dashboard: Path) -> None:
    """Rename a text that the ranking shows."""
    path = dashboard / "texts" / "ranking.yml"
    path.write_text(path.read_text("utf-8").replace("ranking_lead:", "ranking_lede:"), "utf-8")


def assert_old_site(output: Path) -> None:
    """Assert that the older site is untouched, and nothing lies beside it."""
    assert [path.name for path in output.parent.iterdir()] == ["site"]
    assert [path.name for path in output.iterdir()] == ["index.html"]
    assert (output / "index.html").read_text("utf-8") == OLD_PAGE


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (break_query, ("editions.sql", "no_such_column")),
        (remove_query, ("editions.sql",)),
        (remove_translation, ("common.yml", "half_a_text")),
        (repeat_text, ("second.yml", "site_name")),
        (remove_text, ("ranking_lead",)),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_failed_build_leaves_the_old_site(
    dashboard: Path,
    output: Path,
    pytestconfig: pytest.Config,
    damage: Callable[[Path], None],
    named: tuple[str, ...],
) -> None:
    """What is missing is named, without a traceback; exit code 1; the old site stays whole."""
    damage(dashboard)
    completed = build(dashboard, pytestconfig.getoption("--database"), output)
    assert completed.returncode == 1
    assert "Traceback" not in completed.stderr
    assert all(name in completed.stderr for name in named), completed.stderr
    assert_old_site(output)


def test_missing_warehouse(tmp_path: Path, output: Path) -> None:
    """Without a published file, one sentence says what to do."""
    completed = build(DASHBOARD, tmp_path / "none.duckdb", output)
    assert completed.returncode == 1
    assert len(completed.stderr.splitlines()) == 1
    assert "none.duckdb" in completed.stderr and "make build" in completed.stderr
    assert_old_site(output)


def test_file_that_is_no_warehouse(tmp_path: Path, output: Path) -> None:
    """A file that DuckDB cannot read is named."""
    database = tmp_path / "text.duckdb"
    database.write_text("no database" * 1000, "utf-8")
    completed = build(DASHBOARD, database, output)
    assert completed.returncode == 1
    assert "Traceback" not in completed.stderr
    assert "text.duckdb" in completed.stderr
    assert_old_site(output)


def test_build_replaces_the_old_site(output: Path, pytestconfig: pytest.Config, site_files) -> None:
    """A build that succeeds replaces the old site as a whole, and is the same every time."""
    completed = build(DASHBOARD, pytestconfig.getoption("--database"), output)
    assert completed.returncode == 0, completed.stderr
    assert [path.name for path in output.parent.iterdir()] == ["site"]

    def contents(folder: Path) -> dict[str, bytes]:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }

    first, second = contents(site_files.folder), contents(output)
    assert sorted(first) == sorted(second)
    assert [path for path in first if first[path] != second[path]] == []


def test_server_without_a_site(tmp_path: Path) -> None:
    """The server says in one sentence that there is no site yet."""
    completed = subprocess.run(
        [sys.executable, DASHBOARD / "serve.py", "--port", "0", "--folder", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 1
    assert len(completed.stderr.splitlines()) == 1
    assert "make site" in completed.stderr
