"""Kill, starve and disturb builds, many times, and check that what is published is never harmed.

    python -m campaigns.crashes [--kills 100] [--publishing-kills 25] [--builds 3] [--pairs 5]
                                [--seed 1] [--json FILE]

Everything happens in temporary copies of the project, each with published files that are good:

    kill           SIGKILL of a whole build at a random moment
    kill, publish  the same, at a random moment between the start of the export and the end
    readers        a reader opens the published file again and again while builds publish
    full disk      the build directory, or the directory of the published files, runs full
    read-only      one of the two directories cannot be written
    two at once    two builds start together

A run is good if nothing is wrong with what is published afterwards and, for builds that fail, if a
message says so. The exit code is 1 if a run is not good. Full disks and read-only directories need
the right to mount (root on Linux); without it these scenarios are skipped, and the table says so.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
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
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb
from tests.python.conftest import DATABASE_NAME, copy_project
from tests.python.dbt_build import RunError
from tests.python.few_draws import use_few_draws

MEBIBYTE = 2**20
# Each too small for a build and the copies of its marts.
BUILD_DISK_MEBIBYTES = (4, 14, 24)
WAREHOUSE_DISK_MEBIBYTES = 64
# Room for nothing, and for the Parquet files but not for the DuckDB file.
WAREHOUSE_ROOM = {"no room": 0, "room for Parquet only": 2 * MEBIBYTE}
REFUSAL = "another build is running"
FAILURE_MESSAGE = "Nothing was published"
POLL_SECONDS = 0.001
STAGED_FILES = "*.publishing"


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
        return ", ".join(f"{count} {name}" for name, count in self.counts.items())


@dataclass(frozen=True)
class Project:
    """A copy of the project with published files.

    Attributes:
        directory: the copy.
        build_dir: directory of the unpublished build.
        warehouse_dir: directory of the published files.
    """

    directory: Path
    build_dir: Path
    warehouse_dir: Path

    @property
    def database(self) -> Path:
        """The published DuckDB file."""
        return self.warehouse_dir / DATABASE_NAME


def copy_published(origin: Path, target: Path) -> Project:
    """Copy a project, published files included, into a directory that does not exist yet."""
    shutil.copytree(origin, target, ignore=shutil.ignore_patterns("build", "logs"))
    return Project(target, target / "build", target / "warehouse")


@contextlib.contextmanager
def running_build(project: Project) -> Iterator[subprocess.Popen[str]]:
    """Start `sci build` as leader of a process group; kill what is left of it at the end."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "smart_city_index.cli", "build"),
            *("--project-dir", project.directory),
            *("--build-dir", project.build_dir),
            *("--warehouse-dir", project.warehouse_dir),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            kill_group(process)


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a build with everything it has started, and wait until all of it has ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def run_build(project: Project) -> tuple[int, str]:
    """Run one build to its end and return its exit code and its messages."""
    with running_build(project) as process:
        _, messages = process.communicate()
        return process.returncode, messages


def wait_for_export(project: Project, process: subprocess.Popen[str], started: int) -> None:
    """Wait until a build writes its export directory, or ends.

    Args:
        project: the project that is built.
        process: the build.
        started: when it was started, in nanoseconds; an older directory is a leftover.
    """
    export_dir = project.build_dir / "export"
    while process.poll() is None:
        with contextlib.suppress(FileNotFoundError):
            if export_dir.stat().st_mtime_ns > started:
                return
        time.sleep(POLL_SECONDS)


def measure_build(project: Project) -> tuple[float, float]:
    """Run one undisturbed build.

    Returns:
        Seconds until it writes its export directory, and seconds until it has ended.

    Raises:
        RunError: the build failed.
    """
    started, started_ns = time.monotonic(), time.time_ns()
    with running_build(project) as process:
        wait_for_export(project, process, started_ns)
        until_export = time.monotonic() - started
        _, messages = process.communicate()
        if process.returncode != 0:
            raise RunError(f"an undisturbed build failed:\n{messages}")
    return until_export, time.monotonic() - started


