"""A short, seeded part of the campaigns, which run in full every week and on demand.

The weekly runs stand in .github/workflows/campaigns.yml.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from campaigns.faults import KINDS

from tests.python.conftest import PROJECT_ROOT, BuiltProject, OwnIndex


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


def test_faults(built_project: BuiltProject) -> None:
    """No corrupted seed does harm unseen: one mutation of every kind."""
    count = str(len(KINDS))
    printed = run_campaign(
        "faults", "--mutations", count, "--seed", "7", "--built", built_project.project_dir
    )
    assert f"{count}/{count}" in printed


def test_mutants(built_project: BuiltProject) -> None:
    """Every survivor has an explanation: two mutants of each kind, and their models untouched."""
    # a laboratory takes longer to set up than 32 mutants take
    options = ("--limit", "32", "--seed", "7", "--processes", "1")
    printed = run_campaign("mutants", *options, "--built", built_project.project_dir)
    assert "32 of them tried" in printed


def test_hidden_figures(built_project: BuiltProject) -> None:
    """What is said of a hidden figure is true of the published one."""
    printed = run_campaign(
        *("hidden_figures", "--figures", "12", "--seed", "7"),
        *("--built", built_project.project_dir),
    )
    assert "12/12" in printed


def test_csv_files() -> None:
    """Gate and dbt read files as they were written; one of them is a large one."""
    printed = run_campaign("csv_files", "--files", "200", "--seed", "7")
    assert "200 of 200 files read as they were written: gate" in printed


# Publishers by the dozen, and builds of the kinds that no other test has; what needs the right to
# mount is skipped without it.
CRASHES = (
    "publisher killed",
    "two publishers",
    "readers",
    "full disk",
    "build killed",
    "full build disk",
    "read-only",
)


def test_crashes(own_index: OwnIndex) -> None:
    """No killed publisher or build harms what is published, nor do two builds at once."""
    printed = run_campaign(
        *("crashes", "--share", "0.02", "--seed", "7", "--built", own_index.index_dir),
        *("--scenarios", *CRASHES),
    )
    assert "read-only" in printed
