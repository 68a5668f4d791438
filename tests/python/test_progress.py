"""What `sci` says of itself and of what it is doing: help, version, steps of a build."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from smart_city_index import UserError, cli
from smart_city_index.build import run_dbt_build
from smart_city_index.progress import DbtOutput, Progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that a clock shows, to be changed; the real one stands still."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def event(name: str, level: str = "info", msg: str = "", **data: object) -> str:
    """Return a line of dbt."""
    return json.dumps({"info": {"name": name, "level": level, "msg": msg}, "data": data})


def ended(name: str, level: str = "info") -> str:
    """Return dbt's line of a model that has ended."""
    return event("LogModelResult", level, node_info={"node_name": name})


def take_ten_models(clock: list[float]) -> DbtOutput:
    """Let dbt take two seconds for each of ten models, of which the seventh fails."""
    output = DbtOutput(Progress())
    output.take(event("MainReportVersion"))
    output.take(event("ConcurrencyLine", node_count=10))
    for number in range(1, 11):
        clock[0] += 2
        output.take(ended(f"model_{number}", "error" if number == 7 else "info"))
    output.take(event("RunResultError", "error", "why it failed\n"))
    return output


def test_a_log_gets_a_line_now_and_then(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    """Every line says the seconds; between two of them at least five pass, unless a step begins."""
    output = take_ten_models(clock)
    assert capsys.readouterr().out.splitlines() == [
        "   0.0 s  Read the project",
        "   0.0 s  Compute and test: 10 seeds, models and tests",
        "   6.0 s    3 of 10, last model_3",
        "  12.0 s    6 of 10, last model_6",
        "  14.0 s    failed: model_7",
        "  20.0 s    10 of 10, last model_10",
    ]
    assert output.errors == ["why it failed"]


def test_a_terminal_shows_one_line_that_changes(
    clock: list[float], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stays are the steps; the line is never wider than the terminal."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    output = take_ten_models(clock)
    output.progress.step("Publish")
    printed = capsys.readouterr().out
    shown = [line.rpartition("\r")[2] for line in printed.rstrip("\n").split("\n")]
    assert shown == [
        "   0.0 s  Read the project",
        "   0.0 s  Compute and test: 10 seeds, models and tests",
        "  14.0 s    failed: model_7",
        "  20.0 s  Publish",
    ]
    changing = [part for part in printed.split("\r")[1:] if " of 10" in part]
    assert len(changing) == 9
    assert {len(part) for part in changing} == {29}


def test_what_is_not_of_dbt_is_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    """A traceback or a warning of a library goes to standard error."""
    output = DbtOutput(Progress())
    for line in ("Traceback (most recent call last):\n", "\n", "3\n", '{"info": 1, "data": 2}\n'):
        output.take(line)
    assert capsys.readouterr().err.splitlines() == [
        "Traceback (most recent call last):",
        "3",
        '{"info": 1, "data": 2}',
    ]


def test_dbt_that_cannot_run_says_why(tmp_path: Path) -> None:
    """Its own message is the reason that is given."""
    (tmp_path / "dbt_project.yml").write_text("name: broken\n", encoding="utf-8")
    with pytest.raises(
        UserError, match=r"dbt could not run \(exit code 2\):\n(.|\n)*no profile was specified"
    ):
        run_dbt_build(
            tmp_path / "x.duckdb", tmp_path, tmp_path / "target", {}, tmp_path, Progress()
        )


def test_without_words_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, and the exit code of success."""
    assert cli.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, (_, help_text) in cli.COMMANDS.items():
        assert f"  {name:<14}{help_text}" in lines
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_says_what_it_does(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its help begins with usage and a sentence."""
    with pytest.raises(SystemExit) as ended_with:
        cli.main([command, "--help"])
    assert ended_with.value.code == 0
    usage, sentence, *_ = capsys.readouterr().out.split("\n\n")
    assert usage.startswith(f"usage: sci {command} ")
    help_text = cli.COMMANDS[command][1]
    assert sentence == f"{help_text[0].upper()}{help_text[1:]}."


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """That of the package, and the commit."""
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("sci 1.")
