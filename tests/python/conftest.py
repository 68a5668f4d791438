"""Shared fixtures: the project, copied away from the working tree and built once per session.

What takes long is built by one of pytest's worker processes for all of them (`built_once`).
"""

from __future__ import annotations

import contextlib
import csv
import functools
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from smart_city_index import cli
from tests.python.few_draws import COMPARED_DRAWS, COMPARED_SAMPLES, use_few_draws
from tests.python.pages import indented_block, read_page

PROJECT_ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = PROJECT_ROOT / "examples" / "simulated_regions"
SIMULATED_FIELD = PROJECT_ROOT / "examples" / "simulated_field"
PROJECT_NAME = "smart_city_index"
# Views store the name of their catalogue, which is the name of the file.
DATABASE_NAME = f"{PROJECT_NAME}.duckdb"
# As .ci/run has it: what dbt has read of one copy then serves every copy.
os.environ.setdefault("SMART_CITY_INDEX_DB", f"build/{DATABASE_NAME}")
PROJECT_PARTS = (
    "dbt_project.yml",
    "profiles.yml",
    "selectors.yml",
    "models",
    "seeds",
    "macros",
    "tests",
    "analyses",
    "docs",
    # what dbt has parsed already, if there was a build: a third of what a start of dbt takes
    "target/partial_parse.msgpack",
)

# The categories of the Smart City Index, by their names.
CATEGORIES = (
    "administration",
    "energy_environment",
    "it_communication",
    "mobility",
    "society_education",
)

# Options of `dbt build`: dbt's unit tests run in what built_project builds.
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
# The models alone.
WITHOUT_TESTS = ("--exclude-resource-type", "test", "unit_test")

Node = dict[str, Any]


@dataclass(frozen=True)
class BuiltProject:
    """A copy of the project after `dbt build`.

    Attributes:
        project_dir: the copy.
        database: the DuckDB file that was built.
        manifest: target/manifest.json.
        run_results: target/run_results.json.
    """

    project_dir: Path
    database: Path
    manifest: dict[str, Any]
    run_results: dict[str, Any]

    def nodes(self, resource_type: str) -> dict[str, Node]:
        """Return the nodes of a type (seed, model or test) by name."""
        return {
            node["name"]: node
            for node in self.manifest["nodes"].values()
            if node["resource_type"] == resource_type
        }

    def compiled_code(self, resource_type: str) -> dict[str, str]:
        """Return the SQL that was run for the nodes of a type (model or test) by name."""
        by_id = {
            result["unique_id"]: result["compiled_code"] for result in self.run_results["results"]
        }
        return {name: by_id[node["unique_id"]] for name, node in self.nodes(resource_type).items()}


class Differences:
    """Largest differences between the project's figures and independently computed ones."""

    def __init__(self) -> None:
        self.largest: dict[str, tuple[float, float]] = {}

    def note(self, check: str, difference: float, limit: float) -> None:
        """Keep a difference if it is the largest of its check so far (arguments as for `add`)."""
        largest, _ = self.largest.get(check, (0.0, limit))
        self.largest[check] = (max(largest, float(difference)), limit)

    def add(self, check: str, difference: float, limit: float) -> None:
        """Note a difference, and fail if it is above the limit.

        Args:
            check: what is compared, with its unit.
            difference: absolute difference, 0 or more.
            limit: greatest difference allowed.
        """
        self.note(check, difference, limit)
        assert difference <= limit, f"{check}: {difference} > {limit}"


