"""The scripts keep to the types that their comments declare."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import DASHBOARD

# `make test-site` puts it beside the tests' Python, where npm is installed.
TYPE_CHECKER = Path(sys.prefix) / "node_modules" / ".bin" / "tsc"


def test_scripts_are_typed() -> None:
    """tsc --checkJs accepts every script of dashboard/assets."""
    if not TYPE_CHECKER.exists():
        pytest.skip(
            "needs npm (Debian: apt install npm): TypeScript checks the types of the scripts"
        )
    completed = subprocess.run(
        [TYPE_CHECKER, "--project", DASHBOARD / "tsconfig.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout
