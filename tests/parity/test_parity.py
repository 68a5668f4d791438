"""DuckDB and Spark give the same: every mart, every dispatched macro, every refused contract.

A copy of the project with few draws, to which examples/simulated_field is added, is built once per
engine (`make parity`). The cases of macros/ and broken/ are built along as models; their ending
keeps dbt from taking them for data tests. What the example has simulated comes from outside, as
CSV, and a seed changes after Spark's input is checked. With PARITY_WORKERS=2 Spark builds on a
standalone cluster of so many workers on this machine (`make parity PARITY_WORKERS=2`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.parity.cluster import SPARK_PYTHON, spark_cluster
from tests.parity.compare import (
    MART_SCHEMA,
    PROJECT_ROOT,
    Comparison,
    compare_builds,
    compare_table,
    read_exceptions,
    report,
)
from tests.python.conftest import DATABASE_NAME, copy_project, run_dbt
from tests.python.few_draws import use_few_draws
from tests.python.with_simulated_field import add_simulated_field, location_options, read_csv

CASES = Path(__file__).parent
INTERMEDIATE = "main_intermediate"
CASE_SUFFIX = ".sql.jinja"
MACRO_CASES = sorted(
    path.name.removesuffix(CASE_SUFFIX) for path in CASES.glob(f"macros/*{CASE_SUFFIX}")
)
# Models that must fail, with what Spark must say.
BROKEN = {
    "broken_not_null": "breaks its contract: value is not null (1 rows)",
    "broken_check": "breaks its contract: value between 0 and 100 (1 rows)",
    "broken_primary_key": "breaks its contract: id is unique (1 rows)",
    "broken_primary_key_is_null": "breaks its contract: id is not null (1 rows)",
    "broken_too_large": "CAST_OVERFLOW",
}
# Dispatched macros without a case of their own, and why.
NO_CASE = {
    "engine_version": "names the engine",
    "limit_memory": "gives no result; the profile of Spark sets its memory",
    "require_strict_arithmetic": "gives no result; what it is for is the model broken_too_large",
    "restrict_file_access": "gives no result; Spark has no such setting",
    "seed_header": "compared with the declared columns by seed_headers_match_declared_columns",
}

# This Java lives for one build of few rows: half of its time went into compiling hot code again and
# into collecting garbage with several threads. The young generation holds what a statement leaves
# behind. No option can change a result.
JAVA_OPTIONS = (
    "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:MetaspaceSize=256m"
    " -XX:+UseSerialGC -Xmn1g"
)
# Nor does Spark compile a statement's own code, which takes longer than these rows take without.
INTERPRETED = " -Dspark.sql.codegen.wholeStage=false -Dspark.sql.codegen.factoryMode=NO_CODEGEN"
# What changes after the check: the first place of this text in the seed of cities.
CHANGED_SEED = "seeds/reference/cities.csv"
CHANGED_TEXT = (",Aachen,", ",Bad Aachen,")


@dataclass(frozen=True)
class Builds:
    """One copy of the project, built by both engines.

    Attributes:
        database: the DuckDB file.
        spark_dir: the directory of the Spark build.
        messages: messages of the failed models of each engine, by engine and model.
        external_rows: number of scores from outside.
        spark_errors: what `sci spark` wrote to standard error.
    """

    database: Path
    spark_dir: Path
    messages: dict[str, dict[str, str]]
    external_rows: int
    spark_errors: str


def add_cases(project_dir: Path) -> None:
    """Make models of the cases; those that must fail get a contract."""
    target = project_dir / "models" / "intermediate" / "cases"
    target.mkdir()
    for name in MACRO_CASES:
        shutil.copyfile(CASES / "macros" / f"{name}{CASE_SUFFIX}", target / f"case_{name}.sql")
    contracts = []
    for case in sorted((CASES / "broken").glob(f"*{CASE_SUFFIX}")):
        name = f"broken_{case.name.removesuffix(CASE_SUFFIX)}"
        shutil.copyfile(case, target / f"{name}.sql")
        value = {"name": "value", "data_type": "integer", "constraints": [{"type": "not_null"}]}
        contracts.append(
            {
                "name": name,
                "config": {"contract": {"enforced": True}},
                "constraints": [
                    {"type": "primary_key", "columns": ["id"]},
                    {"type": "check", "expression": "value between 0 and 100"},
                ],
                "columns": [{"name": "id", "data_type": "integer"}, value],
            }
        )
    (target / "_cases.yml").write_text(
        yaml.safe_dump({"version": 2, "models": contracts}), encoding="utf-8"
    )


def failed_models(run_results: Path) -> dict[str, str]:
    """Return the messages of the models that failed, by name."""
    results = json.loads(run_results.read_text(encoding="utf-8"))["results"]
    failed = [result for result in results if result["status"] not in ("success", "pass", "no-op")]
    return {result["unique_id"].split(".")[2]: result["message"] for result in failed}


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    """Build the project and the cases on both engines."""
    project_dir = copy_project(tmp_path_factory.mktemp("parity") / "project")
    use_few_draws(project_dir)
    add_cases(project_dir)
    external = project_dir / "seeds" / "external.parquet"
    duckdb.sql("select n, 'text ' || n as text from range(100) numbers(n)").write_parquet(
        str(external)
    )
    tables_only = ("--exclude-resource-type", "test", "unit_test")
    worker_count = int(os.environ.get("PARITY_WORKERS", "0"))
    # pairs of cities take Spark longest; the cluster, every week, compares all of them, compiled
    locations = add_simulated_field(project_dir, thinned=not worker_count)
    spark_dir = project_dir / "build" / "spark"
    with spark_cluster(worker_count) as environment:
        completed = subprocess.run(
            [
                *(SPARK_PYTHON, "-m", "tests.parity.changing_spark"),
                *(project_dir / CHANGED_SEED, *CHANGED_TEXT),
                *("--project-dir", project_dir),
                *location_options(locations),
                *("--vars", "enforce_primary_keys: true", *tables_only),
            ],
            cwd=PROJECT_ROOT,
            env={
                **os.environ,
                "SMART_CITY_INDEX_SPARK_DIR": str(spark_dir),
                "SPARK_SUBMIT_OPTS": JAVA_OPTIONS + ("" if worker_count else INTERPRETED),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    # after the seed has changed, so that both have the same
    variables = json.dumps({name: str(file) for name, file in locations.items()})
    run_dbt(project_dir, "build", "--vars", variables, *tables_only)
    run_results = {
        "duckdb": project_dir / "target" / "run_results.json",
        "spark": spark_dir / "target" / "run_results.json",
    }
    if not all(path.exists() for path in run_results.values()):
        pytest.fail(f"a build did not run:\n{completed.stdout}\n{completed.stderr}")
    return Builds(
        database=project_dir / "build" / DATABASE_NAME,
        spark_dir=spark_dir,
        messages={engine: failed_models(path) for engine, path in run_results.items()},
        external_rows=len(read_csv(locations["scores_location"])),
        spark_errors=completed.stderr,
    )


def test_both_engines_refuse_the_same(builds: Builds) -> None:
    """What breaks a contract or a type fails on both engines, and nothing else does."""
    failed = {engine: set(messages) for engine, messages in builds.messages.items()}
    assert failed == {"duckdb": set(BROKEN), "spark": set(BROKEN)}


@pytest.mark.parametrize(("model", "message"), BROKEN.items())
def test_spark_says_what_is_broken(builds: Builds, model: str, message: str) -> None:
    """Spark's Parquet tables enforce nothing: the check after the table names the broken rule."""
    assert message in builds.messages["spark"][model]


