"""Measure how long a build takes, and how much of that is dbt, SQL, tests or fixed cost.

    python benchmarks/build_time.py [--repeats 5] [--json FILE]

All variants run in turn, again and again, so that a change of the machine's load meets all of them.
Everything happens in a temporary directory. benchmarks/README.md describes the variants.
"""

from __future__ import annotations

import argparse
import csv
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
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import yaml
from jinja2.nativetypes import NativeEnvironment

PROJECT_DIR = Path(__file__).resolve().parents[1]
sys.path.append(str(PROJECT_DIR / "tests" / "python"))

from few_draws import use_few_draws  # noqa: E402

DATABASE_VARIABLE = "SMART_CITY_INDEX_DB"
DATABASE_NAME = "smart_city_index.duckdb"
NOT_COPIED = (".*", "__pycache__", "build", "dbt_packages", "logs", "target", "warehouse")
RELATION_KEYWORDS = {"table": "table", "view": "view"}
NODE_KINDS = ("seed", "view", "table", "data_test", "unit_test")
SHOWN_SLOWEST_NODES = 10
SHOWN_OUTPUT_LINES = 40

COLD = "1 dbt build, cold parse"
WARM = "1 dbt build, warm parse"
WITHOUT_TESTS = "2 dbt build without tests"
SQL_ONLY = "3 the same SQL without dbt"
FLOOR = "4 dbt build of trivial nodes"
PARSE = "5 dbt parse, nothing changed"
START = "5 dbt --help"


class BenchmarkError(Exception):
    """The benchmark cannot go on; the message is for the person who started it."""


@dataclass(frozen=True)
class Sample:
    """One measured run.

    Attributes:
        seconds: wall time.
        parts: seconds of named parts of the run, where the variant knows them.
    """

    seconds: float
    parts: dict[str, float]


@dataclass(frozen=True)
class Plan:
    """What a build without dbt has to do; plain data, because it goes to another process.

    Attributes:
        project_dir: working directory; paths inside the SQL are relative to it.
        database: file to create.
        connect_options: options of the connection, as in the profile's `config_options`.
        settings: settings of the session, as in the profile's `settings`.
        seeds: statements that create and load the seeds.
        models: statements that create the models, in an order that respects their dependencies.
        tests: per data test its name, its query for one number, and the number that dbt counted.
    """

    project_dir: Path
    database: Path
    connect_options: dict[str, str]
    settings: dict[str, Any]
    seeds: list[str]
    models: list[str]
    tests: list[tuple[str, str, int]]


def copy_project(target: Path, *, few_draws: bool = False) -> None:
    """Copy the project without anything that was built.

    Args:
        target: directory of the copy; must not exist yet.
        few_draws: whether the copy draws few weights, where only the other figures matter.
    """
    shutil.copytree(PROJECT_DIR, target, ignore=shutil.ignore_patterns(*NOT_COPIED))
    if few_draws:
        use_few_draws(target)


def database_of(project_dir: Path) -> Path:
    """Return the database file of a copied or generated project."""
    return project_dir / "build" / DATABASE_NAME


def remove_database(database: Path) -> None:
    """Delete a database file and its write-ahead log; make its directory if missing."""
    database.parent.mkdir(exist_ok=True)
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()


