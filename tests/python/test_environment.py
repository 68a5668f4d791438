"""What `make` does about the environment: a wrong Python, a failed and an interrupted installation.

A script stands in for Python, so that nothing is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.python.conftest import PROJECT_ROOT
from tests.python.test_supply_chain import needs_make

pytestmark = needs_make

# Makes an "environment" that holds a copy of itself and a command sci. Behaves as the file `mood` says.
PYTHON = """#!/bin/sh
mood=$(cat mood)
case "$1 $2 $mood" in
    "-c "*" old") echo 3.9; exit 1 ;;
    "-c "*) exec {python} "$@" ;;
    "-m venv "*)
        for directory; do :; done
        case "$*" in *--clear*) rm -rf "$directory" ;; esac
        mkdir -p "$directory/bin"
        touch "$directory/pyvenv.cfg"
        if [ "$mood" = "no venv" ]; then echo "ensurepip is not available" >&2; exit 1; fi
        cp "$0" "$directory/bin/python"
        printf '#!/bin/sh\necho "sci $*"\n' > "$directory/bin/sci"
        chmod +x "$directory/bin/sci" ;;
    *" pip no network") case "$*" in *build.txt*) exit 1 ;; esac ;;
    *" pip interrupted") case "$*" in *build.txt*) kill -INT $PPID; sleep 0.2; exit 1 ;; esac ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder, with a space in its name, that holds what make needs for an environment."""
    folder = tmp_path / "a checkout"
    (folder / "locks").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "locks/installer.txt", "locks/build.txt"):
        shutil.copyfile(PROJECT_ROOT / name, folder / name)
    python = folder / "python"
    python.write_text(PYTHON.replace("{python}", sys.executable), encoding="utf-8")
    python.chmod(0o755)
    return folder


def make_build(checkout: Path, mood: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `make build` with the stand-in for Python in a mood."""
    (checkout / "mood").write_text(mood, encoding="utf-8")
    return subprocess.run(
        ["make", "build", "PYTHON=./python", *words],
        cwd=checkout,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        capture_output=True,
        text=True,
        check=False,
    )


def is_built(completed: subprocess.CompletedProcess[str]) -> bool:
    """Return whether the environment was made and the build was started."""
    return completed.returncode == 0 and completed.stdout.endswith("\nsci build\n")


@pytest.mark.parametrize(
    ("mood", "python", "sentence"),
    [
        ("old", "./python", "Python 3.10 or newer is needed, and ./python is 3.9: name another,"),
        ("well", "./none", "Python 3.10 or newer is needed, and ./none is none: name another,"),
        ("no venv", "./python", "./python cannot make an environment in .venv, see above."),
    ],
)
def test_what_cannot_make_an_environment_leaves_none(
    checkout: Path, mood: str, python: str, sentence: str
) -> None:
    """One sentence says why; with another Python the next make goes on."""
    completed = make_build(checkout, mood, f"PYTHON={python}")
    assert completed.returncode == 2
    assert sentence in completed.stderr
    assert not (checkout / ".venv").exists()
    assert is_built(make_build(checkout, "well"))


@pytest.mark.parametrize("mood", ["no network", "interrupted"])
def test_half_an_installation_is_not_taken_for_a_whole_one(checkout: Path, mood: str) -> None:
    """The next make installs what is missing; so it does where a whole one is to be renewed."""
    for _ in range(2):
        assert make_build(checkout, mood).returncode != 0
        assert not (checkout / ".venv" / "build-ready").exists()
        assert is_built(make_build(checkout, "well"))
        # older than what it is made from, however coarse the clock of the file system is
        os.utime(checkout / ".venv" / "build-ready", (0, 0))


def test_an_environment_without_pip_is_made_anew(checkout: Path) -> None:
    """As whoever is killed while making it leaves it, or whose Python is gone."""
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "pyvenv.cfg").touch()
    (checkout / ".venv" / "bin" / "python").symlink_to("gone")
    assert is_built(make_build(checkout, "well"))


def test_a_folder_that_is_no_environment_keeps_its_files(checkout: Path) -> None:
    """VENV may name any folder."""
    (checkout / "mine").mkdir()
    (checkout / "mine" / "thesis.txt").touch()
    assert make_build(checkout, "no venv", "VENV=mine").returncode == 2
    assert (checkout / "mine" / "thesis.txt").exists()


def test_a_second_run_installs_nothing(checkout: Path) -> None:
    """What is ready stays ready, without a network too."""
    assert is_built(make_build(checkout, "well"))
    completed = make_build(checkout, "no network")
    assert is_built(completed)
    assert "Install" not in completed.stdout
