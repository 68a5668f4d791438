"""docs/your_own_index.md is true: its files build, its commands run, its outputs and errors come."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.python.conftest import PROJECT_ROOT, InstalledWheel
from tests.python.pages import indented_block, read_page

PAGE = read_page("your_own_index.md")


@pytest.fixture
def folder(wheel: InstalledWheel, tmp_path: Path) -> Path:
    """Return a folder with a copy of the page's index and a way to the page's environment."""
    (tmp_path / "env").symlink_to(wheel.home / "env")
    shutil.copytree(wheel.home / "my_index", tmp_path / "my_index")
    return tmp_path


def published(folder: Path) -> bytes:
    """Return the published file."""
    return (folder / "my_index" / "warehouse" / "my_index.duckdb").read_bytes()


def edit(folder: Path, file: str, old: str, new: str) -> None:
    """Change a file of the index."""
    path = folder / "my_index" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_commands_and_query_print_what_the_page_says(wheel: InstalledWheel) -> None:
    """From nothing: new-index names the folder, check finds nothing, the query prints the table."""
    assert list(wheel.outputs) == ["new-index", "check", "build", "site"]
    assert "Wrote my_index: " in wheel.outputs["new-index"]
    assert "no findings" in wheel.outputs["check"]
    published_file = wheel.home / "my_index" / "warehouse" / "my_index.duckdb"
    assert f"Published {published_file}" in wheel.outputs["build"]
    query, _, table = indented_block(PAGE, 'env/bin/python -c "').partition("\n\n")
    completed = wheel.run(query)
    assert completed.stdout.strip() == table.strip(), completed.stderr


def test_make_builds_an_index_with_the_command_of_the_page() -> None:
    """In a checkout."""
    (command,) = re.findall(r"`make (build INDEX=\.\./my_index)`", PAGE)
    planned = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", *command.split()],
        cwd=PROJECT_ROOT,
        # not the settings of a make that runs the tests
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    last = planned.stdout.splitlines()[-1].strip()
    assert last == '.venv/bin/sci build --index "../my_index"'


def test_the_query_of_the_folders_own_page_answers(wheel: InstalledWheel) -> None:
    """README.md of a new index, run in the folder."""
    page = (wheel.home / "my_index" / "README.md").read_text(encoding="utf-8")
    query = indented_block(page, 'python -c "').replace("python -c", "../env/bin/python -c", 1)
    completed = wheel.run(query, cwd=wheel.home / "my_index")
    assert completed.stdout.count("Made-up town ") == 5, completed.stderr
    commands = re.findall(r"^    (sci \w+)", page, re.MULTILINE)
    assert commands == ["sci check", "sci build", "sci site"]


def test_plain_dbt_works_in_the_project_of_the_index(wheel: InstalledWheel, folder: Path) -> None:
    """The commands of the page build marts into the project's own file, and leave the published one."""
    before = published(folder)
    commands = indented_block(PAGE, "env/bin/sci project")
    completed = wheel.run(commands.replace("../env/bin/dbt", "dbt"), cwd=folder)
    assert completed.returncode == 0, completed.stdout
    assert (folder / "my_project" / "build" / "smart_city_index.duckdb").exists()
    assert published(folder) == before


EDITS = {
    "framework.csv": (",min_max,", ",minmax,"),
    "indicator_scores.csv": (",noise,62,", ",noise,62 dB,"),
}


def test_gate_says_what_the_page_says(wheel: InstalledWheel, folder: Path) -> None:
    """The two findings of the page come word for word, at once."""
    for file, (old, new) in EDITS.items():
        edit(folder, file, old, new)
    completed = wheel.run("env/bin/sci check --index my_index", cwd=folder)
    expected = indented_block(PAGE, "my_index/framework.csv:4")
    assert completed.returncode == 1
    assert completed.stderr == f"2 findings in the input:\n{expected}\n"


def test_a_misspelt_indicator_is_named_as_the_page_says(
    wheel: InstalledWheel, folder: Path
) -> None:
    """The message comes word for word, and what is published stays."""
    before = published(folder)
    edit(folder, "indicator_scores.csv", "town_2,noise,62", "town_2,nois,62")
    completed = wheel.run("env/bin/sci build --index my_index", cwd=folder)
    expected = indented_block(PAGE, "my_index/indicator_scores.csv:6, column indicator_id")
    assert completed.returncode == 1
    assert expected in completed.stderr, completed.stderr
    assert "Nothing was published" in completed.stderr
    assert published(folder) == before
