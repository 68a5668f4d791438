"""The scripts keep to the types that their comments declare."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from smart_city_index.site import SITE_DIR

# `make test-site` puts it beside the tests' Python, where npm is installed.
TYPE_CHECKER = Path(sys.prefix) / "node_modules" / ".bin" / "tsc"


def test_scripts_are_typed() -> None:
    """TypeScript accepts every script of the site with the types of its comments."""
    if not TYPE_CHECKER.exists():
        pytest.skip(
            "needs npm (Debian: apt install npm): TypeScript checks the types of the scripts"
        )
    completed = subprocess.run(
        [TYPE_CHECKER, "--project", SITE_DIR / "tsconfig.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout
