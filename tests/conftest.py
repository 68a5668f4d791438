"""What every run of the tests begins with: progress by file, and Ctrl-C as a terminal has it."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Generator, Iterable
from typing import Any

import pytest


class Progress:
    """Prints where the tests are, in place of a dot per test.

    Attributes:
        terminal: where to print.
        total: number of tests of every file.
        ended: number of tests that have ended, of every file.
        seconds: how long they took together, of every file.
    """

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self.terminal = terminal
        self.total: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()

    def count(self, node_ids: Iterable[str]) -> None:
        """Take up the tests to be run."""
        self.total = Counter(map(file_of, node_ids))

    def say(self, text: str) -> None:
        """Print a line that begins with the share of the tests that have ended."""
        share = 100 * self.ended.total() // max(self.total.total(), 1)
        self.terminal.ensure_newline()
        self.terminal.write_line(f"{share:>3} %  {text}")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the tests of a run without worker processes."""
        if session.items:
            self.count(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Count the tests of a run with worker processes, each of which knows them all."""
        self.count(ids)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say that a file begins."""
        file = file_of(nodeid)
        if file not in self.seconds:
            self.seconds[file] = 0
            self.say(f"{file}: {self.total[file]} tests")

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self) -> Generator[None, Any, Any]:
        """Print no letter for a test."""
        category, _, word = yield
        return category, "", word

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Say what has failed, and that a file is through."""
        if report.failed:
            self.say(f"FAILED {report.nodeid} ({report.when})")
        if type(report) is not pytest.TestReport:
            return
        file = file_of(report.nodeid)
        self.seconds[file] += report.duration  # type: ignore[assignment]
        if report.when == "teardown":
            self.ended[file] += 1
            if self.ended[file] == self.total[file]:
                self.say(f"{file}: done, {self.seconds[file]:.0f} s of work")


def file_of(node_id: str) -> str:
    """Return the file of a test."""
    return node_id.partition("::")[0]


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Print progress by file, unless more or less than that is asked for."""
    # a shell has Ctrl-C ignored in what it starts in the background, and in all that this starts
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal and config.get_verbosity() == 0:
        config.pluginmanager.register(Progress(terminal), "progress")
