"""A short, seeded part of the campaigns in benchmarks/, which run in full on demand."""

from __future__ import annotations

import subprocess
import sys

from conftest import PROJECT_ROOT

# One mutation of every kind.
SHORT_FAULT_CAMPAIGN = ("--mutations", "48", "--seed", "7")


def test_no_corrupted_seed_changes_a_mart_unseen() -> None:
    """Every corruption of a seed is caught, harmless, or of a kind that nothing can tell."""
    completed = subprocess.run(
        [sys.executable, PROJECT_ROOT / "benchmarks" / "faults.py", *SHORT_FAULT_CAMPAIGN],
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert "48/48" in completed.stdout
