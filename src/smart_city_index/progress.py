"""Say what a command is doing, for a person at a terminal and for a log."""

from __future__ import annotations

import json
import shutil
import sys
import time

# How often a log gets a line while one step goes on, in seconds.
INTERVAL = 5
# What dbt reports when a seed, model or test has ended.
ENDINGS = (
    "LogSeedResult",
    "LogModelResult",
    "LogTestResult",
    "LogNodeNoOpResult",
    "SkippingDetails",
)


class Progress:
    """Prints steps with the seconds since the command began.

    A terminal shows how far the current step is in one line that changes; a log gets lines.
    """

    def __init__(self) -> None:
        self.started = self.printed = time.monotonic()
        self.is_terminal = sys.stdout.isatty()
        self.is_line_open = False

    def elapsed(self) -> float:
        """Return the seconds since the command began."""
        return time.monotonic() - self.started

    def step(self, text: str) -> None:
        """Say which step begins, or anything else of which the line stays."""
        self.end_line()
        print(f"{self.elapsed():6.1f} s  {text}", flush=True)
        self.printed = time.monotonic()

    def within(self, text: str) -> None:
        """Say how far the current step is."""
        if self.is_terminal:
            width = shutil.get_terminal_size().columns - 1
            line = f"{self.elapsed():6.1f} s    {text}"
            print(f"\r{line[:width]:<{width}}", end="", flush=True)
            self.is_line_open = True
        elif time.monotonic() - self.printed >= INTERVAL:
            self.step(f"  {text}")

    def end_line(self) -> None:
        """Make room for other output: what the terminal shows of a step goes away."""
        if self.is_line_open:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{'':<{width}}\r", end="", flush=True)
            self.is_line_open = False


class DbtOutput:
    """Turns what dbt prints (`--log-format json`) into steps.

    Attributes:
        errors: the messages of errors, of which dbt's results say nothing if it could not run.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.errors: list[str] = []
        self.ended = 0

    def take(self, line: str) -> None:
        """Take a line of dbt's output."""
        try:
            event = json.loads(line)
            info, data = event["info"], event["data"]
            name, level = info["name"], info["level"]
        except (ValueError, KeyError, TypeError):
            # not dbt, but Python or a library
            if line.strip():
                self.progress.end_line()
                print(line.rstrip("\n"), file=sys.stderr)
            return
        if name == "MainReportVersion":
            self.progress.step("Read the project")
        elif name == "ConcurrencyLine":
            self.total = data["node_count"]
            self.progress.step(f"Compute and test: {self.total} seeds, models and tests")
        elif name in ENDINGS:
            self.ended += 1
            node = data["node_info"]["node_name"]
            if level == "error":
                self.progress.step(f"  failed: {node}")
            else:
                self.progress.within(f"{self.ended} of {self.total}, last {node}")
        elif level == "error":
            self.errors.append(info["msg"].rstrip())
