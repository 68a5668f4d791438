"""dbt in a process of its own, which ends when the process that started it ends, however that is.

`python -m smart_city_index.dbt_process` takes the words of dbt's command line. Its standard input
is a pipe whose other end the starting process holds: when that is killed, the pipe ends.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ENDED_WITH_ITS_STARTER = 70


def run_dbt(
    words: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    take: Callable[[str], None],
) -> int:
    """Run dbt, and end it if this process is interrupted.

    Args:
        words: command and options of dbt.
        directory: where it runs.
        environment: its environment variables.
        take: is called with every line of its standard output.

    Returns:
        Its exit code.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "smart_city_index.dbt_process", *words],
        cwd=directory,
        # of a dbt that is ended its helper process says that semaphores were left
        env={**environment, "PYTHONWARNINGS": "ignore:resource_tracker"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    assert process.stdin
    assert process.stdout
    try:
        for line in process.stdout:
            take(line)
        return process.wait()
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def end_with_starter() -> None:
    """Wait until the pipe ends, and then end this process with whatever it is doing."""
    while os.read(0, 1):
        pass
    os._exit(ENDED_WITH_ITS_STARTER)


def main() -> None:
    """Run dbt's command line."""
    # Ctrl-C reaches every process of a terminal: the starting process answers it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_starter, daemon=True).start()
    # who has read the lines may have been killed a moment before that thread notices
    logging.raiseExceptions = False
    from dbt.cli.main import cli

    cli()


if __name__ == "__main__":
    main()
