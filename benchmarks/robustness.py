"""Measure what the rank distribution under drawn weights costs, beside numpy and two libraries.

    python -m benchmarks.robustness [--repeats 3] [--peers] [--json FILE]

Side by side, in turn, each in a process of its own:

1. the project's own compiled SQL (int_simulations, int_weights, int_city_values,
   int_category_scores, int_simulation_results, rank_distribution) in a DuckDB file: hashed draws,
   indices, ranks with ties, every draw stored, full rank distribution,
2. the same in plain numpy: generated draws, indices, ranks with ties, full rank distribution,
3. with --peers, pysensmcda and ProMCDA, installed from the package index into a temporary
   environment: weights drawn by the library, weighted sums, ranks.

Then the cost of 1 as draws and cities grow, and the wall time of `dbt build` with and without the
analysis models. With the draws of 1 numpy must find the same rank distribution, or the program
fails. Nothing asserts a time. benchmarks/README.md shows results.
"""

from __future__ import annotations

import argparse
import functools
import importlib.metadata
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
from tests.python.conftest import DATABASE_NAME, copy_project
from tests.python.dbt_build import RunError, database_of, read_artifact

from benchmarks.build_time import cpu_model, timed_build

FIELD = ("smart_city_index", 2025)
MODELS = (
    *("int_simulations", "int_weights", "int_city_values", "int_category_scores"),
    *("int_simulation_results", "rank_distribution"),
)
SCENARIO = "varied"
BOX_SHARE = 0.25
CITIES = 83
DRAWS = 10_000
DRAW_SERIES = (1_000, 10_000, 100_000)
CITY_SERIES = (83, 830, 8_300)
DRAWS_OF_CITY_SERIES = 1_000
THREADS = 2
CHUNK = 2_000
PEERS = {"pysensmcda": "2.0.0", "ProMCDA": "1.0.8"}
ANALYSIS = (
    "path:models/intermediate/analysis path:models/intermediate/robustness"
    " path:models/intermediate/decomposition path:models/marts/analysis"
)

Matrix = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Measured:
    """One run in a process of its own.

    Attributes:
        seconds: wall time of the computation, without the start of the process and the data.
        peak_gigabytes: greatest resident memory of the process.
        parts: seconds of the named parts.
        distribution: draws by city and rank, as nested lists, where it was asked for.
    """

    seconds: float
    peak_gigabytes: float
    parts: dict[str, float]
    distribution: list[list[int]] | None = None


@dataclass(frozen=True)
class SqlPlan:
    """What the process of the SQL variant needs; plain data.

    Attributes:
        prepared: a built database, for the tree of the shipped field.
        models: name, relation and compiled query of the models to run, in order.
        schemas: schemas to create.
        stand_ins: relation of every upstream table by name.
    """

    prepared: Path
    models: list[tuple[str, str, str]]
    schemas: list[str]
    stand_ins: dict[str, str]


