"""A standalone Spark cluster on this machine, for as long as something is built on it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.python.conftest import PROJECT_ROOT

SPARK_PYTHON = PROJECT_ROOT / ".venv-spark" / "bin" / "python"
HOST = "127.0.0.1"
# the heap of an executor, as profiles.yml asks for by default
WORKER_MEMORY = "4g"
SECONDS_TO_START = 60


@contextmanager
def spark_cluster(worker_count: int) -> Iterator[dict[str, str]]:
    """Start a master and workers of one core each, and end them whatever happens.

    Scratch files and logs go into a temporary directory; nothing listens but on 127.0.0.1.

    Args:
        worker_count: number of workers, each with one executor; none starts no cluster.

    Yields:
        The environment in which `sci spark` builds on the cluster; empty without workers.

    Raises:
        RuntimeError: the cluster did not start, or a worker ran nothing of what was built.
    """
    if not worker_count:
        yield {}
        return
    processes: list[subprocess.Popen[bytes]] = []
    # would end this process at once, and leave the cluster
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # an executor that is being killed may still write
    with tempfile.TemporaryDirectory(prefix="spark_cluster_", ignore_cleanup_errors=True) as name:
        master_log = Path(name) / "master.log"
        try:
            processes.append(start("master.Master", Path(name), master_log))
            [url] = wait_for(r"Starting Spark master at (spark://\S+)", 1, master_log, processes)
            options = ("--cores", "1", "--memory", WORKER_MEMORY, "--work-dir", name, url)
            for number in range(worker_count):
                log = Path(name) / f"worker_{number}.log"
                processes.append(start("worker.Worker", Path(name), log, *options))
            wait_for(r"Registering worker (\S+)", worker_count, master_log, processes)
            yield {"SMART_CITY_INDEX_SPARK_MASTER": url, "SPARK_LOCAL_IP": HOST}
            # or something was built elsewhere, and nobody would see it
            wait_for(r"Launching executor \S+ on worker (\S+)", worker_count, master_log, processes)
        finally:
            for process in processes:
                # an executor is in the group of its worker; one that has ended has none
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            signal.signal(signal.SIGTERM, before)


def start(program: str, directory: Path, log: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start a part of the cluster in a process group of its own, on a free port.

    Args:
        program: the class below org.apache.spark.deploy.
        directory: where executors spill.
        log: where its output goes.
        options: further options.

    Returns:
        The process.
    """
    [spark_home] = SPARK_PYTHON.parents[1].glob("lib/python*/site-packages/pyspark")
    with log.open("wb") as output:
        return subprocess.Popen(
            [
                *(spark_home / "bin" / "spark-class", f"org.apache.spark.deploy.{program}"),
                *("--host", HOST, "--port", "0", "--webui-port", "0", *options),
            ],
            env={
                **os.environ,
                "SPARK_HOME": str(spark_home),
                "SPARK_LOCAL_IP": HOST,
                "SPARK_LOCAL_DIRS": str(directory),
                # a port of its own that nothing here asks
                "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false",
            },
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def wait_for(
    pattern: str, count: int, log: Path, processes: list[subprocess.Popen[bytes]]
) -> list[str]:
    """Wait until the master has said something of so many.

    Args:
        pattern: what it says; the group is what it says it of.
        count: how many different ones.
        log: the master's log.
        processes: the cluster; a part that has ended is an error.

    Returns:
        What it was said of.

    Raises:
        RuntimeError: a part has ended, or it took too long.
    """
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        found = sorted(set(re.findall(pattern, log.read_text(encoding="utf-8"))))
        if len(found) >= count:
            return found
        if time.monotonic() > deadline or any(one.poll() is not None for one in processes):
            logs = [one.read_text(encoding="utf-8") for one in log.parent.glob("*.log")]
            raise RuntimeError("\n".join([f"no {count} x {pattern!r}", *logs]))
        time.sleep(0.1)
