"""Measure how long a build takes, and how much of that is dbt, SQL, tests or fixed cost.

    python -m benchmarks.build_time [--repeats 5] [--json FILE]

All variants run in turn, again and again, so that a change of the machine's load meets all of them.
Everything happens in a temporary directory. benchmarks/README.md describes the variants.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import yaml
from tests.python.conftest import DATABASE_NAME, PROJECT_ROOT, copy_project
from tests.python.dbt_build import (
    Plan,
    RunError,
    checked_dbt,
    database_of,
    kind_of,
    make_plan,
    profile_output,
    read_artifact,
    remove_database,
)

NODE_KINDS = ("seed", "view", "table", "data_test", "unit_test")
SHOWN_SLOWEST_NODES = 10

COLD = "1 dbt build, cold parse"
WARM = "1 dbt build, warm parse"
WITHOUT_TESTS = "2 dbt build without tests"
SQL_ONLY = "3 the same SQL without dbt"
FLOOR = "4 dbt build of trivial nodes"
PARSE = "5 dbt parse, nothing changed"
START = "5 dbt --help"


@dataclass(frozen=True)
class Sample:
    """One measured run.

    Attributes:
        seconds: wall time.
        parts: seconds of named parts of the run, where the variant knows them.
    """

    seconds: float
    parts: dict[str, float]


def node_seconds(project_dir: Path) -> dict[str, float]:
    """Return the execution time in seconds per node of the last build, by unique id."""
    results = read_artifact(project_dir, "run_results")["results"]
    return {result["unique_id"]: result["execution_time"] for result in results}


def timed_dbt(project_dir: Path, *arguments: str) -> float:
    """Run dbt in a project, as a process of its own.

    Returns:
        Wall time in seconds.

    Raises:
        RunError: dbt failed.
    """
    started = time.perf_counter()
    checked_dbt(project_dir, *arguments)
    return time.perf_counter() - started


def start_of_dbt() -> Sample:
    """Return the wall time of dbt's process when it has nothing to do."""
    started = time.perf_counter()
    dbt = Path(sys.executable).with_name("dbt")
    subprocess.run([dbt, "--help"], stdout=subprocess.DEVNULL, check=True)
    return Sample(time.perf_counter() - started, {})


def timed_build(project_dir: Path, *options: str) -> Sample:
    """Build a project into a fresh database.

    Args:
        project_dir: the project.
        options: further options of `dbt build`.

    Returns:
        The wall time of dbt, and as parts the execution time per node.

    Raises:
        RunError: dbt failed.
    """
    remove_database(database_of(project_dir))
    seconds = timed_dbt(project_dir, "build", *options)
    return Sample(seconds, node_seconds(project_dir))


def cold_build(project_dir: Path) -> Sample:
    """Build a project into a fresh database, without what an earlier parse has left behind.

    Raises:
        RunError: dbt failed.
    """
    (project_dir / "target" / "partial_parse.msgpack").unlink(missing_ok=True)
    return timed_build(project_dir)


def execute_plan(plan: Plan) -> dict[str, float]:
    """Build a database without dbt, in this process.

    Args:
        plan: what to do.

    Returns:
        Seconds spent on seeds, models and tests.

    Raises:
        RunError: a test counts other failures than under dbt.
    """
    os.chdir(plan.project_dir)
    with duckdb.connect(str(plan.database), config=plan.connect_options) as connection:
        for name, value in plan.settings.items():
            connection.execute(f"set {name} = '{value}'")
        times = [time.perf_counter()]
        for statement in plan.seeds:
            connection.execute(statement)
        times.append(time.perf_counter())
        for statement in plan.models:
            connection.execute(statement)
        times.append(time.perf_counter())
        for name, query, expected in plan.tests:
            ((found,),) = connection.execute(query).fetchall()
            if found != expected:
                raise RunError(f"{name} counts {found} failures, under dbt {expected}")
        times.append(time.perf_counter())
    seconds = (later - earlier for earlier, later in pairwise(times))
    return dict(zip(("seeds", "models", "tests"), seconds, strict=True))


def build_without_dbt(plan: Plan) -> Sample:
    """Carry out a plan in a fresh Python process.

    Args:
        plan: what to do.

    Returns:
        The wall time from the start of the process to its end, and as parts the seconds of seeds,
        models, tests, and of the rest (start of the process, connection, checkpoint).

    Raises:
        RunError: a test counts other failures than under dbt.
    """
    remove_database(plan.database)
    started = time.perf_counter()
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as executor:
        parts = executor.submit(execute_plan, plan).result()
    seconds = time.perf_counter() - started
    return Sample(seconds, {**parts, "process": seconds - sum(parts.values())})