def peak_gigabytes() -> float:
    """Return the greatest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def make_field(
    connection: duckdb.DuckDBPyConnection, plan: SqlPlan, cities: int, draws: int
) -> None:
    """Create the upstream tables of a made-up field with the tree of the shipped one.

    Args:
        connection: an empty database, into which `prepared` is attached as `prepared`.
        plan: what to create.
        cities: number of cities.
        draws: number of draws.
    """
    at = plan.stand_ins
    ranking, edition = FIELD
    key = f"{ranking}_{edition}"
    here = f"edition_key = '{key}'"
    conditions = {"int_editions": here, "int_edition_nodes": here, "int_framework_nodes": "true"}
    for name, condition in conditions.items():
        origin = at[name].split(".", 1)[1]
        connection.execute(
            f"create table {at[name]} as select * from prepared.{origin} where {condition}"
        )
    connection.execute(
        f"create table {at['int_analysed_editions']} as select '{key}' as edition_key,"
        " 'analysed' as status, true as is_additive"
    )
    connection.execute(
        f"create table {at['stg_weight_scenarios']} as select '{SCENARIO}' as scenario_id,"
        f" 'varied' as distribution, {BOX_SHARE}::decimal(9, 6) as weight_variation,"
        " 'as_defined' as normalisation, 'as_defined' as root_aggregation,"
        f" {draws} as draw_count, 'benchmark' as seed_text"
    )
    connection.execute(
        f"create table {at['stg_analysis_settings']} as select * from"
        " (values ('sensitivity_sample_count', 0.0), ('sensitivity_weight_variation', 0.25))"
        " as settings(setting_id, setting_value)"
    )
    # scores with one digit, hashed, so that they are the same every time
    connection.execute(
        f"create table {at['int_alternative_scores']} as"
        f" select '{key}' as edition_key,"
        " 'city_' || lpad(city::varchar, 6, '0') as city_id, node_id as indicator_id,"
        " parent_node_id, node_number, 'as_defined' as normalisation, 'none' as imputation,"
        " (('0x' || substr(md5(city::varchar || node_id), 1, 8))::bigint % 1001 / 10.0)"
        "::decimal(18, 12) as score"
        f" from {at['int_edition_nodes']}, range(1, {cities + 1}) as cities(city)"
        " where node_type = 'indicator' and role = 'regular'"
    )
    # what projects add to a category, up to 4.7 points
    connection.execute(
        f"create table {at['int_additions']} as"
        f" select '{key}' as edition_key, 'city_' || lpad(city::varchar, 6, '0') as city_id,"
        " node_id, node_number, 'none' as imputation, true as has_project_points,"
        " case when node_type = 'category' then"
        " ('0x' || substr(md5('p' || city::varchar || node_id), 1, 8))::bigint % 48 / 10.0"
        " else 0 end::double as addition"
        f" from {at['int_edition_nodes']}, range(1, {cities + 1}) as cities(city)"
        " where node_type <> 'indicator'"
    )
    # every city has every score
    connection.execute(
        f"create table {at['int_coverage_patterns']} as"
        " select additions.edition_key, editions.methodology_id, additions.city_id,"
        " false as is_imputed, 1 as pattern_number,"
        " (select list(1.0::double) from"
        f" {at['int_edition_nodes']} where role = 'regular' or parent_node_id is null)"
        f" as counted_nodes from {at['int_additions']} as additions"
        f" inner join {at['int_editions']} as editions using (edition_key)"
        " where additions.node_id = 'overall'"
    )
    connection.execute(
        f"create table {at['int_ranked_cities']} as select edition_key,"
        f" '{ranking}' as ranking_id, {edition} as edition, city_id, 37 as indicator_count,"
        f" 37 as scored_indicator_count, {cities} as analysed_city_count,"
        f" {cities} as edition_city_count, true as is_simulated, true as is_simulated_ranking"
        f" from {at['int_coverage_patterns']}"
    )


def run_sql(plan: SqlPlan, directory: Path, cities: int, draws: int, keep: bool) -> Measured:
    """Run the project's models on a made-up field, in this process.

    Args:
        plan: what to run.
        directory: where the database file is made.
        cities: number of cities.
        draws: number of draws.
        keep: whether to return the distribution and write the field for numpy.

    Returns:
        Seconds per model, memory, and the distribution if asked for.
    """
    with tempfile.TemporaryDirectory(dir=directory) as own:
        with duckdb.connect(
            str(Path(own) / DATABASE_NAME), config={"threads": THREADS}
        ) as connection:
            connection.execute(f"attach '{plan.prepared}' as prepared (read_only)")
            for schema in plan.schemas:
                connection.execute(f'create schema if not exists "{schema}"')
            make_field(connection, plan, cities, draws)
            parts = {}
            for name, relation, query in plan.models:
                started = time.perf_counter()
                connection.execute(f"create table {relation} as {query}")
                parts[name] = time.perf_counter() - started
            distribution = None
            if keep:
                distribution = sql_distribution(connection, plan, cities)
                write_field(connection, plan, directory)
        return Measured(sum(parts.values()), peak_gigabytes(), parts, distribution)


def sql_distribution(
    connection: duckdb.DuckDBPyConnection, plan: SqlPlan, cities: int
) -> list[list[int]]:
    """Return the draws at each rank (columns) of each city (rows, in the order of names)."""
    counts = np.zeros((cities, cities), dtype=np.int64)
    relation = {name: relation for name, relation, _ in plan.models}["rank_distribution"]
    found = connection.execute(
        f"select dense_rank() over (order by city_id) - 1, rank - 1, draws_at_rank from {relation}"
    ).fetchall()
    for city, rank, count in found:
        counts[city, rank] = count
    return [[int(count) for count in row] for row in counts]


def write_field(connection: duckdb.DuckDBPyConnection, plan: SqlPlan, directory: Path) -> None:
    """Write scores, additions, tree and drawn weights as arrays for numpy (field.npz).

    Rows of weights are draws; columns are the regular nodes in the order of their names.
    """
    relations = {**plan.stand_ins, **{name: relation for name, relation, _ in plan.models}}

    def table(query: str, columns: int) -> Matrix:
        values = connection.execute(query).fetchnumpy()["value"]
        return np.asarray(values, dtype=np.float64).reshape(-1, columns)

    nodes = connection.execute(
        "select node_id, parent_node_id, node_type, weight::double"
        f" from {relations['int_edition_nodes']}"
        " where role = 'regular' and parent_node_id is not null order by node_id"
    ).fetchall()
    indicators = [node for node, _, kind, _ in nodes if kind == "indicator"]
    categories = [node for node, _, kind, _ in nodes if kind == "category"]
    np.savez(
        directory / "field.npz",
        indicators=np.array(indicators),
        categories=np.array(categories),
        parents=np.array([parent for _, parent, kind, _ in nodes if kind == "indicator"]),
        weights=np.array([weight for *_, weight in nodes]),
        nodes=np.array([node for node, *_ in nodes]),
        scores=table(
            f"select score::double as value from {relations['int_alternative_scores']}"
            " order by city_id, indicator_id",
            len(indicators),
        ),
        additions=table(
            f"select addition as value from {relations['int_additions']}"
            " where node_id <> 'overall' order by city_id, node_id",
            len(categories),
        ),
        drawn=table(
            f"select weights[node_number] as value from {relations['int_weights']}"
            f" inner join {relations['int_simulations']} using (weight_set_number)"
            f" inner join {relations['int_edition_nodes']} using (edition_key)"
            " where simulation_type = 'weights' and role = 'regular' and parent_node_id is not null"
            " order by draw, node_id",
            len(nodes),
        ),
    )


def numpy_distribution(field: dict[str, Any], drawn: Matrix) -> Counts:
    """Return the draws at each rank (columns) of each city (rows).

    Args:
        field: arrays of `write_field`.
        drawn: weight of every regular node (columns) in every draw (rows).
    """
    nodes = list(field["nodes"])
    indicator_weights = drawn[:, [nodes.index(name) for name in field["indicators"]]]
    category_weights = drawn[:, [nodes.index(name) for name in field["categories"]]]
    category_weights = category_weights / category_weights.sum(axis=1, keepdims=True)
    effective = np.empty_like(indicator_weights)
    for position, category in enumerate(field["categories"]):
        members = field["parents"] == category
        own = indicator_weights[:, members]
        effective[:, members] = (
            own / own.sum(axis=1, keepdims=True) / 1.05 * category_weights[:, [position]]
        )
    cities = len(field["scores"])
    counts = np.zeros((cities, cities), dtype=np.int64)
    for start in range(0, len(drawn), CHUNK):
        chunk = slice(start, start + CHUNK)
        values = (
            effective[chunk] @ field["scores"].T + category_weights[chunk] @ field["additions"].T
        )
        values = np.round(values, 8)
        order = np.argsort(-values, axis=1)
        ordered = np.take_along_axis(values, order, axis=1)
        # a city ranks with the first of those that have the same value
        is_first = np.ones(ordered.shape, dtype=bool)
        is_first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
        ranks = np.maximum.accumulate(np.where(is_first, np.arange(cities), 0), axis=1)
        counts += np.bincount((order * cities + ranks).ravel(), minlength=cities**2).reshape(
            cities, cities
        )
    return counts


def run_numpy(directory: Path, draws: int) -> Measured:
    """Draw weights and compute the rank distribution with numpy, in this process."""
    field = dict(np.load(directory / "field.npz"))
    started = time.perf_counter()
    generator = np.random.default_rng(1)
    boxes = generator.uniform(1 - BOX_SHARE, 1 + BOX_SHARE, (draws, len(field["nodes"])))
    numpy_distribution(field, boxes * field["weights"])
    seconds = time.perf_counter() - started
    return Measured(seconds, peak_gigabytes(), {})


def check_distribution(directory: Path, distribution: list[list[int]]) -> None:
    """Compare the distribution of the SQL with that of numpy for the very same draws.

    Raises:
        RunError: they differ.
    """
    field = dict(np.load(directory / "field.npz"))
    expected = numpy_distribution(field, field["drawn"])
    different = int(np.abs(np.array(distribution) - expected).sum())
    if different:
        raise RunError(f"SQL and numpy put {different} draws at different ranks")


PYSENSMCDA = """
import sys, time, numpy as np
from pymcdm.methods import WSM
from pymcdm.normalizations import minmax_normalization
from pysensmcda.smaa import simulate
matrix = np.hstack([np.load(sys.argv[1])[name] for name in ("scores", "additions")])
started = time.perf_counter()
weights = np.ones(matrix.shape[1])
method = WSM(minmax_normalization)
simulate(method, matrix, weights, num_samples=int(sys.argv[2]), seed=1).rank_acceptability()
print(time.perf_counter() - started)
"""
PROMCDA = """
import logging, sys, time, numpy as np, pandas as pd
logging.disable(logging.CRITICAL)
from mcda.utils import check_norm_sum_weights, randomly_sample_all_weights
from mcda.utils_for_parallelization import (
    initialize_and_call_normalization, parallelize_aggregation)