def file_hashes(directory: Path) -> dict[str, str]:
    """Return the SHA-256 of every published file by path relative to the directory."""
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and not path.match(STAGED_FILES)
    }


def changed_files(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the names of the files that are new, gone, or other than before."""
    return sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )


def leftovers(project: Project) -> list[str]:
    """Return the names of what a build that has ended well must not leave behind."""
    paths = [
        *project.build_dir.glob(f"{DATABASE_NAME}*"),
        *project.build_dir.glob("export"),
        *project.warehouse_dir.rglob(STAGED_FILES),
    ]
    return sorted(path.name for path in paths)


def single_value(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return the one number that a query yields."""
    ((value,),) = connection.execute(query).fetchall()
    return int(value)


def read_database(connection: duckdb.DuckDBPyConnection) -> tuple[list[str], set[datetime]]:
    """Compare every mart's row count with meta_build.

    Returns:
        What is wrong, and the build times that meta_build names.

    Raises:
        duckdb.Error: the file cannot be read.
    """
    rows = connection.execute("select mart_name, row_count, built_at from meta_build").fetchall()
    expected = {mart: row_count for mart, row_count, _ in rows}
    built_at = {time_of_mart for *_, time_of_mart in rows}
    found = {
        mart: single_value(connection, f'select count(*) from "{mart}"')
        for mart in table_names(connection)
        if mart != "meta_build"
    }
    problems = []
    if found != expected:
        problems.append(f"row counts are {found}, according to meta_build {expected}")
    if len(built_at) != 1:
        problems.append(f"meta_build names {len(built_at)} build times")
    return problems, built_at


def table_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the names of the tables of a published file."""
    rows = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
    return [name for (name,) in rows]


def parquet_problems(connection: duckdb.DuckDBPyConnection, parquet_dir: Path) -> list[str]:
    """Compare every Parquet file with its mart, row by row; meta_build by its row count.

    Raises:
        duckdb.Error: a file cannot be read.
    """
    marts = table_names(connection)
    found = sorted(path.stem for path in parquet_dir.glob("*.parquet"))
    if found != marts:
        return [f"the Parquet files are {found}, the marts {marts}"]
    problems = []
    for mart in marts:
        copy = f"read_parquet('{parquet_dir / mart}.parquet')"
        if mart == "meta_build":
            # Of two builds whose files are published one by one, one may be older.
            query = (
                f"select abs((select count(*) from {mart}) - count(*))"
                f" + count(distinct built_at) - 1 from {copy}"
            )
        else:
            query = (
                f'select count(*) from ((from "{mart}" except all from {copy})'
                f' union all (from {copy} except all from "{mart}"))'
            )
        differences = single_value(connection, query)
        if differences:
            problems.append(f"{mart}.parquet differs from its mart in {differences} rows")
    return problems


def inspect(project: Project) -> tuple[list[str], set[datetime]]:
    """Open everything that is published.

    Returns:
        What is wrong, and the build times that the DuckDB file names.
    """
    try:
        with duckdb.connect(str(project.database), read_only=True) as connection:
            problems, built_at = read_database(connection)
            problems += parquet_problems(connection, project.warehouse_dir / "parquet")
    except duckdb.Error as error:
        return [f"what is published cannot be read: {error}"], set()
    if project.database.with_name(f"{DATABASE_NAME}.wal").exists():
        problems.append("the published file has a write-ahead log")
    return problems, built_at


def good_build_problems(project: Project) -> list[str]:
    """Run one undisturbed build and return what is wrong afterwards, leftovers included."""
    exit_code, messages = run_build(project)
    problems, _ = inspect(project)
    if exit_code != 0:
        problems.append(f"an undisturbed build failed: {last_line(messages)}")
    if leftovers(project):
        problems.append(f"an undisturbed build left behind {leftovers(project)}")
    return problems


def last_line(text: str) -> str:
    """Return the last line of a text that is not empty, or an empty text."""
    return next((line for line in reversed(text.splitlines()) if line.strip()), "")


def killed_build_problems(
    project: Project, delay: float, from_export: bool, counts: Counter[str]
) -> list[str]:
    """Kill a build and return what is wrong with what is published.

    Args:
        project: the project to build.
        delay: seconds to wait before the kill.
        from_export: count them from the start of the export, not from the start of the build.
        counts: what was found is counted here.
    """
    hashes, (_, built_at) = file_hashes(project.warehouse_dir), inspect(project)
    problems = []
    started = time.time_ns()
    with running_build(project) as process:
        if from_export:
            wait_for_export(project, process, started)
        try:
            _, messages = process.communicate(timeout=delay)
        except subprocess.TimeoutExpired:
            kill_group(process)
            counts["killed"] += 1
        else:
            counts["ended before the kill"] += 1
            if process.returncode != 0:
                problems.append(f"the build failed by itself: {last_line(messages)}")
    changed = changed_files(hashes, file_hashes(project.warehouse_dir))
    found_problems, built_at_after = inspect(project)
    problems += found_problems
    if (built_at_after != built_at) != (DATABASE_NAME in changed):
        problems.append("the build time changed without the file, or the file without it")
    if built_at and built_at_after and min(built_at_after) < max(built_at):
        problems.append("the published file became older")
    counts["with every file old"] += not changed
    counts["with the DuckDB file new"] += DATABASE_NAME in changed
    counts["with only Parquet files new"] += bool(changed) and DATABASE_NAME not in changed
    counts["with leftovers"] += bool(leftovers(project))
    return problems


def kill_builds(
    project: Project, kills: int, from_export: bool, generator: random.Random
) -> Outcome:
    """Kill builds at random moments, then let one build end.

    Args:
        project: the project to build.
        kills: number of builds to kill.
        from_export: kill only after the start of the export.
        generator: source of the moments.

    Raises:
        RunError: the undisturbed build that is measured first failed.
    """
    outcome = Outcome("kill, publish" if from_export else "kill")
    until_export, until_end = measure_build(project)
    longest_delay = until_end - until_export if from_export else until_end
    for _ in range(kills):
        delay = generator.uniform(0, longest_delay)
        outcome.runs.append(killed_build_problems(project, delay, from_export, outcome.counts))
    outcome.runs.append(good_build_problems(project))
    outcome.counts["build afterwards"] += 1
    return outcome


def read_until(database: Path, stop: Event, results: SimpleQueue[object]) -> None:
    """Open, check and close the published file again and again; runs in a process of its own.

    Args:
        database: the published file.
        stop: set when enough was read; one more read follows.
        results: takes the numbers of reads, errors and mixes, the build times, and what is wrong.
    """
    counts = Counter({"reads": 0, "errors": 0, "mixes": 0})
    versions: set[datetime] = set()
    findings: list[str] = []
    last = False
    while not last:
        last = stop.is_set()
        counts["reads"] += 1
        try:
            with duckdb.connect(str(database), read_only=True) as connection:
                problems, built_at = read_database(connection)
        except duckdb.Error as error:
            counts["errors"] += 1
            findings.append(str(error))
        else:
            counts["mixes"] += bool(problems)
            findings += problems
            versions |= built_at
    results.put((counts, versions, findings))


def read_during_builds(project: Project, builds: int) -> Outcome:
    """Let a reader loop over the published file while builds run; one run per build.

    Args:
        project: the project to build.
        builds: number of builds.
    """
    context = get_context("spawn")
    stop, results = context.Event(), context.SimpleQueue()
    reader = context.Process(target=read_until, args=(project.database, stop, results))
    reader.start()
    outcome = Outcome("readers")
    try:
        outcome.runs += [good_build_problems(project) for _ in range(builds)]
    finally:
        stop.set()
    counts, versions, findings = results.get()
    reader.join()
    outcome.counts.update({**counts, "versions seen": len(versions)})
    outcome.runs[-1] += sorted(set(findings))
    if len(versions) != builds + 1:
        outcome.runs[-1].append(f"the reader saw {len(versions)} versions, not {builds + 1}")
    return outcome


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
def small_disk(directory: Path, mebibytes: int) -> Iterator[Path]:
    """Mount a file system of a given size at a new directory while the body runs.

    Raises:
        MountError: it cannot be mounted.
    """
    directory.mkdir()
    mount("-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", directory)
    try:
        yield directory
    finally:
        subprocess.run(["umount", directory], check=True)


def failing_build_problems(project: Project) -> list[str]:
    """Run a build that must fail; return what is wrong with its message and what is published."""
    hashes = file_hashes(project.warehouse_dir)
    exit_code, messages = run_build(project)
    problems, _ = inspect(project)
    if exit_code == 0:
        problems.append("the build succeeded")
    elif "Traceback" in messages:
        problems.append(f"a traceback instead of a message: {last_line(messages)}")
    elif FAILURE_MESSAGE not in messages:
        problems.append(f"no clear message: {last_line(messages)}")
    changed = changed_files(hashes, file_hashes(project.warehouse_dir))
    if changed:
        problems.append(f"published files changed: {', '.join(changed)}")
    staged = [path.name for path in project.warehouse_dir.rglob(STAGED_FILES)]
    if staged:
        problems.append(f"left behind beside the published files: {', '.join(staged)}")
    return problems


def labelled(label: str, problems: list[str]) -> list[str]:
    """Put a label before each problem."""
    return [f"{label}: {problem}" for problem in problems]


def fill_disk(directory: Path, room: int) -> Path:
    """Fill a file system up to some room and return the file that fills it.

    Args:
        directory: where the file system is mounted.
        room: bytes to leave free.
    """
    ballast = directory / "ballast"
    status = os.statvfs(directory)
    ballast.write_bytes(bytes(status.f_bavail * status.f_frsize - room))
    return ballast


def fill_disks(project: Project) -> Outcome:
    """Let the build directory and the directory of the published files run full.

    Raises:
        MountError: a file system of limited size cannot be mounted.
    """
    outcome = Outcome("full disk")
    for mebibytes in BUILD_DISK_MEBIBYTES:
        with small_disk(project.directory / f"build_disk_{mebibytes}", mebibytes) as disk:
            starved = Project(project.directory, disk / "build", project.warehouse_dir)
            problems = failing_build_problems(starved)
        outcome.runs.append(labelled(f"build directory of {mebibytes} MiB", problems))
        outcome.counts["full build directories"] += 1
    with small_disk(project.directory / "disk", WAREHOUSE_DISK_MEBIBYTES) as disk:
        warehouse_dir = disk / "warehouse"
        shutil.copytree(project.warehouse_dir, warehouse_dir)
        starved = Project(project.directory, project.build_dir, warehouse_dir)
        for label, room in WAREHOUSE_ROOM.items():
            ballast = fill_disk(disk, room)
            outcome.runs.append(labelled(label, failing_build_problems(starved)))
            outcome.counts["full warehouse directories"] += 1
            ballast.unlink()
        outcome.runs.append(good_build_problems(starved))
        outcome.counts["build afterwards"] += 1
    return outcome


def forbid_writing(project: Project) -> Outcome:
    """Make the build directory, and then the directory of the published files, read-only.

    Raises:
        MountError: a read-only file system cannot be mounted.
    """
    outcome = Outcome("read-only")
    with small_disk(project.directory / "disk", WAREHOUSE_DISK_MEBIBYTES) as disk:
        shutil.copytree(project.warehouse_dir, disk / "warehouse")
        (disk / "build").mkdir()
        mount("-o", "remount,ro", disk)
        directories = {
            "read-only build directory": (disk / "build", project.warehouse_dir),
            "read-only warehouse directory": (project.build_dir, disk / "warehouse"),
        }
        for label, (build_dir, warehouse_dir) in directories.items():
            problems = failing_build_problems(Project(project.directory, build_dir, warehouse_dir))
            outcome.runs.append(labelled(label, problems))
            outcome.counts[label] += 1
    return outcome


def build_two_at_once(project: Project, pairs: int) -> Outcome:
    """Start two builds at the same moment, again and again; one must be refused.

    Args:
        project: the project to build.
        pairs: how often.
    """
    outcome = Outcome("two at once")
    for _ in range(pairs):
        with running_build(project) as first, running_build(project) as second:
            builds = [(process.communicate()[1], process.returncode) for process in (first, second)]
        problems, _ = inspect(project)
        succeeded = [messages for messages, exit_code in builds if exit_code == 0]
        refused = [
            messages
            for messages, exit_code in builds
            if exit_code != 0 and REFUSAL in messages and "Traceback" not in messages
        ]
        outcome.counts["succeeded"] += len(succeeded)
        outcome.counts["refused"] += len(refused)
        if len(succeeded) != 1 or len(refused) != 1:
            endings = [f"exit code {code}, {last_line(messages)}" for messages, code in builds]
            problems.append(f"not one success and one refusal: {'; '.join(endings)}")
        if leftovers(project):
            problems.append(f"left behind: {leftovers(project)}")
        outcome.runs.append(problems)
    return outcome


def run_scenarios(work_dir: Path, arguments: argparse.Namespace) -> Iterator[Outcome]:
    """Run every scenario in a copy of the project of its own.

    Args:
        work_dir: directory for the copies.
        arguments: the command line.

    Raises:
        RunError: an undisturbed build failed.
    """
    origin = work_dir / "origin"
    use_few_draws(copy_project(origin))
    measure_build(Project(origin, origin / "build", origin / "warehouse"))
    generator = random.Random(arguments.seed)
    scenarios: dict[str, Callable[[Project], Outcome]] = {
        "kill": lambda project: kill_builds(project, arguments.kills, False, generator),
        "kill, publish": lambda project: kill_builds(
            project, arguments.publishing_kills, True, generator
        ),
        "readers": lambda project: read_during_builds(project, arguments.builds),
        "full disk": fill_disks,
        "read-only": forbid_writing,
        "two at once": lambda project: build_two_at_once(project, arguments.pairs),
    }
    for number, (name, scenario) in enumerate(scenarios.items()):
        try:
            yield scenario(copy_published(origin, work_dir / f"project_{number}"))
        except MountError as error:
            yield Outcome(name, skipped=str(error))


def report_line(scenario: str, runs: str | int, good: str | int, details: str) -> str:
    """Return one line of the table."""
    return f"{scenario:<15}{runs:>5}{good:>6}  {details}"


def main() -> int:
    """Parse the command line, run the scenarios, and report; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    numbers = {
        "--kills": (100, "builds to kill"),
        "--publishing-kills": (25, "builds to kill between export and end"),
        "--builds": (3, "builds with a reader"),
        "--pairs": (5, "pairs of builds at once"),
    }
    for option, (default, meaning) in numbers.items():
        text = f"{meaning} (default: {default})"
        parser.add_argument(option, type=int, default=default, metavar="NUMBER", help=text)
    parser.add_argument("--seed", type=int, default=1, help="of the random moments (default: 1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the outcomes to a file")
    arguments = parser.parse_args()
    outcomes: list[Outcome] = []
    print(report_line("scenario", "runs", "good", "details"))
    with tempfile.TemporaryDirectory(prefix="smart_city_index_crashes_") as work_dir:
        try:
            for outcome in run_scenarios(Path(work_dir), arguments):
                outcomes.append(outcome)
                line = report_line(
                    outcome.scenario, len(outcome.runs), outcome.good, outcome.details
                )
                print(line, flush=True)
                for problem in (problem for problems in outcome.runs for problem in problems):
                    print(f"    {problem}", flush=True)
        except RunError as error:
            print(error, file=sys.stderr)
            return 1
    if arguments.json:
        text = json.dumps([vars(outcome) for outcome in outcomes], indent=2)
        arguments.json.write_text(f"{text}\n", encoding="utf-8")
    return 0 if all(outcome.good == len(outcome.runs) for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