def count_nodes(project_dir: Path) -> dict[str, int]:
    """Count the nodes of a parsed project by kind: seeds, views, tables, data and unit tests."""
    manifest = read_artifact(project_dir, "manifest")
    counts = Counter(
        "data_test" if node["resource_type"] == "test" else node["config"]["materialized"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("seed", "model", "test")
    )
    counts["unit_test"] = len(manifest["unit_tests"])
    return {kind: counts[kind] for kind in NODE_KINDS}


def write_files(directory: Path, pattern: str, count: int, content: str) -> None:
    """Write numbered files of the same content, for example `view_{}.sql`."""
    directory.mkdir(parents=True)
    for number in range(count):
        (directory / pattern.format(number)).write_text(content, encoding="utf-8")


def write_trivial_project(project_dir: Path, counts: dict[str, int]) -> None:
    """Write a project of trivial nodes: what dbt takes for as many nodes that do nothing.

    Args:
        project_dir: directory to create.
        counts: number of nodes per kind.
    """
    write_files(project_dir / "seeds", "seed_{}.csv", counts["seed"], "id\n1\n")
    write_files(project_dir / "models/views", "view_{}.sql", counts["view"], "select 1 as id\n")
    write_files(project_dir / "models/tables", "table_{}.sql", counts["table"], "select 1 as id\n")
    write_files(project_dir / "tests", "test_{}.sql", counts["data_test"], "select 1 where false\n")
    unit_tests = [
        {
            "name": f"unit_test_{number}",
            "model": f"table_{number % counts['table']}",
            "given": [],
            "expect": {"rows": [{"id": 1}]},
        }
        for number in range(counts["unit_test"])
    ]
    unit_test_file = project_dir / "models" / "unit_tests.yml"
    unit_test_file.write_text(yaml.safe_dump({"unit_tests": unit_tests}), encoding="utf-8")
    project = yaml.safe_load((PROJECT_ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    trivial_project = {
        "name": "trivial",
        "profile": project["profile"],
        "flags": project.get("flags", {}),
        "seeds": {"trivial": {"+column_types": {"id": "integer"}}},
        "models": {
            "trivial": {
                "views": {"+materialized": "view"},
                "tables": {"+materialized": "table"},
            }
        },
    }
    (project_dir / "dbt_project.yml").write_text(yaml.safe_dump(trivial_project), encoding="utf-8")
    shutil.copy(PROJECT_ROOT / "profiles.yml", project_dir)


def make_variants(project_dir: Path, trivial_dir: Path) -> dict[str, Callable[[], Sample]]:
    """Set up what is measured: copy and generate the projects, parse and build each once.

    Args:
        project_dir: directory to create for the copy of the project.
        trivial_dir: directory to create for the project of trivial nodes.

    Returns:
        What to call for one sample, by the name of the variant.

    Raises:
        RunError: dbt failed, or the build cannot be repeated without dbt.
    """
    copy_project(project_dir)
    timed_build(project_dir)
    plan = make_plan(project_dir, project_dir / "build" / "without_dbt" / DATABASE_NAME)
    write_trivial_project(trivial_dir, count_nodes(project_dir))
    timed_build(trivial_dir)
    no_tests = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    return {
        COLD: lambda: cold_build(project_dir),
        WARM: lambda: timed_build(project_dir),
        WITHOUT_TESTS: lambda: timed_build(project_dir, *no_tests),
        SQL_ONLY: lambda: build_without_dbt(plan),
        FLOOR: lambda: timed_build(trivial_dir),
        PARSE: lambda: Sample(timed_dbt(project_dir, "parse"), {}),
        START: start_of_dbt,
    }


def measure(variants: dict[str, Callable[[], Sample]], repeats: int) -> dict[str, list[Sample]]:
    """Run all variants in turn, several times.

    Args:
        variants: what to call for one sample, by name.
        repeats: number of samples per variant.

    Returns:
        The samples per variant.

    Raises:
        RunError: a run failed.
    """
    samples: dict[str, list[Sample]] = {name: [] for name in variants}
    for repeat in range(repeats):
        for name, take_sample in variants.items():
            samples[name].append(take_sample())
            print(
                f"{repeat + 1}/{repeats}  {samples[name][-1].seconds:6.2f} s  {name}",
                file=sys.stderr,
            )
    return samples


def median_parts(samples: list[Sample]) -> dict[str, float]:
    """Return the median seconds of each part over the samples of one variant."""
    return {
        part: statistics.median(sample.parts[part] for sample in samples)
        for part in samples[0].parts
    }


def execution_by_kind(seconds_by_node: dict[str, float]) -> dict[str, float]:
    """Sum execution times in seconds by dbt's kind of node: seed, model, test, unit_test, ..."""
    sums: dict[str, float] = defaultdict(float)
    for unique_id, seconds in seconds_by_node.items():
        sums[kind_of(unique_id)] += seconds
    return dict(sorted(sums.items(), key=lambda item: item[1], reverse=True))


def slowest_nodes(seconds_by_node: dict[str, float]) -> dict[str, float]:
    """Return the nodes with the longest execution times in seconds, longest first."""
    ordered = sorted(seconds_by_node.items(), key=lambda item: item[1], reverse=True)
    return dict(ordered[:SHOWN_SLOWEST_NODES])


def cpu_model() -> str:
    """Return the processor's name as /proc/cpuinfo has it, else as Python knows it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def summarise(samples: dict[str, list[Sample]], project_dir: Path) -> dict[str, Any]:
    """Bring the samples into the form of the report.

    Args:
        samples: the samples per variant.
        project_dir: the project's copy, for its number of nodes.

    Returns:
        JSON-ready figures; all times are in seconds.
    """
    warm_median = statistics.median(sample.seconds for sample in samples[WARM])
    variants = {}
    for name, variant_samples in samples.items():
        seconds = [sample.seconds for sample in variant_samples]
        variants[name] = {
            "median": statistics.median(seconds),
            "minimum": min(seconds),
            "maximum": max(seconds),
            "ratio_to_warm_build": statistics.median(seconds) / warm_median,
            "samples": seconds,
        }
    seconds_by_node = median_parts(samples[WARM])
    return {
        "machine": {"processor": cpu_model(), "cores": os.cpu_count()},
        "versions": {
            "Python": platform.python_version(),
            **{
                package: importlib.metadata.version(package)
                for package in ("dbt-core", "dbt-duckdb", "duckdb")
            },
        },
        "threads": int(profile_output(project_dir)["threads"]),
        "nodes": count_nodes(project_dir),
        "variants": variants,
        "sql_without_dbt": median_parts(samples[SQL_ONLY]),
        "execution_by_kind": execution_by_kind(seconds_by_node),
        "slowest_nodes": slowest_nodes(seconds_by_node),
    }


def report_lines(summary: dict[str, Any], repeats: int) -> list[str]:
    """Return the report as lines of text.

    Args:
        summary: what `summarise` returned.
        repeats: number of samples per variant.
    """
    machine = summary["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in summary["versions"].items())
    nodes = ", ".join(f"{count} {kind}" for kind, count in summary["nodes"].items())
    lines = [
        f"Machine:  {machine['processor']}, {machine['cores']} cores",
        f"Versions: {versions}",
        f"Nodes:    {nodes}; dbt threads: {summary['threads']}",
        f"Times in seconds, {repeats} repeats",
        "",
        f"{'variant':<32}{'median':>8}{'min':>8}{'max':>8}{'ratio':>8}",
    ]
    for name, figures in summary["variants"].items():
        lines.append(
            f"{name:<32}{figures['median']:>8.2f}{figures['minimum']:>8.2f}"
            f"{figures['maximum']:>8.2f}{figures['ratio_to_warm_build']:>8.2f}"
        )
    lines += ["", "3 the same SQL without dbt, by part (medians):"]
    lines += [f"{seconds:>8.3f}  {part}" for part, seconds in summary["sql_without_dbt"].items()]
    lines += ["", "1 dbt build, warm parse: execution time by kind, added up over dbt's threads:"]
    lines += [f"{seconds:>8.3f}  {kind}" for kind, seconds in summary["execution_by_kind"].items()]
    lines += ["", "1 dbt build, warm parse: the slowest nodes:"]
    lines += [f"{seconds:>8.3f}  {node}" for node, seconds in summary["slowest_nodes"].items()]
    return lines


def main() -> int:
    """Parse the command line, measure, and report; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="samples per variant (default: 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file")
    arguments = parser.parse_args()
    if arguments.repeats < 1:
        parser.error("--repeats must be at least 1")
    with tempfile.TemporaryDirectory(prefix="smart_city_index_benchmark_") as work_dir:
        project_dir = Path(work_dir) / "project"
        try:
            variants = make_variants(project_dir, Path(work_dir) / "trivial")
            samples = measure(variants, arguments.repeats)
        except RunError as error:
            print(error, file=sys.stderr)
            return 1
        summary = summarise(samples, project_dir)
    print("\n".join(report_lines(summary, arguments.repeats)))
    if arguments.json:
        arguments.json.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