if __name__ == "__main__":
    matrix = np.hstack([np.load(sys.argv[1])[name] for name in ("scores", "additions")])
    frame = pd.DataFrame(matrix)
    started = time.perf_counter()
    normalised = initialize_and_call_normalization((frame, ["+"] * frame.shape[1], "minmax"))
    weights = randomly_sample_all_weights(frame.shape[1], int(sys.argv[2]))
    drawn = [(check_norm_sum_weights(list(one)), normalised) for one in weights]
    for scores in parallelize_aggregation(drawn, "weighted_sum"):
        scores.rank(ascending=False, method="min")
    print(time.perf_counter() - started)
"""


def install_peer(name: str, directory: Path) -> tuple[Path, dict[str, str]]:
    """Install a library into an environment of its own.

    ProMCDA's wheel lacks two of its own subpackages, so that its source archive is used beside it.

    Returns:
        The Python of the environment, and environment variables.

    Raises:
        RunError: it cannot be installed.
    """
    environment = directory / name
    python = environment / "bin" / "python"
    requirement = f"{name}=={PEERS[name]}"
    try:
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", requirement], check=True, stderr=subprocess.DEVNULL)
        if name != "ProMCDA":
            return python, {}
        subprocess.run(
            [
                *pip,
                "download",
                "--no-deps",
                "--no-binary",
                ":all:",
                "--dest",
                directory,
                requirement,
            ],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        (archive,) = directory.glob(f"{name}-*.tar.gz")
        with tarfile.open(archive) as opened:
            opened.extractall(directory, filter="data")
        return python, {"PYTHONPATH": str(archive).removesuffix(".tar.gz")}
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise RunError(f"{requirement} cannot be installed: {error}") from error


def run_peer(
    python: Path, variables: dict[str, str], program: str, directory: Path, draws: int
) -> Measured:
    """Run a library's own rank simulation in its environment.

    Raises:
        RunError: it fails.
    """
    script = directory / "peer.py"
    script.write_text(program, encoding="utf-8")
    completed = subprocess.run(
        [python, script, directory / "field.npz", str(draws)],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if completed.returncode != 0:
        raise RunError(completed.stderr)
    return Measured(float(completed.stdout.split()[-1]), float("nan"), {})


def in_own_process(function: Callable[..., Measured], *arguments: Any) -> Measured:
    """Run a function in a fresh Python process and return what it measured."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as executor:
        return executor.submit(function, *arguments).result()


