"""A build of a copy of the project, taken apart: what campaigns and benchmarks work on.

dbt leaves the compiled SQL of every node behind. It can be run again, in part or changed.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import yaml
from jinja2.nativetypes import NativeEnvironment

from smart_city_index import cli
from tests.python.conftest import DATABASE_NAME, BuiltProject, run_dbt

RELATION_KEYWORDS = {"table": "table", "view": "view"}
SHOWN_OUTPUT_LINES = 40


class RunError(Exception):
    """A campaign or benchmark cannot go on; the message is for the person who started it."""


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
    connect_options: dict[str, Any]
    settings: dict[str, Any]
    seeds: list[str]
    models: list[str]
    tests: list[tuple[str, str, int]]


def database_of(project_dir: Path) -> Path:
    """Return the database file of a copied or generated project."""
    return project_dir / "build" / DATABASE_NAME


def remove_database(database: Path) -> None:
    """Delete a database file and its write-ahead log; make its directory if missing."""
    database.parent.mkdir(exist_ok=True)
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()


def checked_dbt(project_dir: Path, *arguments: str) -> None:
    """Run dbt on a project, into its own file in build/.

    Args:
        project_dir: the project, with its profiles.yml.
        arguments: command and options of dbt.

    Raises:
        RunError: dbt failed; the message has the end of its output.
    """
    completed = run_dbt(project_dir, *arguments)
    if completed.returncode != 0:
        lines = (completed.stdout + completed.stderr).splitlines()[-SHOWN_OUTPUT_LINES:]
        raise RunError(
            "\n".join([f"dbt {' '.join(arguments)}: exit code {completed.returncode}", *lines])
        )


def fresh_build(project_dir: Path, *options: str) -> None:
    """Build a project into a fresh database.

    Args:
        project_dir: the project.
        options: further options of `dbt build`.

    Raises:
        RunError: dbt failed.
    """
    remove_database(database_of(project_dir))
    checked_dbt(project_dir, "build", *options)


def read_artifact(project_dir: Path, name: str) -> dict[str, Any]:
    """Read one of dbt's JSON files, for example `manifest`."""
    text = (project_dir / "target" / f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def kind_of(unique_id: str) -> str:
    """Return dbt's kind of a node from its unique id: seed, model, test, unit_test, ..."""
    return unique_id.split(".", 1)[0]


def built_project(project_dir: Path) -> BuiltProject:
    """Return a project after its last build as the fixtures of the tests do."""
    return BuiltProject(
        project_dir=project_dir,
        database=database_of(project_dir),
        manifest=read_artifact(project_dir, "manifest"),
        run_results=read_artifact(project_dir, "run_results"),
    )


def seed_statements(node: dict[str, Any], project_dir: Path) -> list[str]:
    """Return the statements that create and load one seed, as dbt-duckdb loads it.

    Args:
        node: the seed in dbt's manifest.
        project_dir: the project.

    Returns:
        A `create table` with the declared column types, and a `copy`.

    Raises:
        RunError: a column has no declared type.
    """
    path, config = node["original_file_path"], node["config"]
    with (project_dir / path).open(encoding="utf-8", newline="") as seed_file:
        columns = next(csv.reader(seed_file, delimiter=config["delimiter"]))
    undeclared = [column for column in columns if column not in config["column_types"]]
    if undeclared:
        raise RunError(f"{path}: no declared column type for {', '.join(undeclared)}")
    definitions = ", ".join(f"{column} {config['column_types'][column]}" for column in columns)
    relation = node["relation_name"]
    options = f"format csv, header true, delimiter '{config['delimiter']}'"
    return [
        f"create table {relation} ({definitions})",
        f"copy {relation} from '{path}' ({options})",
    ]


def model_statement(node: dict[str, Any], compiled_code: str) -> str:
    """Return the statement that creates one model, without constraints and comments.

    Args:
        node: the model in dbt's manifest.
        compiled_code: its query.

    Raises:
        RunError: the model is neither a table nor a view.
    """
    materialized = node["config"]["materialized"]
    if materialized not in RELATION_KEYWORDS:
        raise RunError(f"{node['unique_id']}: cannot build a model that is {materialized}")
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
    environment.globals["flags"] = SimpleNamespace(PROFILES_DIR=project_dir)
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
        RunError: a seed column has no declared type, or a model is neither table nor view.
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


@contextlib.contextmanager
def built_without_dbt(plan: Plan) -> Iterator[duckdb.DuckDBPyConnection]:
    """Create and load the seeds and models of a plan in a fresh file, and yield it open."""
    remove_database(plan.database)
    with duckdb.connect(str(plan.database), config=plan.connect_options) as connection:
        for name, value in plan.settings.items():
            connection.execute(f"set {name} = '{value}'")
        for statement in [*plan.seeds, *plan.models]:
            connection.execute(statement)
        yield connection


def built_by_the_same_sql(
    built: BuiltProject,
    index_dir: Path,
    project_dir: Path,
    change: Callable[[Path], None] = lambda _: None,
) -> Path:
    """Build an index folder with the SQL of another build, without dbt; return the database.

    The folder passes the gate, its data pass the data tests and the constraints of the marts. It
    must have no tree of more levels.

    Args:
        built: the build whose SQL is run, compiled with its own vars, without rows from outside.
        index_dir: the index folder.
        project_dir: where its dbt project goes; must not exist yet.
        change: changes that project before it is built.
    """
    assert cli.main(["project", "--index", str(index_dir), str(project_dir)]) == 0
    change(project_dir)
    nodes = {name: node for kind in ("model", "test") for name, node in built.nodes(kind).items()}
    plan = make_plan(built.project_dir, database_of(project_dir))
    for rows in sorted(project_dir.glob("external/*.parquet")):
        plan = with_rows_from_outside(
            plan, rows, built.nodes("seed")[rows.stem], nodes[f"stg_{rows.stem}"]
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project_dir)
        with built_without_dbt(plan) as connection:
            for name, query, _ in plan.tests:
                if nodes[name]["config"]["severity"].lower() == "error":
                    there = query.replace(str(built.project_dir), str(project_dir))
                    assert connection.execute(there).fetchall() == [(0,)], name
            for name, node in nodes.items():
                for rule in constraints(node):
                    query = f"select count(*) from {node['relation_name']} where not ({rule})"
                    assert connection.execute(query).fetchall() == [(0,)], (name, rule)
    return plan.database


def with_rows_from_outside(
    plan: Plan, rows: Path, seed: dict[str, Any], staging: dict[str, Any]
) -> Plan:
    """Return a plan whose seed has the rows of a Parquet file too, as a staging model adds them.

    Args:
        plan: made from a build without rows from outside.
        rows: the file; its rows say whether they are simulated.
        seed: the seed in dbt's manifest.
        staging: the staging model.
    """
    flag, relation = "false as is_simulated", seed["relation_name"]
    begin = f"create view {staging['relation_name']} as"
    (view,) = (statement for statement in plan.models if statement.startswith(begin))
    assert flag in view
    return replace(
        plan,
        seeds=[
            *plan.seeds,
            f"alter table {relation} add column is_simulated boolean default false",
            f"insert into {relation} by name from '{rows}'",
        ],
        models=[
            statement.replace(flag, "is_simulated", 1) if statement == view else statement
            for statement in plan.models
        ],
    )


def constraints(node: dict[str, Any]) -> Iterator[str]:
    """Yield the constraints of a table as conditions that hold or are NULL in every row."""
    for constraint in node.get("constraints", []):
        if constraint["type"] == "check":
            yield constraint["expression"]
        else:
            assert constraint["type"] == "primary_key"
            key = f"({', '.join(constraint['columns'])})"
            once = f"from {node['relation_name']} group by all having count(*) = 1"
            yield f"{key} in (select {key} {once})"
            yield " and ".join(f"{column} is not null" for column in constraint["columns"])
    for column in node["columns"].values():
        if any(rule["type"] == "not_null" for rule in column.get("constraints", [])):
            yield f"{column['name']} is not null"
