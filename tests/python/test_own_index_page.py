"""docs/your_own_index.md is true: its files build, its commands run, its outputs and errors come."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.python.conftest import PROJECT_ROOT, built_once
from tests.python.pages import indented_block, read_page

PAGE = read_page("your_own_index.md")
FILE_BLOCK = re.compile(r"^`(\w+\.csv)` - .*?\n```csv\n(.*?)```", re.MULTILINE | re.DOTALL)


def run(command: str, index_dir: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the page in the repository, on a copy of its index folder.

    Args:
        command: the command as the page has it.
        index_dir: the copy; stands in for ../my_index.

    Returns:
        The ended process with its output; the exit code is not checked.
    """
    here = re.sub(r"(\$ENGINE/)?\.venv/bin/", f"{Path(sys.executable).parent}/", command)
    return subprocess.run(
        ["bash", "-c", here.replace("../my_index", str(index_dir))],
        cwd=PROJECT_ROOT,
        # not the settings of a make that runs the tests
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the index folder of the page, built by the command behind its make target."""
    directory = built_once(tmp_path_factory, "page", build_as_the_page_says) / "my_index"
    # a copy for each worker process, because a test edits it
    copy = tmp_path_factory.mktemp("page") / "my_index"
    shutil.copytree(directory, copy)
    return copy


def build_as_the_page_says(parent: Path) -> None:
    """Build the index folder of the page."""
    directory = parent / "my_index"
    directory.mkdir()
    files = FILE_BLOCK.findall(PAGE)
    assert len(files) == 7
    for name, content in files:
        (directory / name).write_text(content, encoding="utf-8")
    _, make_build = indented_block(PAGE, ".venv/bin/sci check").splitlines()
    planned = run(make_build.replace("make ", "make --dry-run --no-print-directory "), directory)
    assert planned.returncode == 0, planned.stderr
    command = planned.stdout.splitlines()[-1].strip()
    assert command == f'.venv/bin/sci build --index "{directory}"'
    completed = run(command, directory)
    assert completed.returncode == 0, f"{completed.stdout}\n{completed.stderr}"
    assert f"Published {directory / 'warehouse' / 'my_index.duckdb'}" in completed.stdout


def test_check_and_query_print_what_the_page_says(index_dir: Path) -> None:
    """The check finds nothing; the query prints the table of the page."""
    check = indented_block(PAGE, ".venv/bin/sci check").splitlines()[0]
    completed = run(check, index_dir)
    assert completed.returncode == 0, completed.stderr
    assert "no findings" in completed.stdout
    query, _, table = indented_block(PAGE, '.venv/bin/python -c "').partition("\n\n")
    completed = run(query, index_dir)
    assert completed.stdout.strip() == table.strip(), completed.stderr


def test_plain_dbt_works_in_the_project_of_the_index(index_dir: Path) -> None:
    """The commands of the page build marts into the project's own file and leave the published one."""
    published = (index_dir / "warehouse" / "my_index.duckdb").read_bytes()
    project_dir = index_dir.parent / "my_project"
    commands = indented_block(PAGE, "ENGINE=$PWD").replace("../my_project", str(project_dir))
    completed = run(commands, index_dir)
    assert completed.returncode == 0, completed.stdout
    assert (project_dir / "build" / "smart_city_index.duckdb").exists()
    assert (index_dir / "warehouse" / "my_index.duckdb").read_bytes() == published


EDITS = {
    "framework.csv": (",min_max,", ",minmax,"),
    "indicator_scores.csv": (",noise,62,", ",noise,62 dB,"),
}


def test_gate_says_what_the_page_says(index_dir: Path, tmp_path: Path) -> None:
    """The two findings of the page come word for word, at once."""
    copy = tmp_path / "my_index"
    shutil.copytree(index_dir, copy, ignore=shutil.ignore_patterns("build", "warehouse"))
    for file, (old, new) in EDITS.items():
        text = (copy / file).read_text(encoding="utf-8")
        (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    completed = run(".venv/bin/sci check --index ../my_index", copy)
    expected = indented_block(PAGE, "../my_index/framework.csv:4").replace("../my_index", str(copy))
    assert completed.returncode == 1
    assert completed.stderr == f"2 findings in the input:\n{expected}\n"


def test_a_misspelt_indicator_is_named_as_the_page_says(index_dir: Path) -> None:
    """The message comes word for word, and what is published stays."""
    published = (index_dir / "warehouse" / "my_index.duckdb").read_bytes()
    scores = index_dir / "indicator_scores.csv"
    original = scores.read_text(encoding="utf-8")
    scores.write_text(original.replace("town_2,noise,62", "town_2,nois,62"), encoding="utf-8")
    completed = run(".venv/bin/sci build --index ../my_index", index_dir)
    scores.write_text(original, encoding="utf-8")
    expected = indented_block(PAGE, "../my_index/indicator_scores.csv:6, column indicator_id")
    assert completed.returncode == 1
    assert expected.replace("../my_index", str(index_dir)) in completed.stderr, completed.stderr
    assert "Nothing was published" in completed.stderr
    assert (index_dir / "warehouse" / "my_index.duckdb").read_bytes() == published