def median_of(samples: list[Measured]) -> Measured:
    """Return the sample with the median wall time."""
    return sorted(samples, key=lambda sample: sample.seconds)[len(samples) // 2]


def make_plan(project_dir: Path) -> SqlPlan:
    """Read the compiled models of a built project."""
    manifest = read_artifact(project_dir, "manifest")
    code = {
        result["unique_id"]: result["compiled_code"]
        for result in read_artifact(project_dir, "run_results")["results"]
    }
    nodes = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    upstream = {
        manifest["nodes"][parent]["name"]
        for name in MODELS
        for parent in manifest["parent_map"][nodes[name]["unique_id"]]
    } - set(MODELS)
    used = [nodes[name] for name in (*MODELS, *sorted(upstream))]
    return SqlPlan(
        prepared=database_of(project_dir),
        models=[
            (name, nodes[name]["relation_name"], code[nodes[name]["unique_id"]]) for name in MODELS
        ],
        schemas=sorted({node["schema"] for node in used}),
        stand_ins={name: nodes[name]["relation_name"] for name in sorted(upstream)},
    )


def measure_builds(project_dir: Path, repeats: int) -> dict[str, float]:
    """Return the median seconds of `dbt build` as it is and without the analysis models."""
    seconds: dict[str, list[float]] = {"whole": [], "without analysis": []}
    for _ in range(repeats):
        seconds["whole"].append(timed_build(project_dir).seconds)
        seconds["without analysis"].append(
            timed_build(project_dir, "--exclude", *ANALYSIS.split(), "meta_build").seconds
        )
    return {name: statistics.median(found) for name, found in seconds.items()}


def main() -> int:
    """Parse the command line, measure, and report; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", action="store_true", help="install and measure the libraries")
    parser.add_argument("--json", type=Path, help="also write the figures to a file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        project_dir = directory / "project"
        copy_project(project_dir)
        timed_build(project_dir, "--exclude-resource-type", "test", "unit_test")
        plan = make_plan(project_dir)
        kept = in_own_process(run_sql, plan, directory, CITIES, DRAWS, True)
        assert kept.distribution is not None
        check_distribution(directory, kept.distribution)
        variants: dict[str, Callable[[], Measured]] = {
            "1 the project's SQL": lambda: in_own_process(
                run_sql, plan, directory, CITIES, DRAWS, False
            ),
            "2 plain numpy": lambda: in_own_process(run_numpy, directory, DRAWS),
        }
        if arguments.peers:
            for name, program in (("pysensmcda", PYSENSMCDA), ("ProMCDA", PROMCDA)):
                try:
                    python, variables = install_peer(name, directory)
                except RunError as error:
                    print(error, file=sys.stderr)
                    continue
                variants[f"3 {name} {PEERS[name]}"] = functools.partial(
                    run_peer, python, variables, program, directory, DRAWS
                )
        samples: dict[str, list[Measured]] = {name: [] for name in variants}
        for _ in range(arguments.repeats):
            for name, variant in variants.items():
                samples[name].append(variant())
        medians = {name: median_of(found) for name, found in samples.items()}
        growth = {
            f"{cities:,} cities, {draws:,} draws": in_own_process(
                run_sql, plan, directory, cities, draws, False
            )
            for cities, draws in (
                *((CITIES, draws) for draws in DRAW_SERIES),
                *((cities, DRAWS_OF_CITY_SERIES) for cities in CITY_SERIES),
            )
        }
        builds = measure_builds(project_dir, arguments.repeats)
    versions = {
        "Python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in ("duckdb", "numpy", "dbt-core")},
    }
    print(
        f"{cpu_model()}, {os.cpu_count()} cores;",
        ", ".join(f"{k} {v}" for k, v in versions.items()),
    )
    print(
        f"\n{DRAWS:,} draws, {CITIES} cities, medians of {arguments.repeats}; SQL and numpy agree"
    )
    base = medians["1 the project's SQL"].seconds
    for name, measured in medians.items():
        print(
            f"{name:<24} {measured.seconds:8.2f} s   {base / measured.seconds:6.2f} of its time"
            f" for the SQL   {measured.peak_gigabytes:5.2f} GB"
        )
    print(
        "parts of 1:",
        ", ".join(f"{k} {v:.2f} s" for k, v in medians["1 the project's SQL"].parts.items()),
    )
    print("\nGrowth of 1")
    for name, measured in growth.items():
        print(f"{name:<30} {measured.seconds:8.2f} s   {measured.peak_gigabytes:5.2f} GB")
    analysis = builds["whole"] - builds["without analysis"]
    print(
        f"\ndbt build {builds['whole']:.1f} s, without the analysis"
        f" {builds['without analysis']:.1f} s:"
        f" the analysis adds {analysis / builds['without analysis']:.2f} of the rest"
    )
    if arguments.json:
        summary = {
            "versions": versions,
            "medians": {name: asdict(measured) for name, measured in medians.items()},
            "growth": {name: asdict(measured) for name, measured in growth.items()},
            "builds": builds,
        }
        arguments.json.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
