"""Check the input of an index: the files of this repository's seeds, or of an index folder."""

from __future__ import annotations

import argparse
import contextlib
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import PROJECT_DIR, UserError, home_dir
from .declarations import LOCATIONS, declared_seeds, project_vars
from .directories import fresh_directory, held_lock
from .gate import InputGate, SourceFile, own_seed_files
from .index_folder import (
    IndexFolder,
    IndexFolderError,
    check_folder,
    location_files,
    read_index_folder,
)
from .reader import FileError, Finding

FINDINGS_FILE = "findings.csv"
LOCK = ".build.lock"
RUN = "run"


class InputError(UserError):
    """The input or the build directory cannot be used; the message is for who started it.

    Attributes:
        findings: what the gate shows of its findings.
    """

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = findings


@dataclass(frozen=True)
class Request:
    """What is to be checked or built.

    Attributes:
        project_dir: the dbt project with models, macros and tests.
        index_dir: folder of an index to compute instead of the project's own seeds.
        locations: absolute paths or patterns of files from outside that the command line gives, by
            name of the seed whose rows they add to.
        build_dir: directory to work in.
        warehouse_dir: directory of the published files.
    """

    project_dir: Path
    index_dir: Path | None
    locations: dict[str, str]
    build_dir: Path
    warehouse_dir: Path


@dataclass
class CheckedInput:
    """Input without findings.

    Attributes:
        gate: what was read, still open.
        folder: the index folder, if there is one.
        external: names of the seeds that files from outside add rows to.
    """

    gate: InputGate
    folder: IndexFolder | None
    external: list[str] = field(default_factory=list)

    def settings(self) -> dict[str, Any]:
        """Return the vars that the index sets, and those that follow from its trees."""
        if self.folder is None:
            return {}
        return (
            {"league_table_categories": categories(self.gate, below_root=True)}
            | self.folder.settings
            | {"framework_levels": category_levels(self.gate)}
        )

    def notes(self) -> list[str]:
        """Return what is no error, but hardly meant, a sentence each."""
        return zero_notes(self.gate)


