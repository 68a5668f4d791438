"""Measure how the models grow with the field, beside a hand-written script and pandas.

    python -m benchmarks.scale [--sizes 83x2,1000x2,...] [--memory 6GB] [--others-limit 110000]
                               [--json FILE]

For every size (entities x editions, 37 indicators each) a simulated field is written as Parquet, in
an index folder outside the project, and measured in turn, each in a process of its own:

1. the input gate: `sci project`, which checks the field and writes what it read,
2. the project: `dbt run` of everything that the two fact tables need (`+fct_index_results
   +fct_indicator_scores`), from what the gate wrote, without tests; then, up to --others-limit
   entities, the other core and reporting marts,
3. a hand-written DuckDB script with the same figures: indices, project points, coverage, ranks in
   the field, the state and the size class, tendencies, of every node of the tree, on whole numbers
   as keys,
4. the same indices, ranks and tendencies in pandas, up to --others-limit entities (it is installed
   into a temporary environment).

The hand-written script must agree with the project in every figure, or the program fails. Ratios
are those of CPU seconds, which other work on the machine changes least. At the end stand the
exponents of growth from 11,000 entities up. Everything happens in a temporary directory; nothing
asserts a time. benchmarks/README.md shows results.
"""

from __future__ import annotations

import argparse
import csv
import importlib.metadata
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
from tests.python.conftest import DATABASE_NAME, PROJECT_ROOT

from benchmarks.build_time import cpu_model

RANKING = "scale_field"
METHODOLOGY = "sci_2025"
LAST_EDITION = 2025
SOURCE = "simulated: benchmarks/scale.py"
SIZES = "83x2,1000x2,11000x2,11000x20,100000x2,1000000x2"
PANDAS = "pandas==2.3.3"
PYARROW = "pyarrow==26.0.1"
GROWTH_FROM = 11_000
FACTS = ("+fct_index_results", "+fct_indicator_scores")
OTHER_MARTS = (
    *("dim_rankings", "dim_editions", "dim_cities", "dim_categories", "dim_indicators"),
    *("league_table", "city_profiles", "published_reconciliation", "edition_reconciliation"),
    "path:models/staging",
)


class ScaleError(Exception):
    """The benchmark cannot go on; the message is for the person who started it."""


@dataclass(frozen=True)
class Size:
    """A field to generate: entities per edition, and editions."""

    entities: int
    editions: int

    def __str__(self) -> str:
        """Return the size as on the command line."""
        return f"{self.entities}x{self.editions}"


@dataclass(frozen=True)
class Measured:
    """One measured process.

    Attributes:
        seconds: wall time of the whole process, imports and dbt's parsing included.
        cpu_seconds: what all its threads computed; other work on the machine hardly changes it.
        memory_mb: largest resident set of the process, in MB.
    """

    seconds: float
    cpu_seconds: float
    memory_mb: float


def edition_years(editions: int) -> list[int]:
    """Return the years of that many editions, the last one being 2025."""
    return [LAST_EDITION - editions + 1 + number for number in range(editions)]


