"""A short, seeded part of the campaigns, which run in full on demand."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.python.conftest import PROJECT_ROOT

CAMPAIGNS = {
    # One mutation of every kind.
    "faults": (("--mutations", "48", "--seed", "7"), "48/48"),
    # One build of every scenario; what needs the right to mount is skipped without it.
    "crashes": (
        ("--kills", "2", "--publishing-kills", "1", "--builds", "1", "--pairs", "1", "--seed", "7"),
        "two at once",
    ),
    # One of the files is a large one.
    "csv_files": (
        ("--files", "200", "--seed", "7"),
        "200 of 200 files read as they were written: gate",
    ),
    # Every survivor must have an explanation.
    "mutants": (("--limit", "60", "--seed", "7"), "60 of them tried"),
}


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_short_campaign(name: str) -> None:
    """No corrupted seed, killed build or mutant of a model does harm unseen."""
    arguments, expected_text = CAMPAIGNS[name]
    completed = subprocess.run(
        [sys.executable, "-m", f"campaigns.{name}", *arguments],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert expected_text in completed.stdout