def add_input_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is checked or built, and where."""
    group = parser.add_argument_group("the index")
    group.add_argument(
        "--index",
        type=named_path,
        metavar="DIR",
        help="index folder; sci new-index makes one",
    )
    group.add_argument(
        "--project-dir",
        type=Path,
        default=PROJECT_DIR,
        metavar="DIR",
        help="dbt project with the models; default: that of this package",
    )
    group.add_argument("--build-dir", type=Path, metavar="DIR", help="default: build/ of the index")
    group.add_argument(
        "--warehouse-dir", type=Path, metavar="DIR", help="default: warehouse/ of the index"
    )
    for location in LOCATIONS.values():
        group.add_argument(
            f"--{location.replace('_', '-')}",
            metavar="PATH",
            help=f"CSV or Parquet file or pattern, goes before {location} of index.yml",
        )


def named_path(text: str) -> Path:
    """Return a path of the command line; an empty one, as of an unset variable, is an error."""
    if not text:
        raise argparse.ArgumentTypeError("must name a folder")
    return Path(text)


def request_of(arguments: argparse.Namespace) -> Request:
    """Return what the options of `add_input_arguments` ask for.

    Raises:
        UserError: there is nothing that it could be about.
    """
    project_dir = arguments.project_dir.resolve()
    home = home_dir(arguments.index, project_dir)
    return Request(
        project_dir=project_dir,
        index_dir=arguments.index,
        locations={
            name: str(Path.cwd() / getattr(arguments, location))
            for name, location in LOCATIONS.items()
            if getattr(arguments, location)
        },
        build_dir=(arguments.build_dir or home / "build").absolute(),
        warehouse_dir=(arguments.warehouse_dir or home / "warehouse").absolute(),
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sci check`."""
    add_input_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check the input; returns the exit code."""
    started = time.monotonic()
    request = request_of(arguments)
    with run_directory(request) as run_dir, checked_input(request, run_dir) as checked:
        for note in checked.notes():
            print(note)
    print(f"The input has no findings ({time.monotonic() - started:.1f} s).")
    return 0


@contextlib.contextmanager
def run_directory(request: Request) -> Iterator[Path]:
    """Hold the lock of the build directory and yield a fresh directory in it, removed at the end.

    Nothing else in the build directory is touched, but for what a killed run has left there.

    Args:
        request: what is to be done.

    Raises:
        UserError: the directory cannot be used, another run is using it, or the index folder cannot
            be one.
    """
    if not (request.project_dir / "dbt_project.yml").is_file():
        raise InputError(f"{request.project_dir} is no dbt project: name it with --project-dir")
    if request.index_dir is not None:
        check_folder(request.index_dir, request.project_dir)
    build_dir = request.build_dir.resolve()
    for directory in (request.project_dir, build_dir):
        if "'" in str(directory):
            raise InputError(f"the path must not contain a single quote: {directory}")
    # where rows from outside are written, the engine reads a path as a pattern
    if (request.index_dir or request.locations) and re.search(r"[*?\[\]]", str(build_dir)):
        raise InputError(f"the path must not contain brackets or wildcards: {build_dir}")
    refusal = f"another build is running in {request.build_dir}: wait until it has ended"
    with held_lock(build_dir / LOCK, refusal), fresh_directory(build_dir, RUN) as run_dir:
        yield run_dir


@contextlib.contextmanager
def checked_input(
    request: Request,
    run_dir: Path,
    without: frozenset[str] = frozenset(),
    staged: Mapping[str, Path] | None = None,
) -> Iterator[CheckedInput]:
    """Yield the input of an index, read and without findings.

    Args:
        request: what is to be checked.
        run_dir: fresh directory to work in.
        without: tests in tests/input to leave out.
        staged: files that are read in place of those of the seeds, by name of the seed.

    Raises:
        InputError: there are findings.
        IndexFolderError: the index folder is not complete.
    """
    scratch = run_dir / "input"
    scratch.mkdir()
    folder = None
    seeds = declared_seeds(request.project_dir)
    if request.index_dir is not None:
        known_vars = project_vars(request.project_dir)
        # follows from the trees
        del known_vars["framework_levels"]
        folder = read_index_folder(request.index_dir, seeds, known_vars, set(request.locations))
    locations = folder.locations if folder else own_locations(request.project_dir)
    locations = locations | request.locations
    with InputGate(
        request.project_dir,
        scratch,
        is_large=bool(locations),
        settings=folder.settings if folder else None,
    ) as gate:
        external: dict[str, list[SourceFile]] = {}
        for name, location in locations.items():
            is_given = name in request.locations
            try:
                external[name] = location_files(
                    location, location, None if is_given else request.index_dir
                )
            except FileError as error:
                gate.find(error.finding(shown_location(location, request)))
        if not gate.report.total:
            files = (
                own_seed_files(gate, request.project_dir)
                if folder is None
                else folder.seed_files | default_seed_files(gate, folder)
            )
            for name, path in (staged or {}).items():
                shown = files[name].shown if name in files else f"{name}.csv"
                files[name] = SourceFile(path, shown)
            gate.check(files, external, folder.row_counts if folder else {}, without)
        if folder is not None and not gate.report.total:
            check_settings(gate, folder)
        if gate.report.total:
            raise InputError("\n".join(report_lines(gate, request.build_dir)), gate.report.shown)
        yield CheckedInput(gate, folder, list(external))


def own_locations(project_dir: Path) -> dict[str, str]:
    """Return the locations that a project's own vars set, by name of the seed."""
    settings = project_vars(project_dir)
    return {
        name: str(project_dir / settings[location])
        for name, location in LOCATIONS.items()
        if settings.get(location)
    }


def shown_location(location: str, request: Request) -> str:
    """Return a location as the user knows it."""
    for base in filter(None, (request.index_dir, Path())):
        if Path(location).is_relative_to(base.resolve()):
            return str(base / Path(location).relative_to(base.resolve()))
    return location


def default_seed_files(gate: InputGate, folder: IndexFolder) -> dict[str, SourceFile]:
    """Return the project's own files of the seeds that an index takes over if it has none."""
    return {
        name: SourceFile(seed.path, str(seed.path))
        for name, seed in gate.seeds.items()
        if seed.own_index == "default" and name not in folder.seed_files
    }