def write_field(index_dir: Path, size: Size) -> None:
    """Write a simulated field as an index folder: CSV files for the method, Parquet for the rest.

    Scores are drawn by hash, with one digit after the point; every name says that it is simulated.

    Args:
        index_dir: the folder; must not exist yet.
        size: entities and editions.
    """
    index_dir.mkdir(parents=True)
    for name in ("methodologies", "framework"):
        seed_file = PROJECT_ROOT / "seeds" / "methodology" / f"{name}.csv"
        with seed_file.open(encoding="utf-8", newline="") as seed:
            header, *rows = csv.reader(seed)
        kept = [row for row in rows if row[0] == METHODOLOGY]
        write_rows(index_dir / f"{name}.csv", header, kept)
    write_rows(
        index_dir / "rankings.csv",
        seed_header("methodology/rankings.csv"),
        [[RANKING, "Skalenfeld", "Scale field", "", "true", "Simulated field", SOURCE]],
    )
    size_classes = PROJECT_ROOT / "seeds/reference/size_classes.csv"
    shutil.copyfile(size_classes, index_dir / size_classes.name)
    years = edition_years(size.editions)
    write_rows(
        index_dir / "editions.csv",
        seed_header("methodology/editions.csv"),
        [
            [RANKING, str(year), before, METHODOLOGY, *[""] * 6, SOURCE]
            for year, before in zip(years, ["", *map(str, years)], strict=False)
        ],
    )
    data = index_dir / "data"
    data.mkdir()
    (index_dir / "index.yml").write_text(
        "cities_location: data/cities.parquet\n"
        "ranking_members_location: data/ranking_members.parquet\n"
        "scores_location: data/scores_*.parquet\n"
        "enforce_primary_keys: false\n",
        encoding="utf-8",
    )
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(
            f"""
            create view cities as
            select
                printf('sim_%07d', number) as city_id,
                printf('Simulierte Stadt %07d', number) as city_name,
                printf('S%02d', number % 16) as state_code,
                printf('Simuliertes Land %02d', number % 16) as state_name,
                cast(100000 + number * 7919 % 900000 as integer) as population,
                cast(null as decimal(7, 4)) as latitude,
                cast(null as decimal(7, 4)) as longitude,
                '{SOURCE}' as source,
                true as is_simulated
            from range(1, {size.entities} + 1) as numbers(number)
            """
        )
        connection.execute(f"copy cities to '{data}/cities.parquet'")
        connection.execute(
            f"copy (select '{RANKING}' as ranking_id, city_id, {years[0]} as first_edition,"
            " cast(null as integer) as last_edition, source, is_simulated from cities)"
            f" to '{data}/ranking_members.parquet'"
        )
        connection.execute(
            "create table indicators as select node_id, role,"
            " row_number() over (order by node_id) as number"
            f" from read_csv('{index_dir}/framework.csv', header = true)"
            " where node_type = 'indicator'"
        )
        for year in years:
            connection.execute(
                f"""
                copy (
                    select
                        '{RANKING}' as ranking_id,
                        cast({year} as integer) as edition,
                        printf('sim_%07d', cities.number) as city_id,
                        indicators.node_id as indicator_id,
                        cast(
                            hash(cities.number, indicators.number, {year})
                            % case when indicators.role = 'project' then 51 else 1001 end / 10
                            as decimal(18, 6)
                        ) as raw_value,
                        false as is_not_applicable,
                        '{SOURCE}' as source,
                        true as is_simulated
                    from range(1, {size.entities} + 1) as cities(number)
                    cross join indicators
                ) to '{data}/scores_{year}.parquet'
                """
            )


def seed_header(path: str) -> list[str]:
    """Return the header of a seed file, named relative to seeds/."""
    with (PROJECT_ROOT / "seeds" / path).open(encoding="utf-8", newline="") as seed:
        return next(csv.reader(seed))


