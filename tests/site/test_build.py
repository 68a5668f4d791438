"""A build that fails says why in one line and leaves the site of the last one alone."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from smart_city_index.site import SITE_DIR
from smart_city_index.site.build import FILE_LIST

from .conftest import SCI
from .prepare import DIRECTORY, REBUILT

PACKAGE_DIR = SITE_DIR.parent
OLD_PAGE = "<title>the site of the last build</title>"
BROKEN_QUERY = "select no_such_column from dim_editions"


@pytest.fixture
def site_dir(tmp_path: Path) -> Path:
    """Return the site's folder in a copy of the package, to be broken."""
    package = tmp_path / "src" / PACKAGE_DIR.name
    shutil.copytree(PACKAGE_DIR, package, ignore=shutil.ignore_patterns("__pycache__"))
    return package / SITE_DIR.name


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Return the folder of an older site."""
    folder = tmp_path / "built" / "site"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(OLD_PAGE, "utf-8")
    (folder / FILE_LIST).write_text("index.html\n", "utf-8")
    return folder


def build(
    site_dir: Path, warehouse: Path, output: Path, *options: str | Path
) -> subprocess.CompletedProcess[str]:
    """Run `sci site` of the package around a folder; the exit code is not checked."""
    return subprocess.run(
        [*SCI, "site", "--warehouse", warehouse, "--output", output, *options],
        env={**os.environ, "PYTHONPATH": str(site_dir.parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )


def break_query(site_dir: Path) -> None:
    """Let the first query ask for a column that no mart has."""
    (site_dir / "queries" / "editions.sql").write_text(BROKEN_QUERY, "utf-8")


def remove_query(site_dir: Path) -> None:
    """Take a query away."""
    (site_dir / "queries" / "editions.sql").unlink()


def remove_translation(site_dir: Path) -> None:
    """Take the English of a text away."""
    texts = site_dir / "texts" / "common.yml"
    with texts.open("a", encoding="utf-8") as file:
        file.write("half_a_text: {de: nur deutsch}\n")


def repeat_text(site_dir: Path) -> None:
    """Give a text in two files."""
    (site_dir / "texts" / "second.yml").write_text("nav_label: {de: a, en: b}\n", "utf-8")


def remove_text(site_dir: Path) -> None:
    """Rename a text that the ranking shows."""
    path = site_dir / "texts" / "ranking.yml"
    path.write_text(path.read_text("utf-8").replace("ranking_lead:", "ranking_lede:"), "utf-8")


def assert_old_site(output: Path) -> None:
    """Assert that the older site is untouched, and nothing lies beside it."""
    assert [path.name for path in output.parent.iterdir()] == ["site"]
    assert {path.name for path in output.iterdir()} == {"index.html", FILE_LIST}
    assert (output / "index.html").read_text("utf-8") == OLD_PAGE


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (break_query, ("editions.sql", "no_such_column")),
        (remove_query, ("editions.sql",)),
        (remove_translation, ("common.yml", "half_a_text")),
        (repeat_text, ("second.yml", "nav_label")),
        (remove_text, ("ranking_lead",)),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_failed_build_leaves_the_old_site(
    site_dir: Path,
    output: Path,
    pytestconfig: pytest.Config,
    damage: Callable[[Path], None],
    named: tuple[str, ...],
) -> None:
    """What is missing is named, without a traceback; exit code 1; the old site stays whole."""
    damage(site_dir)
    completed = build(site_dir, pytestconfig.getoption("--database").parent, output)
    assert completed.returncode == 1
    assert "Traceback" not in completed.stderr
    assert all(name in completed.stderr for name in named), completed.stderr
    assert_old_site(output)


def test_missing_warehouse(tmp_path: Path, output: Path) -> None:
    """Without a published file, one sentence says what to do."""
    completed = build(SITE_DIR, tmp_path / "none", output)
    assert completed.returncode == 1
    assert len(completed.stderr.splitlines()) == 1
    assert "none" in completed.stderr
    assert "make build" in completed.stderr
    assert_old_site(output)


def test_files_that_are_not_the_published_ones(
    tmp_path: Path, output: Path, pytestconfig: pytest.Config
) -> None:
    """A file that was changed after it was published is named."""
    warehouse = tmp_path / "warehouse"
    shutil.copytree(pytestconfig.getoption("--database").parent, warehouse)
    for database in warehouse.glob("publications/*/*.duckdb"):
        database.chmod(0o644)
        database.write_text("no database", "utf-8")
    completed = build(SITE_DIR, warehouse, output)
    assert completed.returncode == 1
    assert "smart_city_index.duckdb is not the file that was published" in completed.stderr
    assert "Traceback" not in completed.stderr
    assert_old_site(output)


def test_a_folder_with_other_files_is_not_replaced(
    output: Path, pytestconfig: pytest.Config
) -> None:
    """What no build of a site has written stays, and is named."""
    (output / "thesis").mkdir()
    (output / "thesis" / "only_copy.txt").write_text("mine", "utf-8")
    completed = build(SITE_DIR, pytestconfig.getoption("--database").parent, output)
    assert completed.returncode == 1
    assert "thesis/only_copy.txt is no file of the site" in completed.stderr
    assert (output / "thesis" / "only_copy.txt").read_text("utf-8") == "mine"
    assert (output / "index.html").read_text("utf-8") == OLD_PAGE


def test_build_replaces_the_old_site(output: Path) -> None:
    """A build that succeeds replaces the old site as a whole, and is the same every time.

    Downloads included; of the smallest index, because it takes long.
    """
    index = DIRECTORY / REBUILT
    completed = build(SITE_DIR, index / "warehouse", output, "--index", index)
    assert completed.returncode == 0, completed.stderr
    assert [path.name for path in output.parent.iterdir()] == ["site"]

    def contents(folder: Path) -> dict[str, bytes]:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }

    first, second = contents(index / "build" / "site"), contents(output)
    assert any(path.endswith(".xlsx") for path in first)
    assert sorted(first) == sorted(second)
    assert [path for path in first if first[path] != second[path]] == []


def test_server_without_a_site(tmp_path: Path) -> None:
    """The server says in one sentence that there is no site yet."""
    completed = subprocess.run(
        [*SCI, "serve", "--port", "0", "--folder", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 1
    assert len(completed.stderr.splitlines()) == 1
    assert "sci site" in completed.stderr