def run_dbt(project_dir: Path, *arguments: str) -> float:
    """Run dbt in a project, as a process of its own.

    Args:
        project_dir: the project, with its profiles.yml.
        arguments: dbt's command line.

    Returns:
        Wall time in seconds.

    Raises:
        BenchmarkError: dbt failed; the message has the end of its output.
    """
    dbt = Path(sys.executable).with_name("dbt")
    started = time.perf_counter()
    completed = subprocess.run(
        [dbt, *arguments],
        cwd=project_dir,
        env={**os.environ, DATABASE_VARIABLE: str(database_of(project_dir))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if completed.returncode != 0:
        end_of_output = "\n".join(completed.stdout.splitlines()[-SHOWN_OUTPUT_LINES:])
        raise BenchmarkError(
            f"dbt {' '.join(arguments)} failed with exit code {completed.returncode}:\n"
            f"{end_of_output}"
        )
    return seconds


def read_artifact(project_dir: Path, name: str) -> dict[str, Any]:
    """Read one of dbt's JSON files, for example `manifest`."""
    text = (project_dir / "target" / f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def kind_of(unique_id: str) -> str:
    """Return dbt's kind of a node from its unique id: seed, model, test, unit_test, ..."""
    return unique_id.split(".", 1)[0]


def node_seconds(project_dir: Path) -> dict[str, float]:
    """Return the execution time in seconds per node of the last build, by unique id."""
    results = read_artifact(project_dir, "run_results")["results"]
    return {result["unique_id"]: result["execution_time"] for result in results}


def fresh_build(project_dir: Path, *options: str) -> Sample:
    """Build a project into a fresh database.

    Args:
        project_dir: the project.
        options: further options of `dbt build`.

    Returns:
        The wall time of dbt, and as parts the execution time per node.

    Raises:
        BenchmarkError: dbt failed.
    """
    remove_database(database_of(project_dir))
    seconds = run_dbt(project_dir, "build", *options)
    return Sample(seconds, node_seconds(project_dir))


def cold_build(project_dir: Path) -> Sample:
    """Build a project into a fresh database, without what an earlier parse has left behind.

    Raises:
        BenchmarkError: dbt failed.
    """
    (project_dir / "target" / "partial_parse.msgpack").unlink(missing_ok=True)
    return fresh_build(project_dir)


def execute_plan(plan: Plan) -> dict[str, float]:
    """Build a database without dbt, in this process.

    Args:
        plan: what to do.

    Returns:
        Seconds spent on seeds, models and tests.

    Raises:
        BenchmarkError: a test counts other failures than under dbt.
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
                raise BenchmarkError(f"{name} counts {found} failures, under dbt {expected}")
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
        BenchmarkError: a test counts other failures than under dbt.
    """
    remove_database(plan.database)
    started = time.perf_counter()
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as executor:
        parts = executor.submit(execute_plan, plan).result()
    seconds = time.perf_counter() - started
    return Sample(seconds, {**parts, "process": seconds - sum(parts.values())})


def seed_statements(node: dict[str, Any], project_dir: Path) -> list[str]:
    """Return the statements that create and load one seed, as dbt-duckdb loads it.

    Args:
        node: the seed in dbt's manifest.
        project_dir: the project.

    Returns:
        A `create table` with the declared column types, and a `copy`.

    Raises:
        BenchmarkError: a column has no declared type.
    """
    path, config = node["original_file_path"], node["config"]
    with (project_dir / path).open(encoding="utf-8", newline="") as seed_file:
        columns = next(csv.reader(seed_file, delimiter=config["delimiter"]))
    undeclared = [column for column in columns if column not in config["column_types"]]
    if undeclared:
        raise BenchmarkError(f"{path}: no declared column type for {', '.join(undeclared)}")
    definitions = ", ".join(f"{column} {config['column_types'][column]}" for column in columns)
    relation = node["relation_name"]
    return [
        f"create table {relation} ({definitions})",
        f"copy {relation} from '{path}'"
        f" (format csv, header true, delimiter '{config['delimiter']}')",
    ]


def model_statement(node: dict[str, Any], compiled_code: str) -> str:
    """Return the statement that creates one model, without constraints and comments.

    Args:
        node: the model in dbt's manifest.
        compiled_code: its query.

    Raises:
        BenchmarkError: the model is neither a table nor a view.
    """
    materialized = node["config"]["materialized"]
    if materialized not in RELATION_KEYWORDS:
        raise BenchmarkError(f"{node['unique_id']}: cannot build a model that is {materialized}")
    return (
        f"create {RELATION_KEYWORDS[materialized]} {node['relation_name']} as (\n{compiled_code}\n)"
    )


def data_test(node: dict[str, Any], compiled_code: str, failures: int) -> tuple[str, str, int]:
    """Return name, query and expected number of failures of one data test."""
    query = f"select {node['config']['fail_calc']} from (\n{compiled_code}\n) as broken_rows"
    return node["name"], query, failures


def profile_output(project_dir: Path) -> dict[str, Any]:
    """Return the default target of profiles.yml, with environment variables filled in."""
    environment = NativeEnvironment()
    environment.globals["env_var"] = os.environ.get
    environment.filters["as_number"] = int
    text = (project_dir / "profiles.yml").read_text(encoding="utf-8")
    (profile,) = yaml.safe_load(text).values()

    def rendered(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: rendered(item) for key, item in value.items()}
        return environment.from_string(value).render() if isinstance(value, str) else value

    return dict(rendered(profile["outputs"][profile["target"]]))


def make_plan(project_dir: Path, database: Path) -> Plan:
    """Turn the last build of a project into a plan that needs no dbt.

    Args:
        project_dir: a project that dbt has built; its results are in an order of dependency.
        database: file that the plan creates.

    Raises:
        BenchmarkError: a seed column has no declared type, or a model is neither table nor view.
    """
    nodes = read_artifact(project_dir, "manifest")["nodes"]
    output = profile_output(project_dir)
    seeds: list[str] = []
    models: list[str] = []
    tests: list[tuple[str, str, int]] = []
    for result in read_artifact(project_dir, "run_results")["results"]:
        unique_id = result["unique_id"]
        kind = kind_of(unique_id)
        if kind == "seed":
            seeds += seed_statements(nodes[unique_id], project_dir)
        elif kind == "model":
            models.append(model_statement(nodes[unique_id], result["compiled_code"]))
        elif kind == "test":
            tests.append(data_test(nodes[unique_id], result["compiled_code"], result["failures"]))
    relations = (node["relation_name"] for node in nodes.values() if node["relation_name"])
    schemas = sorted({relation.rsplit(".", 1)[0] for relation in relations})
    return Plan(
        project_dir=project_dir,
        database=database,
        connect_options=output.get("config_options", {}),
        settings=output.get("settings", {}),
        seeds=[f"create schema if not exists {schema}" for schema in schemas] + seeds,
        models=models,
        tests=tests,
    )


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
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
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
    shutil.copy(PROJECT_DIR / "profiles.yml", project_dir)


def make_variants(project_dir: Path, trivial_dir: Path) -> dict[str, Callable[[], Sample]]:
    """Set up what is measured: copy and generate the projects, parse and build each once.

    Args:
        project_dir: directory to create for the copy of the project.
        trivial_dir: directory to create for the project of trivial nodes.

    Returns:
        What to call for one sample, by the name of the variant.

    Raises:
        BenchmarkError: dbt failed, or the build cannot be repeated without dbt.
    """
    copy_project(project_dir)
    fresh_build(project_dir)
    plan = make_plan(project_dir, project_dir / "build" / "without_dbt" / DATABASE_NAME)
    write_trivial_project(trivial_dir, count_nodes(project_dir))
    fresh_build(trivial_dir)
    no_tests = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    return {
        COLD: lambda: cold_build(project_dir),
        WARM: lambda: fresh_build(project_dir),
        WITHOUT_TESTS: lambda: fresh_build(project_dir, *no_tests),
        SQL_ONLY: lambda: build_without_dbt(plan),
        FLOOR: lambda: fresh_build(trivial_dir),
        PARSE: lambda: Sample(run_dbt(project_dir, "parse"), {}),
        START: lambda: Sample(run_dbt(project_dir, "--help"), {}),
    }


def measure(variants: dict[str, Callable[[], Sample]], repeats: int) -> dict[str, list[Sample]]:
    """Run all variants in turn, several times.

    Args:
        variants: what to call for one sample, by name.
        repeats: number of samples per variant.

    Returns:
        The samples per variant.

    Raises:
        BenchmarkError: a run failed.
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
    sums: Counter[str] = Counter()
    for unique_id, seconds in seconds_by_node.items():
        sums[kind_of(unique_id)] += seconds
    return dict(sums.most_common())


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
        except BenchmarkError as error:
            print(error, file=sys.stderr)
            return 1
        summary = summarise(samples, project_dir)
    print("\n".join(report_lines(summary, arguments.repeats)))
    if arguments.json:
        arguments.json.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