def test_marts_are_equal(builds: Builds) -> None:
    """Every column of every row of every mart is the same."""
    comparisons = compare_builds(builds.database, builds.spark_dir, read_exceptions())
    print(report(comparisons))
    assert len(comparisons) > 20
    assert [one for one in comparisons if not one.is_equal] == []


def test_scores_from_a_csv_file_are_built(builds: Builds) -> None:
    """What comes from outside as CSV is in the marts of Spark too, which equal those of DuckDB."""
    marts = f"{builds.spark_dir}/warehouse/smart_city_index.db/fct_indicator_scores/*.parquet"
    assert (
        len(duckdb.read_parquet(marts).filter("ranking_id = 'simulated_field'"))
        == builds.external_rows
    )


def test_a_seed_that_changed_after_the_check_is_noticed(builds: Builds) -> None:
    """Spark is asked for what it has loaded: the changed column is named, and no other one."""
    *_, intro, difference = builds.spark_errors.splitlines()
    assert intro == "what was loaded is not what was checked, so an input changed:"
    assert difference == "stg_cities: column city_name has other values"


def test_every_dispatched_macro_has_a_case() -> None:
    """A macro with a version for Spark is compared, or a reason is given."""
    macros = "\n".join(
        path.read_text(encoding="utf-8") for path in PROJECT_ROOT.glob("macros/**/*.sql")
    )
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'\)", macros))
    assert sorted([*MACRO_CASES, *NO_CASE]) == sorted(dispatched)


