"""A build that is ended from outside says so in one sentence and leaves nothing running or behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from smart_city_index import cli
from smart_city_index.interruption import Interrupted, interruptible, not_any_more_interruptible
from tests.python.conftest import copy_example, run_sci

# When dbt has begun.
FIRST_WORDS = "Read the project"


def start_build(index_dir: Path) -> subprocess.Popen[str]:
    """Start a build of an index as a terminal does, and return it when dbt has begun."""
    process = subprocess.Popen(
        [sys.executable, "-m", "smart_city_index.cli", "build", "--index", index_dir],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    assert any(FIRST_WORDS in line for line in process.stdout)
    return process


def end_with(number: int) -> Callable[[subprocess.Popen[str]], None]:
    """Return a function that sends a signal to the build alone."""
    return lambda process: process.send_signal(number)


ENDINGS: dict[str, tuple[Callable[[subprocess.Popen[str]], None], int, str]] = {
    # Ctrl-C reaches every process that was started in the terminal.
    "Ctrl-C": (lambda process: os.killpg(process.pid, signal.SIGINT), 130, "Interrupted (SIGINT)"),
    "SIGTERM": (end_with(signal.SIGTERM), 143, "Interrupted (SIGTERM)"),
    "SIGKILL": (end_with(signal.SIGKILL), -9, ""),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_dbt_ends_with_the_build(tmp_path: Path, ending: str) -> None:
    """Nothing goes on: the pipes end, which dbt holds open too, and its results are not written."""
    copy_example(tmp_path / "regions")
    strike, exit_code, sentence = ENDINGS[ending]
    with start_build(tmp_path / "regions") as process:
        strike(process)
        _, errors = process.communicate()
    assert process.returncode == exit_code
    assert errors.strip().splitlines() == (
        [f"{sentence}: what is published is as it was."] if sentence else []
    )
    assert list(tmp_path.glob("regions/build/run-*/project/target/run_results.json")) == []
    if ending == "SIGKILL":
        assert len(list(tmp_path.glob("regions/build/run-*"))) == 1
        assert run_sci("check", "--index", "regions", cwd=tmp_path).returncode == 0
    left = {path.name for path in (tmp_path / "regions" / "build").iterdir()}
    assert left == {".build.lock"}
    assert not (tmp_path / "regions" / "warehouse" / "manifest.json").exists()


def test_first_signal_ends_the_command() -> None:
    """It raises where it strikes; what comes while cleaning up is ignored."""
    reached = []

    def work() -> None:
        with interruptible():
            try:
                signal.raise_signal(signal.SIGTERM)
                reached.append("after the signal")
            finally:
                signal.raise_signal(signal.SIGINT)
                reached.append("cleaned up")

    with pytest.raises(Interrupted, match="SIGTERM") as raised:
        work()
    assert raised.value.exit_code == 128 + signal.SIGTERM
    assert reached == ["cleaned up"]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_library_that_wraps_the_signal() -> None:
    """Whatever a library makes of the interruption of a call, the command ends as interrupted."""
    with duckdb.connect() as connection:
        connection.create_function("strike", strike_once, [], "integer", side_effects=True)
        with pytest.raises(Interrupted), interruptible():
            connection.execute("select strike()")


def strike_once() -> int:
    """Send SIGTERM to this process from inside a query."""
    signal.raise_signal(signal.SIGTERM)
    return 1


def test_ignored_signals_stay_ignored() -> None:
    """What nohup, or a shell's `&`, has told the command to ignore does not end it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_publishing_is_not_interrupted() -> None:
    """From the moment at which files are replaced a signal comes too late."""
    with interruptible():
        not_any_more_interruptible()
        signal.raise_signal(signal.SIGTERM)


def test_any_command_says_what_happened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A signal that struck while an error was reported is told as well."""

    def report(*_: object) -> int:
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            print("something failed", file=sys.stderr)
        return 1

    monkeypatch.setattr("smart_city_index.diff.run", report)
    assert cli.main(["diff", "a", "b"]) == 128 + signal.SIGTERM
    assert capsys.readouterr().err.split("\n\n")[0] == "something failed"