def write_rows(file: Path, header: list[str], rows: list[list[str]]) -> None:
    """Write a CSV file as the seeds are written."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerows([header, *rows])


def run_measured(command: list[str], cwd: Path, environment: dict[str, str]) -> Measured:
    """Run a process.

    Args:
        command: program and arguments.
        cwd: working directory.
        environment: variables on top of this process's own.

    Returns:
        What it took.

    Raises:
        ScaleError: the process failed.
    """
    with tempfile.TemporaryFile("w+") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            command, cwd=cwd, env={**os.environ, **environment}, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            raise ScaleError(f"{' '.join(command)}\n{output.read()[-4000:]}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def write_project(index_dir: Path, project_dir: Path) -> Measured:
    """Check a field and write the dbt project of it.

    Args:
        index_dir: the field.
        project_dir: directory of the project; must not exist yet.

    Returns:
        What the input gate took, writing included.

    Raises:
        ScaleError: the field has findings.
    """
    return run_measured(
        [
            *(sys.executable, "-m", "smart_city_index.cli", "project"),
            *("--index", str(index_dir), str(project_dir)),
        ],
        PROJECT_ROOT,
        {},
    )


def run_project(project_dir: Path, selected: tuple[str, ...], memory: str) -> Measured:
    """Run models of an assembled project with dbt.

    Args:
        project_dir: the project, seeds loaded.
        selected: dbt's selection.
        memory: memory limit of the engine.
    """
    return run_measured(
        [dbt(), "run", "--profiles-dir", ".", "--select", *selected],
        project_dir,
        {"SMART_CITY_INDEX_MEMORY": memory},
    )


def dbt() -> str:
    """Return the path of the dbt program beside this Python."""
    return str(Path(sys.executable).with_name("dbt"))


def run_script(
    function: str, python: str, index_dir: Path, database: Path, memory: str
) -> Measured:
    """Run one of the comparisons in a process of its own.

    Args:
        function: `hand` or `pandas`.
        python: the interpreter.
        index_dir: the generated field.
        database: file for the result of `hand`.
        memory: memory limit of DuckDB.
    """
    return run_measured(
        [
            *(python, "-m", "benchmarks.scale_comparisons"),
            *(function, str(index_dir), str(database), memory),
        ],
        PROJECT_ROOT,
        {},
    )


def disagreements(project_database: Path, hand_database: Path) -> int:
    """Count the figures of the hand-written script that the project's marts do not have alike.

    Args:
        project_database: file with both fact tables.
        hand_database: file with table figures.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{project_database}' as project (read_only)")
        connection.execute(f"attach '{hand_database}' as hand (read_only)")
        found = connection.execute(
            """
            with
            marts as (
                select
                    edition, city_id, category_id as node_id, index_value as value,
                    index_without_project_points as value_without, indicator_count as indicators,
                    rank, ranked_city_count as city_count, rank_in_state, rank_in_size_class,
                    previous_rank, tendency
                from project.main.fct_index_results
                union all
                select
                    edition, city_id, indicator_id, score, null, null, rank, ranked_city_count,
                    null, null, previous_rank, tendency
                from project.main.fct_indicator_scores
            ),
            counted as (
                select
                    count(*) as pairs,
                    count(case when
                        marts.value = figures.value
                        and marts.value_without is not distinct from figures.value_without
                        and marts.indicators is not distinct from figures.indicators
                        and marts.rank = figures.rank
                        and marts.city_count = figures.city_count
                        and marts.rank_in_state is not distinct from figures.rank_in_state
                        and marts.rank_in_size_class is not distinct from figures.rank_in_size_class
                        and marts.previous_rank is not distinct from figures.previous_rank
                        and marts.tendency is not distinct from figures.tendency
                    then 1 end) as equal_pairs
                from marts
                full outer join hand.figures as figures
                    on
                        marts.edition = figures.edition
                        and marts.city_id = figures.city_id
                        and marts.node_id = figures.node_id
            )
            select pairs - equal_pairs from counted
            """
        ).fetchone()
    return int(found[0]) if found else -1


def pandas_environment(directory: Path) -> str:
    """Install pandas into an environment of its own; returns its Python."""
    subprocess.run([sys.executable, "-m", "venv", directory], check=True)
    python = directory / "bin" / "python"
    subprocess.run(
        [
            *(python, "-m", "pip", "install", "--quiet"),
            *(PANDAS, PYARROW, f"duckdb=={duckdb.__version__}"),
        ],
        check=True,
    )
    return str(python)


def measure(
    size: Size,
    directory: Path,
    memory: str,
    pandas_python: str | None,
    *,
    with_other_marts: bool,
) -> dict[str, Measured]:
    """Measure one size.

    Args:
        size: the field.
        directory: where everything happens; its contents are deleted in the end.
        memory: memory limit of DuckDB.
        pandas_python: Python with pandas, or None to leave it out.
        with_other_marts: whether to build the other core and reporting marts too.

    Returns:
        The measurements by variant.

    Raises:
        ScaleError: a process failed, or the hand-written script has other figures.
    """
    index_dir, project_dir = directory / "index", directory / "project"
    hand_database = directory / "hand.duckdb"
    write_field(index_dir, size)
    measured = {"gate": write_project(index_dir, project_dir)}
    run_measured([dbt(), "seed", "--profiles-dir", "."], project_dir, {})
    measured |= {
        "models": run_project(project_dir, FACTS, memory),
        "hand": run_script("hand", sys.executable, index_dir, hand_database, memory),
    }
    wrong = disagreements(project_dir / "build" / DATABASE_NAME, hand_database)
    if wrong:
        raise ScaleError(f"{size}: the project and the hand-written script differ in {wrong} rows")
    hand_database.unlink()
    if pandas_python:
        measured["pandas"] = run_script("pandas", pandas_python, index_dir, hand_database, memory)
    for variant, one in measured.items():
        print(f"{size} {variant}: {one}", flush=True)
    if with_other_marts:
        measured["other marts"] = run_project(project_dir, OTHER_MARTS, memory)
        print(f"{size} other marts: {measured['other marts']}", flush=True)
    for path in directory.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return measured


