"""Kill, starve and disturb builds, many times, and check that what is published is never harmed.

    python -m campaigns.crashes [--scenarios NAME ...] [--share 1.0] [--seed 1] [--built INDEX]
        [--json FILE]

Everything happens in temporary directories. Two levels:

Publishers publish small made-up files, as `sci build` does with those of a build:

    publisher killed   SIGKILL at a random moment, then another one publishes
    two publishers     two start together, each with files of its own
    readers            readers open what is published again and again meanwhile
    full disk          the directory of the published files has room for a part only

Builds are whole builds of the example index, from the gate to what is published; files of somebody
else stand in every directory that a build writes to:

    build killed       SIGKILL of a build with everything it has started, at a random moment
    driver killed      SIGKILL of `sci build` alone: dbt must end as well
    interrupted        SIGINT or SIGTERM at a random moment: one sentence, and nothing is left
    refused            a build whose input has a mistake
    two builds         two start together, with one build directory or with two
    full build disk    the build directory runs full
    read-only          one of the two directories cannot be written

A run is good if what is published is whole and of one build, nobody else's file is harmed, nothing
runs on or is left that the next run does not remove, and whatever fails says so in a message. The
exit code is 1 if a run is not good. Full disks and read-only directories need the right to mount
(root on Linux); without it these scenarios are skipped, and the table says so.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event, Semaphore
from pathlib import Path

import duckdb
from tests.python.conftest import EXAMPLE
from tests.python.exports import DATABASE, publish_export, versions_in, write_export

from smart_city_index import UserError
from smart_city_index.publication import (
    Publication,
    current_publication,
    differences,
    finish_killed_publication,
)

INDEX_DATABASE = "regions.duckdb"
REFUSALS = ("another build is running", "another build publishes into")
FAILURE_MESSAGE = "Nothing was published"
INTERRUPTED = "Interrupted (SIG"
# Room for none or some of the files.
DISK_KIBIBYTES = (64, 256, 512, 1024)
BUILD_DISK_MEBIBYTES = (2, 6, 12)
# Of somebody else, in every directory that a build writes to.
FOREIGN_FILES = (
    "warehouse/parquet/my_sales.parquet",
    "warehouse/regions.duckdb.backup",
    "warehouse/deep/er/draft.publishing",
    "warehouse/publications/notes.txt",
    "warehouse/publications/20200101T000000Z-0123abcd/parquet/mine.parquet",
    "build/export/report.txt",
    "build/regions.duckdb",
    "build/run-mine/thesis.txt",
    "build/run-0123456789abcdef/thesis.txt",
)
OWN_NAMES = ("run-", ".run", "staged-", ".staged")


class MountError(Exception):
    """A file system cannot be mounted here; the message says why."""


@dataclass
class Outcome:
    """What came of a scenario.

    Attributes:
        scenario: its name.
        runs: for each run, what is wrong; empty if the run is good.
        counts: what happened how often.
        skipped: why the scenario did not run; empty if it did.
    """

    scenario: str
    runs: list[list[str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    skipped: str = ""

    @property
    def good(self) -> int:
        """Number of runs in which nothing is wrong."""
        return sum(not problems for problems in self.runs)

    @property
    def details(self) -> str:
        """The counts, or why the scenario did not run, as one line."""
        if self.skipped:
            return f"skipped: {self.skipped}"
        return ", ".join(f"{count:,} {name}" for name, count in self.counts.items())


@dataclass(frozen=True)
class Task:
    """What a scenario has to do.

    Attributes:
        directory: an empty directory of its own.
        rounds: how often.
        generator: source of random moments.
        example: the index to build.
    """

    directory: Path
    rounds: int
    generator: random.Random
    example: Path


# -- what is published ---------------------------------------------------------------------------


def last_line(text: str) -> str:
    """Return the last line of a text that is not empty, or an empty text."""
    return next((line for line in reversed(text.splitlines()) if line.strip()), "")


def publication_problems(warehouse: Path, database: str) -> tuple[list[str], Publication | None]:
    """Return what is wrong with what is published, and what the manifest says."""
    try:
        current = current_publication(warehouse)
        if current is None:
            is_there = (warehouse / database).exists()
            return (["a DuckDB file without a manifest"] if is_there else []), None
        problems = differences(current)
        with duckdb.connect(str(warehouse / database), read_only=True) as connection:
            connection.execute("select count(*) from duckdb_tables()").fetchall()
    except (UserError, duckdb.Error, OSError) as error:
        return [str(error)], None
    return problems, current


def leftovers(*directories: Path) -> list[str]:
    """Return what runs have left behind that must not be there after a run that has ended."""
    return sorted(
        path.name
        for directory in directories
        if directory.is_dir()
        for path in directory.iterdir()
        if path.name.startswith(OWN_NAMES) and path.name not in {"run-mine", "run-0123456789abcdef"}
    )


# -- publishers ----------------------------------------------------------------------------------


def publish_in_process(
    export: Path, warehouse: Path, start: Event, refusals: SimpleQueue[str]
) -> None:
    """Publish an export as soon as the start is given; a refusal is put into a queue."""
    start.wait()
    try:
        publish_export(export, warehouse)
    except UserError as error:
        refusals.put(str(error))


@contextlib.contextmanager
def publisher(
    export: Path, warehouse: Path, start: Event, refusals: SimpleQueue[str]
) -> Iterator[BaseProcess]:
    """Yield a process that publishes an export when the start is given."""
    process = get_context("fork").Process(
        target=publish_in_process, args=(export, warehouse, start, refusals)
    )
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def versions_published(warehouse: Path) -> tuple[set[str], set[str], list[str]]:
    """Read everything that is published.

    Returns:
        The versions that the DuckDB file of the known path names, those that the files of the
        manifest name, and what is wrong.
    """
    problems, current = publication_problems(warehouse, DATABASE)
    if current is None:
        return set(), set(), problems
    try:
        opened = versions_in(warehouse / DATABASE, None)
        listed = versions_in(current.database, current.directory / "parquet")
    except duckdb.Error as error:
        return set(), set(), [*problems, str(error)]
    if len(opened) != 1 or len(listed) != 1:
        problems.append(f"mixed: {sorted(opened)} and {sorted(listed)}")
    return opened, listed, problems


def kill_publishers(task: Task) -> Outcome:
    """Kill a publisher at a random moment of its work; the next one puts everything right."""
    outcome = Outcome("publisher killed")
    context = get_context("fork")
    warehouse = task.directory / "warehouse"
    exports = {name: write_export(task.directory / name, name) for name in ("odd", "even", "good")}
    publish_export(exports["good"], warehouse)
    started = time.perf_counter()
    publish_export(exports["good"], warehouse)
    duration = time.perf_counter() - started
    for number in range(task.rounds):
        before, _, _ = versions_published(warehouse)
        version = "odd" if number % 2 else "even"
        start, refusals = context.Event(), context.SimpleQueue()
        with publisher(exports[version], warehouse, start, refusals) as process:
            start.set()
            time.sleep(task.generator.uniform(0, 1.5 * duration))
            process.kill()
            process.join()
        opened, listed, problems = versions_published(warehouse)
        if not opened <= before | {version} or not listed <= before | {version}:
            problems.append(f"{opened} and {listed} instead of {before} or {version}")
        outcome.counts["before the switch" if opened == before else "after it"] += 1
        outcome.counts["between its two steps"] += opened != listed
        finish_killed_publication(warehouse, warehouse / DATABASE)
        if len(set().union(*versions_published(warehouse)[:2])) != 1:
            problems.append("the next publisher does not put the manifest right")
        publish_export(exports["good"], warehouse)
        opened, listed, found = versions_published(warehouse)
        problems += found
        if opened != {"good"} or listed != {"good"}:
            problems.append(f"{opened} and {listed} after another publication")
        if left := leftovers(warehouse, warehouse / "publications"):
            problems.append(f"left behind: {left}")
        if len(list((warehouse / "publications").glob("*Z-*"))) > 2:
            problems.append("old publications pile up")
        outcome.runs.append(problems)
    return outcome


def publish_two_at_once(task: Task) -> Outcome:
    """Start two publishers at the same moment: one is refused, or comes after the other."""
    outcome = Outcome("two publishers")
    context = get_context("fork")
    exports = {name: write_export(task.directory / name, name) for name in ("old", "new")}
    for number in range(task.rounds):
        warehouse = task.directory / f"warehouse_{number}"
        start, refusals = context.Event(), context.SimpleQueue()
        with (
            publisher(exports["old"], warehouse, start, refusals) as first,
            publisher(exports["new"], warehouse, start, refusals) as second,
        ):
            start.set()
            first.join()
            second.join()
        opened, listed, problems = versions_published(warehouse)
        if len(opened) != 1 or opened != listed:
            problems.append(f"{opened} and {listed} are published")
        refused = []
        while not refusals.empty():
            refused.append(refusals.get())
        problems += [text for text in refused if not text.startswith(REFUSALS)]
        outcome.counts["refused"] += len(refused)
        outcome.counts["published"] += 2 - len(refused)
        if left := leftovers(warehouse, warehouse / "publications"):
            problems.append(f"left behind: {left}")
        outcome.runs.append(problems)
        shutil.rmtree(warehouse)
    return outcome


def read_until(
    warehouse: Path, stop: Event, reads: Semaphore, results: SimpleQueue[object]
) -> None:
    """Open and read what is published again and again; runs in a process of its own.

    Args:
        warehouse: directory of the published files.
        stop: set when enough was read.
        reads: released after each read.
        results: takes the number of reads and what is wrong.
    """
    counts: Counter[str] = Counter()
    findings: set[str] = set()
    while not stop.is_set():
        counts["reads"] += 1
        _, _, problems = versions_published(warehouse)
        findings |= set(problems)
        reads.release()
    results.put((counts, findings))


def read_during_publications(task: Task) -> Outcome:
    """Let two readers loop while files are published; a run is a publication."""
    outcome = Outcome("readers")
    context = get_context("fork")
    warehouse = task.directory / "warehouse"
    exports = [write_export(task.directory / name, name) for name in ("odd", "even")]
    publish_export(exports[0], warehouse)
    stop, results = context.Event(), context.SimpleQueue()
    reads = [context.Semaphore(0) for _ in range(2)]
    readers = [
        context.Process(target=read_until, args=(warehouse, stop, one, results)) for one in reads
    ]
    for reader in readers:
        reader.start()
    try:
        for number in range(task.rounds):
            publish_export(exports[number % 2], warehouse)
            outcome.runs.append([])
            # who is left behind by two publications finds the files of the first one gone
            for one in reads:
                while one.acquire(block=False):
                    pass
                one.acquire()
    finally:
        stop.set()
    for reader in readers:
        counts, findings = results.get()
        outcome.counts.update(counts)
        outcome.runs[-1] += sorted(findings)
        reader.join()
    return outcome


def publish_on_full_disks(task: Task) -> Outcome:
    """Publish where there is room for a part only: nothing changes, and a message says why.

    Raises:
        MountError: a file system of limited size cannot be mounted.
    """
    outcome = Outcome("full disk")
    good = write_export(task.directory / "good", "good")
    other = write_export(task.directory / "other", "other")
    size = sum(path.stat().st_size for path in good.rglob("*") if path.is_file())
    with small_disk(task.directory / "disk", 4 * size // 1024 + 4096) as disk:
        publish_export(good, disk / "warehouse")
        for room in DISK_KIBIBYTES:
            ballast = fill_disk(disk, room * 1024)
            expected, _, _ = versions_published(disk / "warehouse")
            try:
                publish_export(other, disk / "warehouse")
                expected = {"other"}
                outcome.counts["fitted"] += 1
            except UserError:
                outcome.counts["refused"] += 1
            opened, listed, problems = versions_published(disk / "warehouse")
            if opened != expected or listed != expected:
                problems.append(f"{opened} and {listed} are published instead of {expected}")
            if left := leftovers(disk / "warehouse", disk / "warehouse" / "publications"):
                problems.append(f"left behind: {left}")
            ballast.unlink()
            outcome.runs.append([f"{room} KiB: {problem}" for problem in problems])
        publish_export(good, disk / "warehouse")
        outcome.runs.append(versions_published(disk / "warehouse")[2])
    return outcome


# -- builds --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Index:
    """A copy of the example index, with files of somebody else where a build writes.

    Attributes:
        directory: the index folder.
        build_dir: where a build works.
        warehouse: where it publishes.
    """

    directory: Path
    build_dir: Path
    warehouse: Path

    def with_mistake(self) -> contextlib.AbstractContextManager[None]:
        """Let the input have a mistake while the body runs."""
        return replaced_text(self.directory / "rankings.csv", lambda text: text + "broken\n")


@contextlib.contextmanager
def replaced_text(file: Path, change: Callable[[str], str]) -> Iterator[None]:
    """Change a text file while the body runs."""
    original = file.read_text(encoding="utf-8")
    file.write_text(change(original), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(original, encoding="utf-8")


def make_index(task: Task) -> Index:
    """Copy the example, and put somebody else's files where a build writes."""
    directory = task.directory
    shutil.copytree(task.example, directory / "regions")
    index = Index(
        directory / "regions", directory / "regions" / "build", directory / "regions" / "warehouse"
    )
    for name in FOREIGN_FILES:
        file = index.directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine")
    return index