def check_settings(gate: InputGate, folder: IndexFolder) -> None:
    """Refuse settings that do not fit the trees of an index.

    Raises:
        IndexFolderError: league_table_categories names what is no category.
    """
    known = categories(gate, below_root=False)
    unknown = [
        f"{folder.path / 'index.yml'}: league_table_categories: {category!r} is no category of"
        f" framework.csv; known are {', '.join(known)}"
        for category in folder.settings.get("league_table_categories", [])
        if category not in known
    ]
    if unknown:
        raise IndexFolderError("\n".join([f"{folder.path} is no complete index:", *unknown]))


def categories(gate: InputGate, *, below_root: bool) -> list[str]:
    """Return the categories of all methodologies in the order of the file.

    Args:
        gate: the input.
        below_root: whether to return only those right below the root.
    """
    condition = "and parent_node_id = 'overall'" if below_root else ""
    rows = gate.connection.execute(
        f"select node_id from texts.framework where node_type = 'category' {condition}"
        " group by node_id order by min(gate_line)"
    ).fetchall()
    return [category for (category,) in rows]


def zero_notes(gate: InputGate) -> list[str]:
    """Return a sentence for every geometric mean that is 0 for the last city of a child."""
    columns = "methodology_id, node_id, parent_node_id, role, aggregation, normalisation"
    rows = gate.connection.execute(
        f"select {columns}, gate_file, gate_line from texts.framework order by gate_file, gate_line"
    ).fetchall()
    children: dict[tuple[str, str | None], list[tuple[str, str, str | None]]] = {}
    for methodology, node, parent, role, aggregation, normalisation, *_ in rows:
        if role != "project":
            siblings = children.setdefault((methodology, parent), [])
            siblings.append((node, aggregation or "", normalisation))

    def zeros(methodology: str, node: str) -> list[str]:
        """Return the children of a node of which some city has 0."""
        return [
            child
            for child, aggregation, normalisation in children.get((methodology, node), [])
            if normalisation in ("min_max", "percentile_rank")
            or (aggregation and is_zero(methodology, child, aggregation))
        ]

    def is_zero(methodology: str, node: str, aggregation: str) -> bool:
        """Return whether a category is 0 for some city; an only child is its mean."""
        is_mean = aggregation == "geometric" or len(children.get((methodology, node), [])) == 1
        return is_mean and bool(zeros(methodology, node))

    return [
        f"{gate.files[file]}:{line}: {node} is a geometric mean, and 0 for the last city of"
        f" {', '.join(zeros(methodology, node))}, whatever else that city has. Goalposts below"
        " the lowest value keep it above 0."
        for methodology, node, _, _, aggregation, _, file, line in rows
        if aggregation == "geometric" and zeros(methodology, node)
    ]


def category_levels(gate: InputGate) -> int:
    """Return the number of levels of categories in the highest tree."""
    rows = gate.connection.execute(
        "with recursive categories as ("
        " select methodology_id, node_id, 1 as level from texts.framework"
        " where node_type = 'overall'"
        " union all"
        " select nodes.methodology_id, nodes.node_id, parents.level + 1"
        " from texts.framework as nodes inner join categories as parents"
        " on nodes.methodology_id = parents.methodology_id"
        " and nodes.parent_node_id = parents.node_id"
        " where nodes.node_type = 'category'"
        ") select max(level) from categories"
    ).fetchall()
    return int(rows[0][0])


def report_lines(gate: InputGate, build_dir: Path) -> list[str]:
    """Return the gate's report; if it is cut, the build directory gets a file with all findings.

    Args:
        gate: the gate.
        build_dir: the build directory.
    """
    lines = gate.report.lines()
    if gate.report.is_cut:
        target = build_dir / FINDINGS_FILE
        try:
            gate.report.all_findings.replace(target)
        except OSError as error:
            lines.append(f"{target} cannot be written: {error.strerror}")
        else:
            lines.append(f"All {gate.report.total:,} findings are in {target}.")
    return lines
