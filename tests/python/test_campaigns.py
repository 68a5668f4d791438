"""A short, seeded part of the campaigns, which run in full every week and on demand.

The weekly runs stand in .github/workflows/campaigns.yml.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from campaigns.faults import KINDS

from tests.python.conftest import PROJECT_ROOT


def run_campaign(name: str, *arguments: str | Path) -> str:
    """Return what a campaign prints; it must end well."""
    completed = subprocess.run(
        [sys.executable, "-m", f"campaigns.{name}", *arguments],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


def test_faults(few_draws_project: Path) -> None:
    """No corrupted seed does harm unseen: one mutation of every kind."""
    count = str(len(KINDS))
    printed = run_campaign(
        "faults", "--mutations", count, "--seed", "7", "--built", few_draws_project
    )
    assert f"{count}/{count}" in printed


# The fewest that every campaign needs for one of each of its kinds.
CAMPAIGNS = {
    # Publishers by the dozen, and builds where no other test has them; what needs the right to
    # mount is skipped without it.
    "crashes": (
        (
            "--share",
            "0.02",
            "--scenarios",
            "publisher killed",
            "two publishers",
            "readers",
            "full disk",
            "build killed",
            "two builds",
            "full build disk",
            "read-only",
        ),
        "read-only",
    ),
    # One of the files is a large one.
    "csv_files": (("--files", "200"), "200 of 200 files read as they were written: gate"),
    # Every survivor must have an explanation; the models themselves are tried first, untouched.
    "mutants": (("--limit", "60"), "60 of them tried"),
}


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_short_campaign(name: str) -> None:
    """No killed build, no CSV file and no mutant of a model does harm unseen."""
    arguments, expected_text = CAMPAIGNS[name]
    assert expected_text in run_campaign(name, *arguments, "--seed", "7")