def lost_files(index: Index) -> list[str]:
    """Return which of somebody else's files are lost."""
    return [
        f"lost: {name}"
        for name in FOREIGN_FILES
        if not (index.directory / name).is_file() or (index.directory / name).read_text() != "mine"
    ]


def published_state(index: Index) -> str:
    """Return a checksum of everything that readers are told to read; empty if nothing is there."""
    files = [index.warehouse / INDEX_DATABASE, index.warehouse / "manifest.json"]
    content = b"".join(file.read_bytes() for file in files if file.exists())
    return hashlib.sha256(content).hexdigest() if content else ""


@contextlib.contextmanager
def running_build(index: Index) -> Iterator[subprocess.Popen[str]]:
    """Start `sci build` as leader of a process group; kill what is left of it at the end."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "smart_city_index.cli", "build"),
            *("--index", index.directory, "--build-dir", index.build_dir),
            *("--warehouse-dir", index.warehouse),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def build(index: Index) -> tuple[int, str, float]:
    """Run a build to its end; return its exit code, its messages and its seconds."""
    started = time.monotonic()
    with running_build(index) as process:
        _, messages = process.communicate()
        return process.returncode, messages, time.monotonic() - started


def build_problems(index: Index, *, is_ended: bool = True) -> list[str]:
    """Return what is wrong after a build.

    Args:
        index: what was built.
        is_ended: whether the build has ended by itself, so that nothing may be left of it.
    """
    problems, _ = publication_problems(index.warehouse, INDEX_DATABASE)
    problems += lost_files(index)
    directories = (index.build_dir, index.warehouse, index.warehouse / "publications")
    if is_ended and leftovers(*directories):
        problems.append(f"left behind: {leftovers(*directories)}")
    return problems


def built_seconds(index: Index) -> float:
    """Return how long dbt and publishing took for what is published; 0 if nothing is."""
    manifest = index.warehouse / "manifest.json"
    if not manifest.exists():
        return 0
    built_at = json.loads(manifest.read_text(encoding="utf-8"))["built_at"].replace("Z", "+00:00")
    return manifest.stat().st_mtime - datetime.fromisoformat(built_at).timestamp()


def good_build_problems(index: Index) -> list[str]:
    """Run one undisturbed build; return what is wrong afterwards."""
    before = published_state(index)
    exit_code, messages, _ = build(index)
    problems = build_problems(index)
    if exit_code != 0:
        problems.append(f"an undisturbed build failed: {last_line(messages)}")
    elif published_state(index) == before:
        problems.append("an undisturbed build published nothing")
    return problems


def failing_build_problems(index: Index, messages_of: tuple[str, ...]) -> list[str]:
    """Run a build that must fail with one of some messages; return what is wrong."""
    before = published_state(index)
    exit_code, messages, _ = build(index)
    problems = build_problems(index)
    # dbt answers a full disk with a traceback of its own; ours says so below it
    is_ours = "Traceback" in messages and "dbt could not run" not in messages
    if exit_code == 0:
        problems.append("the build succeeded")
    elif is_ours or not any(text in messages for text in messages_of):
        problems.append(f"no clear message: {last_line(messages)}")
    if published_state(index) != before:
        problems.append("what is published changed")
    return problems


def strike_builds(
    task: Task,
    name: str,
    strike: Callable[[subprocess.Popen[str]], None],
    *,
    is_ended: bool = False,
) -> Outcome:
    """Strike builds at random moments, then start two at once, one of which must end well.

    Args:
        task: what to do.
        name: name of the scenario.
        strike: what is done to a build.
        is_ended: whether a struck build must clean up by itself.
    """
    outcome = Outcome(name)
    index = make_index(task)
    # half of it: the machine may be less busy than it was
    duration = built_seconds(index) / 2
    if not duration:
        _, messages, duration = build(index)
        outcome.runs.append(build_problems(index))
        if not published_state(index):
            outcome.runs[-1].append(f"an undisturbed build failed: {last_line(messages)}")
    latest = duration
    while outcome.counts["struck"] < task.rounds:
        before = published_state(index)
        # what a killed build left is removed by the next one
        results = set(index.build_dir.glob("run-*/project/target/run_results.json"))
        is_struck = False
        with running_build(index) as process:
            try:
                _, messages = process.communicate(timeout=task.generator.uniform(0, latest))
            except subprocess.TimeoutExpired:
                is_struck = True
                strike(process)
                # ends when the last process has closed its end: dbt holds one
                _, messages = process.communicate()
        # a build that ended before is tried again, sooner
        latest = duration if is_struck else latest / 2
        problems = build_problems(index, is_ended=is_ended)
        after = published_state(index)
        if is_ended and is_struck and after == before and INTERRUPTED not in messages:
            problems.append(f"no clear message: {last_line(messages)}")
        if "Traceback" in messages:
            problems.append(f"a traceback: {last_line(messages)}")
        outcome.counts["struck" if is_struck else "ended before"] += 1
        outcome.counts["published all the same" if after != before else "all as before"] += 1
        finished = set(index.build_dir.glob("run-*/project/target/run_results.json")) - results
        outcome.counts["left what the next run removes"] += bool(leftovers(index.build_dir))
        outcome.counts["struck after dbt had ended"] += bool(finished)
        outcome.runs.append(problems)
    outcome.runs.append(two_builds_problems(index, index))
    return outcome


def kill_builds(task: Task) -> Outcome:
    """Kill builds with everything they have started."""
    return strike_builds(
        task, "build killed", lambda process: os.killpg(process.pid, signal.SIGKILL)
    )


def kill_drivers(task: Task) -> Outcome:
    """Kill `sci build` alone; what it has started must end by itself.

    That it has ended is seen by its end of a pipe being closed. That it was not let run to its
    own end is what test_interruption.py shows.
    """
    return strike_builds(task, "driver killed", lambda process: process.kill())


def interrupt_builds(task: Task) -> Outcome:
    """Send SIGINT to everything that was started, as a terminal does, or SIGTERM to the build."""

    def strike(process: subprocess.Popen[str]) -> None:
        if task.generator.random() < 0.5:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.terminate()

    return strike_builds(task, "interrupted", strike, is_ended=True)


def refuse_builds(task: Task) -> Outcome:
    """Run builds whose input has a mistake, and after each tenth a good one."""
    outcome = Outcome("refused")
    index = make_index(task)
    outcome.runs.append(good_build_problems(index))
    for number in range(task.rounds):
        with index.with_mistake():
            outcome.runs.append(failing_build_problems(index, (FAILURE_MESSAGE,)))
        outcome.counts["refused"] += 1
        if number % 10 == 9:
            outcome.runs.append(good_build_problems(index))
            outcome.counts["good"] += 1
    return outcome


def build_two_at_once(task: Task) -> Outcome:
    """Start two builds at the same moment, again and again; one must be refused."""
    outcome = Outcome("two builds")
    first = make_index(task)
    second_dir = task.directory / "second_build"
    for number in range(task.rounds):
        build_dir = second_dir if number % 2 else first.build_dir
        second = Index(first.directory, build_dir, first.warehouse)
        outcome.runs.append(two_builds_problems(first, second))
    return outcome


def two_builds_problems(first: Index, second: Index) -> list[str]:
    """Start two builds at the same moment: one must be refused, the other publish."""
    before = published_state(first)
    with running_build(first) as one, running_build(second) as other:
        ends = [(process.communicate()[1], process.returncode) for process in (one, other)]
    problems = build_problems(first) + build_problems(second)
    refused = [text for text, code in ends if code and any(part in text for part in REFUSALS)]
    if len(refused) != 1 or sorted(code for _, code in ends) != [0, 1]:
        texts = "; ".join(f"exit code {code}, {last_line(text)}" for text, code in ends)
        problems.append(f"not one success and one refusal: {texts}")
    if published_state(first) == before:
        problems.append("nothing was published")
    return problems


def fill_build_disks(task: Task) -> Outcome:
    """Let the build directory run full.

    Raises:
        MountError: a file system of limited size cannot be mounted.
    """
    outcome = Outcome("full build disk")
    index = make_index(task)
    for mebibytes in BUILD_DISK_MEBIBYTES[: task.rounds]:
        with small_disk(task.directory / f"disk_{mebibytes}", mebibytes * 1024) as disk:
            starved = Index(index.directory, disk / "build", index.warehouse)
            outcome.runs.append(failing_build_problems(starved, (FAILURE_MESSAGE,)))
    return outcome


def forbid_writing(task: Task) -> Outcome:
    """Make the build directory, and then the directory of the published files, read-only.

    Raises:
        MountError: a read-only file system cannot be mounted.
    """
    outcome = Outcome("read-only")
    index = make_index(task)
    with small_disk(task.directory / "disk", 1024) as disk:
        (disk / "build").mkdir()
        (disk / "warehouse").mkdir()
        mount("-o", "remount,ro", disk)
        for build_dir, warehouse in (
            (disk / "build", index.warehouse),
            (index.build_dir, disk / "warehouse"),
        ):
            forbidden = Index(index.directory, build_dir, warehouse)
            outcome.runs.append(failing_build_problems(forbidden, (f"cannot write to {disk}",)))
    return outcome


# -- file systems --------------------------------------------------------------------------------


def mount(*arguments: str | Path) -> None:
    """Run `mount`.

    Raises:
        MountError: it failed, for example because it is not permitted.
    """
    try:
        subprocess.run(["mount", *arguments], check=True, capture_output=True, text=True)
    except OSError as error:
        raise MountError(f"mount cannot run: {error.strerror}") from error
    except subprocess.CalledProcessError as error:
        raise MountError(f"mount failed: {last_line(error.stderr)}") from error


@contextlib.contextmanager
def small_disk(directory: Path, kibibytes: int) -> Iterator[Path]:
    """Mount a file system of a given size at a new directory while the body runs.

    Raises:
        MountError: it cannot be mounted.
    """
    directory.mkdir()
    mount("-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", directory)
    try:
        yield directory
    finally:
        subprocess.run(["umount", directory], check=True)


def fill_disk(directory: Path, room: int) -> Path:
    """Fill a file system up to some room (bytes), and return the file that fills it."""
    ballast = directory / "ballast"
    status = os.statvfs(directory)
    ballast.write_bytes(bytes(max(0, status.f_bavail * status.f_frsize - room)))
    return ballast


# -- the campaign --------------------------------------------------------------------------------

# Each with its number of rounds in full.
SCENARIOS: dict[str, tuple[Callable[[Task], Outcome], int]] = {
    "publisher killed": (kill_publishers, 500),
    "two publishers": (publish_two_at_once, 100),
    "readers": (read_during_publications, 50),
    "full disk": (publish_on_full_disks, 1),
    "build killed": (kill_builds, 50),
    "driver killed": (kill_drivers, 50),
    "interrupted": (interrupt_builds, 30),
    "refused": (refuse_builds, 100),
    "two builds": (build_two_at_once, 6),
    "full build disk": (fill_build_disks, 3),
    "read-only": (forbid_writing, 1),
}


def run_scenarios(work_dir: Path, arguments: argparse.Namespace) -> Iterator[Outcome]:
    """Run scenarios, each in a directory of its own."""
    for number, name in enumerate(arguments.scenarios):
        scenario, rounds = SCENARIOS[name]
        directory = work_dir / str(number)
        directory.mkdir()
        generator = random.Random(f"{arguments.seed} {name}")
        try:
            task = Task(directory, math.ceil(rounds * arguments.share), generator, arguments.built)
            yield scenario(task)
        except MountError as error:
            yield Outcome(name, skipped=str(error))
        shutil.rmtree(directory)


def main() -> int:
    """Parse the command line, run the scenarios, and report; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--scenarios", nargs="+", choices=SCENARIOS, default=list(SCENARIOS), metavar="NAME"
    )
    parser.add_argument("--share", type=float, default=1.0, help="of the rounds (default: 1.0)")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments (default: 1)")
    parser.add_argument(
        "--built", type=Path, default=EXAMPLE, metavar="INDEX", help="the example after a build"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the outcomes to a file")
    arguments = parser.parse_args()
    # a shell has Ctrl-C ignored in what it starts in the background, and in all that this starts
    signal.signal(signal.SIGINT, signal.default_int_handler)
    outcomes: list[Outcome] = []
    print(f"{'scenario':<18}{'runs':>5}{'good':>6}  details")
    with tempfile.TemporaryDirectory(prefix="smart_city_index_crashes_") as work_dir:
        for outcome in run_scenarios(Path(work_dir), arguments):
            outcomes.append(outcome)
            print(
                f"{outcome.scenario:<18}{len(outcome.runs):>5}{outcome.good:>6}  {outcome.details}",
                flush=True,
            )
            for problem in (problem for problems in outcome.runs for problem in problems):
                print(f"    {problem}", flush=True)
    if arguments.json:
        text = json.dumps([vars(outcome) for outcome in outcomes], indent=2)
        arguments.json.write_text(f"{text}\n", encoding="utf-8")
    return 0 if all(outcome.good == len(outcome.runs) for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
