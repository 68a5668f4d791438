"""Shared by the tests of real clients: a published file to read, and what each client showed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..python.connect_page import lay_out

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SHOWN: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line per client."""
    if SHOWN:
        terminalreporter.section("what the clients showed")
        for line in SHOWN:
            terminalreporter.write_line(line)


@pytest.fixture
def shown() -> Callable[[str, str], None]:
    """Return a function that keeps a client's name and what it showed for the summary."""
    return lambda client, what: SHOWN.append(f"{client:<18} {what}")


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """Return a directory to run the page in; no client may leave anything beside the file."""
    laid_out = lay_out(tmp_path, PROJECT_ROOT / "warehouse")
    yield laid_out
    left = {path.name for path in (laid_out / "warehouse").iterdir()}
    assert left == {"smart_city_index.duckdb", "manifest.json", "publications"}