@pytest.fixture(scope="session")
def intermediate_tables(builds: Builds) -> dict[str, Comparison]:
    """Return the comparisons of the intermediate tables, the macros' cases among them, by name."""
    comparisons = compare_builds(builds.database, builds.spark_dir, {}, INTERMEDIATE)
    return {one.table: one for one in comparisons}


@pytest.mark.parametrize("case", MACRO_CASES)
def test_macro_gives_the_same(intermediate_tables: dict[str, Comparison], case: str) -> None:
    """A dispatched macro gives the same on both engines, to the last bit."""
    compared = intermediate_tables[f"case_{case}"]
    assert compared.duckdb_rows > 0
    assert compared.is_equal, report([compared])


CHANGES = {
    "a value's last digit": "select * replace (index_value + 0.000000000001 as index_value)",
    "a text": "select * replace (index_displayed || ' ' as index_displayed)",
    "a value that is missing": "select * replace (cast(null as integer) as rank)",
}


def compare_changed(builds: Builds, directory: Path, changed_rows: str) -> Comparison:
    """Compare fct_index_results with the rows of a query on what Spark has built of it."""
    table = "fct_index_results"
    built = builds.spark_dir / "warehouse" / "smart_city_index.db" / table
    directory.mkdir(exist_ok=True)
    duckdb.read_parquet(f"{built}/*.parquet").query("s", changed_rows).write_parquet(
        str(directory / "changed.parquet")
    )
    with duckdb.connect(builds.database, read_only=True) as connection:
        return compare_table(connection, MART_SCHEMA, table, directory, set())


@pytest.mark.parametrize("change", CHANGES)
def test_comparison_notices_one_changed_value(builds: Builds, tmp_path: Path, change: str) -> None:
    """One changed value in one row of one mart is one differing row."""
    one_row = "city_id = 'duesseldorf' and edition = 2025 and category_id = 'mobility'"
    one_row += " and ranking_id = 'smart_city_index'"
    different = compare_changed(
        builds,
        tmp_path,
        f"{CHANGES[change]} from s where {one_row} union all select * from s where not ({one_row})",
    )
    assert different.differing_rows == 1
    assert len(different.remarks) == 1


def test_comparison_notices_a_missing_and_a_doubled_row(builds: Builds, tmp_path: Path) -> None:
    """A row too few or too many differs."""
    first = "(select * from s order by all limit 1)"
    missing = compare_changed(builds, tmp_path / "missing", f"from s except all {first}")
    doubled = compare_changed(builds, tmp_path / "doubled", f"from s union all {first}")
    assert missing.differing_rows == doubled.differing_rows == 1


def test_comparison_notices_another_type(builds: Builds, tmp_path: Path) -> None:
    """The same numbers in another type are a difference."""
    different = compare_changed(
        builds, tmp_path, "select * replace (cast(index_value as double) as index_value) from s"
    )
    assert different.remarks == ("columns differ: index_value DECIMAL(18,12), index_value DOUBLE",)


def test_comparison_notices_a_missing_mart(builds: Builds, tmp_path: Path) -> None:
    """Nothing is equal to a build that is not there."""
    comparisons = compare_builds(builds.database, tmp_path, read_exceptions())
    assert comparisons
    assert not any(one.is_equal for one in comparisons)