DIFFERENCES = Differences()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the campaigns: they take longest, and the other process runs the rest."""
    items.sort(key=lambda item: item.path.name != "test_campaigns.py")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the differences of a worker process over to the one that reports."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["differences"] = DIFFERENCES.largest


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over the differences of a worker process."""
    for check, (difference, limit) in (
        getattr(node, "workeroutput", {}).get("differences", {}).items()
    ):
        DIFFERENCES.note(check, difference, limit)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the largest difference of every independent check."""
    if DIFFERENCES.largest:
        terminalreporter.section("largest differences to independent computations")
        for check, (difference, limit) in DIFFERENCES.largest.items():
            terminalreporter.write_line(f"{check:<45} {difference:8.1e}  (limit {limit:.0e})")


@dataclass(frozen=True)
class Warehouse:
    """A copy of the project whose files are published.

    Attributes:
        project_dir: the copy.
        directory: its directory of published files.
        database: the published DuckDB file.
    """

    project_dir: Path
    directory: Path
    database: Path


@dataclass(frozen=True)
class InstalledWheel:
    """The wheel in an environment of its own, and the index folder that it writes, built by it.

    Attributes:
        home: a folder outside the repository with the environment and the index folder in it.
        outputs: what the commands printed, by their subcommand.
        environment: variables for a process that knows nothing of the repository.
    """

    home: Path
    outputs: dict[str, str]
    environment: dict[str, str]

    @property
    def binaries(self) -> Path:
        """Return the folder of the environment's commands."""
        return self.home / "env" / ("Scripts" if os.name == "nt" else "bin")

    def run(self, command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command line with the commands of the environment.

        Args:
            command: for a shell.
            cwd: where to run it, the home if not given.
        """
        return subprocess.run(
            ["bash", "-c", command],
            cwd=cwd or self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@dataclass(frozen=True)
class OwnIndex:
    """A built copy of the example.

    Attributes:
        index_dir: the index folder.
        database: the published DuckDB file.
    """

    index_dir: Path
    database: Path


def read_seed(name: str) -> list[dict[str, str]]:
    """Return the rows of a seed file, named relative to seeds/, as texts."""
    with (PROJECT_ROOT / "seeds" / name).open(encoding="utf-8", newline="") as seed_file:
        return list(csv.DictReader(seed_file))


def copy_project(target: Path) -> Path:
    """Copy what dbt reads into a directory.

    Args:
        target: directory of the copy; must not exist yet.

    Returns:
        The directory.
    """
    (target / "build").mkdir(parents=True)
    for part in PROJECT_PARTS:
        source = PROJECT_ROOT / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target / part, ignore=ignored)
        elif source.exists():
            (target / part).parent.mkdir(exist_ok=True)
            shutil.copyfile(source, target / part)
    return target


def run_dbt(project_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run dbt on a copy of the project, into the copy's own build/smart_city_index.duckdb.

    Args:
        project_dir: the copy.
        arguments: command and options of dbt.

    Returns:
        The ended process with its output; the exit code is not checked.
    """
    return subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            *arguments,
            "--profiles-dir",
            project_dir,
            # its output says enough
            "--log-level-file",
            "none",
        ],
        cwd=project_dir,
        capture_output=True,
        text=True,
        check=False,
    )


