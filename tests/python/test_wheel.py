"""The wheel is enough: it holds what an index of one's own needs, no figures, and no tests of ours.

The index that the installed wheel made and built is looked at in test_own_index_page.py.
"""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

import duckdb
import pytest
import yaml

from smart_city_index import cli, code_version
from smart_city_index.declarations import LOCATIONS, declared_seeds, project_vars
from smart_city_index.index_folder import ROW_COUNTS, SETTINGS_FILE
from smart_city_index.index_project import engine_files
from smart_city_index.new_index import TEMPLATE_DIR
from tests.python.conftest import PROJECT_ROOT, InstalledWheel

PROJECT = "smart_city_index/project/"


@pytest.fixture(scope="module")
def names(wheel: InstalledWheel) -> set[str]:
    """Return the names of the files in the wheel."""
    (built,) = wheel.home.parent.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_project_and_nothing_else(names: set[str]) -> None:
    """The files that an index takes over, the package as it is here, and what wheels have."""
    taken_over = {
        seed.path.relative_to(PROJECT_ROOT)
        for seed in declared_seeds(PROJECT_ROOT)
        if seed.own_index == "default"
    }
    assert len(taken_over) == 5
    files = {*engine_files(PROJECT_ROOT), *taken_over, Path("dbt_project.yml")}
    expected = {PROJECT + file.as_posix() for file in files}
    # for people, and the version
    expected |= {f"{PROJECT}docs/your_own_index.md", PROJECT + code_version.VERSION_FILE}
    expected |= {
        path.relative_to(PROJECT_ROOT / "src").as_posix()
        for path in (PROJECT_ROOT / "src").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {name for name in names if ".dist-info/" not in name} == expected


def test_the_version_of_the_code_is_known_without_git(wheel: InstalledWheel) -> None:
    """The published file says which code has built it, as `sci --version` does."""
    # somebody may edit a file while the tests run
    described = code_version.code_version(PROJECT_ROOT).removesuffix("-dirty")
    assert re.search("[0-9a-f]{7}|v[0-9]", described)
    database = wheel.home / "my_index" / "warehouse" / "my_index.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        query = "select distinct code_version from meta_build"
        ((recorded,),) = connection.execute(query).fetchall()
    assert recorded.removesuffix("-dirty") == described
    assert wheel.run("env/bin/sci --version").stdout.endswith(f"(code {recorded})\n")


@pytest.mark.skipif(not (PROJECT_ROOT / ".git").exists(), reason="needs the repository")
def test_an_archive_knows_its_version(tmp_path: Path) -> None:
    """`git archive` writes the commit into the file; a copy without it does not know."""
    packed = subprocess.run(
        ["git", "archive", "HEAD", code_version.VERSION_FILE],
        cwd=PROJECT_ROOT, capture_output=True, check=True,
    )  # fmt: skip
    subprocess.run(["tar", "-x"], cwd=tmp_path, input=packed.stdout, check=True)
    commit = subprocess.run(
        ["git", "describe", "--always", "--tags"],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert code_version.code_version(tmp_path) == commit.stdout.strip()
    (tmp_path / code_version.VERSION_FILE).unlink()
    assert code_version.code_version(tmp_path) == "unknown"


@pytest.mark.parametrize(
    "command", ["check", "build", "export office", "fingerprints", "verify", "site", "serve"]
)
def test_without_an_index_one_sentence_says_what_to_do(wheel: InstalledWheel, command: str) -> None:
    """There are no figures in the wheel: a folder has to be named."""
    completed = wheel.run(f"env/bin/sci {command}")
    assert completed.returncode == 1
    assert completed.stdout == ""
    assert completed.stderr.startswith("name an index folder with --index DIR: ")
    assert completed.stderr.count("\n") == 1


def test_the_project_of_an_index_comes_from_the_wheel(
    wheel: InstalledWheel, tmp_path: Path
) -> None:
    """`sci project` writes what it writes in the repository."""
    completed = wheel.run(f"env/bin/sci project --index my_index '{tmp_path}/from_wheel'")
    assert completed.returncode == 0, completed.stderr
    index_dir, here = wheel.home / "my_index", tmp_path / "from_repository"
    assert cli.main(["project", "--index", str(index_dir), str(here)]) == 0
    written, expected = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "from_wheel", here)
    )
    assert written == expected


def test_an_environment_in_the_index_folder_is_passed_over(
    wheel: InstalledWheel, tmp_path: Path
) -> None:
    """Hidden, as .venv, it may hold what computes the index."""
    folder = tmp_path / "my_index"
    (folder / ".venv").parent.mkdir()
    (folder / ".venv").symlink_to(wheel.home / "env")
    assert wheel.run(f"env/bin/sci new-index '{folder}'").returncode == 0
    completed = wheel.run(".venv/bin/sci check --index .", cwd=folder)
    assert completed.returncode == 0, completed.stderr


def test_a_folder_with_files_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written where something stands, and the message names it."""
    (tmp_path / "cities.csv").write_text("mine", encoding="utf-8")
    assert cli.main(["new-index", str(tmp_path)]) == 1
    expected = f"{tmp_path} holds cities.csv already: name a new or empty folder\n"
    assert capsys.readouterr().err == expected
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["mine"]


def test_every_setting_stands_in_the_settings_of_a_new_index(tmp_path: Path) -> None:
    """As a comment, which can be made a setting by taking the # away."""
    text = (TEMPLATE_DIR / SETTINGS_FILE).read_text(encoding="utf-8")
    assert yaml.safe_load(text) is None
    shown = yaml.safe_load("\n".join(re.findall(r"^# (\w+: .+)$", text, re.MULTILINE)))
    own_vars = set(project_vars(PROJECT_ROOT)) - {"framework_levels"}
    assert set(shown) == {*own_vars, *LOCATIONS.values(), *ROW_COUNTS.values()}
    assert cli.main(["new-index", str(tmp_path)]) == 0
    settings = yaml.safe_dump({name: shown[name] for name in own_vars})
    (tmp_path / SETTINGS_FILE).write_text(settings, encoding="utf-8")
    assert cli.main(["check", "--index", str(tmp_path)]) == 0