def growth(results: dict[Size, dict[str, Measured]], variant: str) -> float | None:
    """Fit CPU seconds = constant * entities ^ exponent, two editions, from GROWTH_FROM entities up.

    Those of the smallest field are taken off first: what starting costs does not grow, and
    would make the exponent look smaller.

    Returns:
        The exponent, or None for fewer than two sizes above the smallest.
    """
    measured = {
        size: variants[variant].cpu_seconds
        for size, variants in results.items()
        if size.editions == 2 and variant in variants
    }
    if not measured:
        return None
    smallest = min(measured, key=lambda size: size.entities)
    points = [
        (math.log(size.entities), math.log(seconds - measured[smallest]))
        for size, seconds in measured.items()
        if size.entities >= GROWTH_FROM and size != smallest
    ]
    if len(points) < 2:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum(
        (x - mean_x) ** 2 for x, _ in points
    )


def parse_size(text: str) -> Size:
    """Read a size such as 11000x2."""
    entities, editions = text.split("x")
    return Size(int(entities), int(editions))


def report(results: dict[Size, dict[str, Measured]], memory: str) -> None:
    """Print machine, versions, the table and the exponents."""
    versions = {
        name: importlib.metadata.version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb")
    }
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    print(f"\n{cpu_model()}, {os.cpu_count()} cores; Python {platform.python_version()}, {listed},")
    print(f"{PANDAS}; DuckDB's memory limit: {memory}\n")
    print("| entities x editions | scores | variant | wall s | CPU s | memory MB | to hand |")
    print("|---|---:|---|---:|---:|---:|---:|")
    for size, measured in results.items():
        scores = size.entities * size.editions * 37
        for variant, one in measured.items():
            ratio = one.cpu_seconds / measured["hand"].cpu_seconds
            print(
                f"| {size.entities:,} x {size.editions} | {scores:,} | {variant} |"
                f" {one.seconds:.1f} | {one.cpu_seconds:.1f} | {one.memory_mb:,.0f} |"
                f" {ratio:.2f} |"
            )
    print()
    for variant in ("gate", "models", "hand", "other marts", "pandas"):
        exponent = growth(results, variant)
        if exponent is not None:
            print(f"exponent of {variant} from {GROWTH_FROM:,} entities up: {exponent:.3f}")


def main() -> int:
    """Measure the sizes named on the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=SIZES, help="entities x editions, comma between sizes")
    parser.add_argument("--memory", default="6GB", help="DuckDB's memory limit")
    parser.add_argument(
        "--others-limit",
        type=int,
        default=110_000,
        help="most entities (times editions / 2) for pandas and the other marts; 0 leaves them out",
    )
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    results: dict[Size, dict[str, Measured]] = {}
    failed = False
    with tempfile.TemporaryDirectory(prefix="scale_") as temporary:
        try:
            python = None
            if arguments.others_limit:
                python = pandas_environment(Path(temporary) / "pandas")
            for size in map(parse_size, arguments.sizes.split(",")):
                directory = Path(temporary) / str(size)
                directory.mkdir()
                is_small = size.entities * size.editions <= 2 * arguments.others_limit
                results[size] = measure(
                    size,
                    directory,
                    arguments.memory,
                    python if is_small else None,
                    with_other_marts=is_small,
                )
        except ScaleError as error:
            print(error, file=sys.stderr)
            failed = True
    if results:
        report(results, arguments.memory)
    if arguments.json:
        figures = {
            str(size): {variant: asdict(one) for variant, one in measured.items()}
            for size, measured in results.items()
        }
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