def run_sci(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the package.

    Args:
        arguments: subcommand and options.
        cwd: directory to run it in.

    Returns:
        The ended process with its output; the exit code is not checked.
    """
    return subprocess.run(
        [sys.executable, "-m", "smart_city_index.cli", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def run_build(project_dir: Path) -> subprocess.CompletedProcess[str]:
    """Build a copy of the project: check, build, test, publish.

    Args:
        project_dir: the copy.

    Returns:
        The ended process with its output; the exit code is not checked.
    """
    return run_sci("build", "--project-dir", project_dir, cwd=project_dir)


def copy_example(index_dir: Path) -> None:
    """Copy the example; what someone has built in it is left out."""
    shutil.copytree(EXAMPLE, index_dir, ignore=shutil.ignore_patterns("build", "warehouse"))


def run_index_build(index_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Build an index folder, from the folder above it.

    Args:
        index_dir: the index folder.
        arguments: further options.

    Returns:
        The ended process with its output; the exit code is not checked.
    """
    return run_sci("build", "--index", index_dir.name, *arguments, cwd=index_dir.parent)


def built_index(index_dir: Path) -> OwnIndex:
    """Build an index folder, which must succeed."""
    completed = run_index_build(index_dir)
    assert completed.returncode == 0, f"{completed.stdout}\n{completed.stderr}"
    return OwnIndex(index_dir, index_dir / "warehouse" / f"{index_dir.name}.duckdb")


@pytest.fixture
def differences() -> Differences:
    """Return the collection of differences that is printed at the end."""
    return DIFFERENCES


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """Return a directory that one worker process fills for all of them.

    Args:
        factory: pytest's source of temporary directories.
        name: name of the directory.
        build: fills the directory, which is there and empty.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # below it each worker has a directory of its own
        base = base.parent
    directory, ready = base / f"shared_{name}", base / f"shared_{name}.ready"
    with FileLock(f"{directory}.lock"):
        if not ready.exists():
            # what a failed attempt of another worker has left
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
            build(directory)
            ready.touch()
    return directory


def built_by_dbt(project_dir: Path, *options: str) -> None:
    """Build a copy of the project with dbt, which must succeed."""
    completed = run_dbt(project_dir, "build", *options)
    if completed.returncode != 0:
        pytest.fail(f"dbt build failed:\n{completed.stdout}\n{completed.stderr}")


@pytest.fixture(scope="session")
def published_warehouse(
    tmp_path_factory: pytest.TempPathFactory, built_project: BuiltProject
) -> Warehouse:
    """Return a project published once: the other steps of `sci build` take what dbt has built.

    Each worker process has a copy of its own, to edit and to build again; a test that edits it puts
    everything back. Whole builds are what test_build_safety.py and the example show.
    """

    def take_built(database: Path, *_: object) -> list[Node]:
        shutil.copyfile(built_project.database, database)
        return list(built_project.run_results["results"])

    def publish(directory: Path) -> None:
        project_dir = shutil.copytree(built_project.project_dir, directory / "project")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("smart_city_index.build.run_dbt_build", take_built)
            assert cli.main(["build", "--project-dir", str(project_dir)]) == 0

    shared = built_once(tmp_path_factory, "published", publish)
    project_dir = tmp_path_factory.mktemp("published") / "project"
    shutil.copytree(shared / "project", project_dir)
    directory = project_dir / "warehouse"
    return Warehouse(project_dir, directory, directory / DATABASE_NAME)


@contextlib.contextmanager
def rolled_back(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Undo every change that the body makes in the database."""
    connection.execute("begin")
    try:
        yield
    finally:
        connection.execute("rollback")


@pytest.fixture(scope="session")
def built_project(tmp_path_factory: pytest.TempPathFactory) -> BuiltProject:
    """Return the project, built once for all tests; tests must not change its files.

    This is the build that runs all unit tests of dbt. Other builds leave them out, and so does
    another engine, with which test_determinism.py runs their SQL. It draws few weights;
    `make build` draws all of them.
    """

    def build(directory: Path) -> None:
        project_dir = copy_project(directory / "project")
        use_few_draws(project_dir)
        is_other_engine = ".drivers" in Path(duckdb.__file__).parts
        built_by_dbt(project_dir, *(WITHOUT_UNIT_TESTS if is_other_engine else ()))

    return read_built(built_once(tmp_path_factory, "built", build) / "project")


def read_built(project_dir: Path) -> BuiltProject:
    """Return a project that dbt has built."""
    target = project_dir / "target"
    return BuiltProject(
        project_dir=project_dir,
        database=project_dir / "build" / DATABASE_NAME,
        manifest=json.loads((target / "manifest.json").read_text(encoding="utf-8")),
        run_results=json.loads((target / "run_results.json").read_text(encoding="utf-8")),
    )


@pytest.fixture(scope="session")
def simulated_field(
    tmp_path_factory: pytest.TempPathFactory, built_project: BuiltProject
) -> BuiltProject:
    """Return the example whose field is complete, built once; tests must not change its files.

    It is built by dbt's SQL, whose manifest and results are those of `built_project`, with fewer
    draws: each of them is recomputed.
    """
    # which imports this file
    from tests.python.dbt_build import built_by_the_same_sql

    def build(directory: Path) -> None:
        built_by_the_same_sql(
            built_project,
            SIMULATED_FIELD,
            directory / "project",
            lambda project_dir: use_few_draws(project_dir, COMPARED_DRAWS, COMPARED_SAMPLES),
        )

    project_dir = built_once(tmp_path_factory, "simulated_field", build) / "project"
    database = project_dir / "build" / DATABASE_NAME
    return replace(built_project, project_dir=project_dir, database=database)


@pytest.fixture(scope="session")
def own_index(tmp_path_factory: pytest.TempPathFactory) -> OwnIndex:
    """Return the example, built once; tests must not change it."""

    def build(directory: Path) -> None:
        copy_example(directory / "regions")
        built_index(directory / "regions")

    index_dir = built_once(tmp_path_factory, "own_index", build) / "regions"
    return OwnIndex(index_dir, index_dir / "warehouse" / "regions.duckdb")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> InstalledWheel:
    """Return the installed wheel with the index that it made, built once; tests must not change it.

    The packages that it needs are those of this environment. Neither what is installed nor the home
    directory may be written to.
    """
    shared = built_once(tmp_path_factory, "wheel", install_wheel)
    outputs = json.loads((shared / "outputs.json").read_text(encoding="utf-8"))
    return installed_wheel(shared / "Büro 1", outputs)


def installed_wheel(home: Path, outputs: dict[str, str]) -> InstalledWheel:
    """Return the wheel that is, or is to be, installed below a folder."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    # dbt, which the commands of the page name, is where its package is
    path = os.pathsep.join([kept.get("PATH", ""), str(Path(sys.executable).parent)])
    own = {"PATH": path, "HOME": str(home.parent / "nobody"), "PYTHONDONTWRITEBYTECODE": "1"}
    return InstalledWheel(home, outputs, {**kept, **own})


def install_wheel(directory: Path) -> None:
    """Install the wheel without a network, and make and build an index with it."""
    home = directory / "Büro 1"
    python = [sys.executable, "-m"]
    run = functools.partial(subprocess.run, check=True, capture_output=True, cwd=PROJECT_ROOT)
    run([*python, "hatchling", "build", "--target", "wheel", "--directory", directory])
    (built,) = directory.glob("*.whl")
    run([*python, "venv", "--without-pip", home / "env"])
    wheel = installed_wheel(home, {})
    interpreter = wheel.binaries / "python"
    run([*python, "pip", "--python", interpreter, "install", "--no-index", "--no-deps", built])
    # the packages that the wheel needs; a file there does not bring the repository along
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home / "env")}))
    (site / "packages.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    before = content_of(site)
    (directory / "nobody").mkdir(mode=0o555)
    set_writable(site, writable=False)
    try:
        page = read_page("your_own_index.md")
        for line in indented_block(page, "python3 -m venv env").splitlines():
            if line.startswith("env/bin/sci"):
                completed = wheel.run(line)
                printed = f"{completed.stdout}\n{completed.stderr}"
                assert completed.returncode == 0, f"{line}\n{printed}"
                wheel.outputs[line.split()[1]] = completed.stdout
    finally:
        set_writable(site, writable=True)
    # who is root could have written
    assert content_of(site) == before
    assert not any((directory / "nobody").iterdir())
    assert sorted(path.name for path in home.iterdir()) == ["env", "my_index"]
    (directory / "outputs.json").write_text(json.dumps(wheel.outputs), encoding="utf-8")


def content_of(directory: Path) -> dict[str, int]:
    """Return the files below a directory, with the time when each was last changed."""
    return {
        path.relative_to(directory).as_posix(): path.stat().st_mtime_ns
        for path in directory.rglob("*")
    }


def set_writable(directory: Path, *, writable: bool) -> None:
    """Allow or forbid to write a directory and everything below it."""
    for path in (directory, *directory.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200 if writable else path.stat().st_mode & ~0o222)


@pytest.fixture
def scratch_project(tmp_path: Path) -> Callable[[], Path]:
    """Return a function that makes a fresh copy of the project, not built, to be edited.

    The copies draw few weights: what they are for does not depend on the number of draws.
    """
    copies: list[Path] = []

    def make_copy() -> Path:
        copies.append(copy_project(tmp_path / f"project_{len(copies)}"))
        use_few_draws(copies[-1])
        return copies[-1]

    return make_copy
