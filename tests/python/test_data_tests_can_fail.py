"""Every data test fails on data that are deliberately bad: no test exists that cannot fail.

The bad data of `valid_rows` follow from its declared arguments, one for every rule. Those of the
other tests stand in tests/fixtures/bad_data.yml, those of the seed headers below.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.python.conftest import PROJECT_ROOT, BuiltProject, Node, rolled_back

BAD_DATA_FILE = PROJECT_ROOT / "tests" / "fixtures" / "bad_data.yml"
BAD_DATA: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    BAD_DATA_FILE.read_text(encoding="utf-8")
)
HEADER_TEST = "seed_headers_match_declared_columns"
BAD_HEADERS: dict[str, Callable[[list[str]], list[str]]] = {
    "two columns swapped": lambda columns: [columns[1], columns[0], *columns[2:]],
    "a column missing": lambda columns: columns[:-1],
    "a column too many": lambda columns: [*columns, "undeclared"],
    "a column misspelt": lambda columns: [*columns[:-1], f"{columns[-1]}s"],
}
VALID_ROWS_ARGUMENTS = {
    "model",
    "key",
    "required",
    "nullable_key",
    "bounds",
    "accepted_values",
    "references",
}

FoundRow = dict[str, Any]


@dataclass(frozen=True)
class BrokenRule:
    """A statement that breaks one rule of a table, and what `valid_rows` must say about it."""

    statement: str
    column: str
    rule: str


@contextlib.contextmanager
def without_constraints(
    project: BuiltProject, directory: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a copy of a built file whose tables have no constraints, so that bad rows get in."""
    database = directory / project.database.name
    shutil.copyfile(project.database, database)
    with duckdb.connect(str(database)) as opened:
        for node in project.nodes("model").values():
            if node["config"]["contract"]["enforced"]:
                relation = node["relation_name"]
                opened.execute(f"create or replace table {relation} as select * from {relation}")
        yield opened


@pytest.fixture(scope="module")
def connection(
    built_project: BuiltProject, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a copy of the built file without constraints."""
    with without_constraints(built_project, tmp_path_factory.mktemp("bad_data")) as opened:
        yield opened


@pytest.fixture(scope="module")
def simulated_connection(
    simulated_field: BuiltProject, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the same of the example with a complete field."""
    with without_constraints(simulated_field, tmp_path_factory.mktemp("bad_data")) as opened:
        yield opened


def found_rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[FoundRow]:
    """Return the rows of a query by column name."""
    cursor = connection.execute(query)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def rebuild_upstream(
    connection: duckdb.DuckDBPyConnection, project: BuiltProject, test_name: str
) -> None:
    """Compute every table that a data test depends on anew, in the order of the build."""
    upstream: set[str] = set()
    pending = [project.nodes("test")[test_name]["unique_id"]]
    while pending:
        parents = set(project.manifest["parent_map"][pending.pop()]) - upstream
        upstream |= parents
        pending += parents
    for result in project.run_results["results"]:
        if result["unique_id"] in upstream:
            node = project.manifest["nodes"][result["unique_id"]]
            if node["config"]["materialized"] == "table":
                code = result["compiled_code"]
                connection.execute(f"create or replace table {node['relation_name']} as {code}")


def make_table_of_view(connection: duckdb.DuckDBPyConnection, relation: str) -> None:
    """Replace a view by a table with its rows, so that a row can be made bad."""
    connection.execute(f"create temp table rows_of_the_view as select * from {relation}")
    connection.execute(f"drop view {relation}")
    connection.execute(f"create table {relation} as select * from rows_of_the_view")


def attached_node(project: BuiltProject, test: Node) -> Node:
    """Return the seed or model that a generic data test is attached to."""
    node: Node = project.manifest["nodes"][test["attached_node"]]
    return node


def valid_rows_tests(project: BuiltProject) -> dict[str, Node]:
    """Return the data tests `valid_rows` by name."""
    return {
        name: test
        for name, test in project.nodes("test").items()
        if (test.get("test_metadata") or {}).get("name") == "valid_rows"
    }


def values_outside(limits: list[float], column_type: str) -> tuple[Decimal, Decimal]:
    """Return the nearest values below and above the limits that a column's type can express."""
    step = Decimal(1)
    if column_type.startswith("DECIMAL"):
        step = Decimal(1).scaleb(-int(column_type.rstrip(")").rpartition(",")[2]))
    return Decimal(str(limits[0])) - step, Decimal(str(limits[1])) + step


def broken_rules(relation: str, arguments: Node, types: dict[str, str]) -> Iterator[BrokenRule]:
    """Yield bad data for every rule that `valid_rows` declares on a table.

    Args:
        relation: the table.
        arguments: the declared arguments of the test.
        types: the type of each column of the table.
    """

    def first_row(condition: str) -> str:
        return f"rowid = (select min(rowid) from {relation} where {condition})"

    def update(column: str, value: str, condition: str = "true") -> str:
        return f"update {relation} set {column} = {value} where {first_row(condition)}"

    key: list[str] = arguments["key"]
    nullable: list[str] = arguments.get("nullable_key", [])
    for condition in ("true", *(f"{column} is null" for column in nullable)):
        statement = f"insert into {relation} select * from {relation} where {first_row(condition)}"
        yield BrokenRule(statement, ", ".join(key), "must be unique")
    for column in [*key, *arguments.get("required", [])]:
        if column not in nullable:
            yield BrokenRule(update(column, "null"), column, "must not be empty")
    for column, limits in arguments.get("bounds", {}).items():
        rule = f"must be between {limits[0]} and {limits[1]}"
        for outside in values_outside(limits, types[column]):
            yield BrokenRule(update(column, str(outside)), column, rule)
    for column, values in arguments.get("accepted_values", {}).items():
        yield BrokenRule(update(column, "'bad'"), column, f"must be one of {', '.join(values)}")
    for reference in arguments.get("references", []):
        complete = " and ".join(f"{column} is not null" for column in reference["columns"])
        for column in reference["columns"]:
            unknown = "'unknown'" if types[column] == "VARCHAR" else "2999"
            yield BrokenRule(
                update(column, unknown, complete),
                ", ".join(reference["columns"]),
                f"must exist in {reference['to']}",
            )


def test_every_data_test_has_bad_data(built_project: BuiltProject) -> None:
    """A data test without bad data, or bad data without a data test, is an error."""
    given = {name for name, cases in BAD_DATA.items() if cases}
    with_bad_data = {*valid_rows_tests(built_project), *given, HEADER_TEST}
    assert with_bad_data == set(built_project.nodes("test"))
    assert given == set(BAD_DATA)


def test_good_data_pass(
    built_project: BuiltProject,
    connection: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    subtests: pytest.Subtests,
) -> None:
    """Without bad data no data test finds a row, those excepted that only warn."""
    monkeypatch.chdir(built_project.project_dir)
    code = built_project.compiled_code("test")
    for name, test in built_project.nodes("test").items():
        if test["config"]["severity"].lower() != "warn":
            with subtests.test(name):
                assert found_rows(connection, code[name]) == []


def test_every_rule_of_valid_rows_can_fail(
    built_project: BuiltProject,
    connection: duckdb.DuckDBPyConnection,
    subtests: pytest.Subtests,
) -> None:
    """Bad data for each declared rule are found, and named by table, column and rule."""
    code = built_project.compiled_code("test")
    for name, test in valid_rows_tests(built_project).items():
        arguments = test["test_metadata"]["kwargs"]
        assert set(arguments) <= VALID_ROWS_ARGUMENTS, "an argument that has no bad data here"
        node = attached_node(built_project, test)
        relation = node["relation_name"]
        is_view = node["config"]["materialized"] == "view"
        described = connection.execute(f"describe {relation}").fetchall()
        types = {column: column_type for column, column_type, *_ in described}
        for broken in broken_rules(relation, arguments, types):
            with subtests.test(name, statement=broken.statement), rolled_back(connection):
                if is_view:
                    make_table_of_view(connection, relation)
                try:
                    connection.execute(broken.statement)
                except duckdb.ConversionException as error:
                    pytest.fail(f"cannot fail, the column's type holds no such value: {error}")
                assert any(
                    row["table_name"] == node["name"]
                    and row["column_name"] == broken.column
                    and row["rule"].startswith(broken.rule)
                    for row in found_rows(connection, code[name])
                )


@pytest.mark.parametrize(
    ("name", "bad_data"),
    [
        pytest.param(name, bad_data, id=f"{name}: {bad_data['why']}")
        for name, cases in BAD_DATA.items()
        for bad_data in cases
    ],
)
def test_bad_data_fail(
    name: str,
    bad_data: dict[str, Any],
    request: pytest.FixtureRequest,
) -> None:
    """Bad seeds, carried through the models, or bad tables are found for the rule they break.

    What files from outside bring is made bad in the staging models.
    """
    is_simulated = bad_data.get("index") == "simulated_field"
    project: BuiltProject = request.getfixturevalue(
        "simulated_field" if is_simulated else "built_project"
    )
    connection: duckdb.DuckDBPyConnection = request.getfixturevalue(
        "simulated_connection" if is_simulated else "connection"
    )
    query = project.compiled_code("test")[name]
    with rolled_back(connection):
        for statement in bad_data.get("seeds", []):
            connection.execute(statement)
        for statement in bad_data.get("staging", []):
            make_table_of_view(connection, statement.split()[1])
            connection.execute(statement)
        if "seeds" in bad_data or "staging" in bad_data:
            rebuild_upstream(connection, project, name)
        for statement in bad_data.get("tables", []):
            connection.execute(statement)
        rows = found_rows(connection, query)
    if not any(
        all(text in str(row[column]) for column, text in bad_data["found"].items()) for row in rows
    ):
        pytest.fail(f"{name} does not find {bad_data['why']}; it finds {rows or 'nothing'}")


@pytest.mark.parametrize("bad_header", BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_bad_seed_headers_fail(
    bad_header: Callable[[list[str]], list[str]],
    built_project: BuiltProject,
    connection: duckdb.DuckDBPyConnection,
    scratch_project: Callable[[], Path],
) -> None:
    """A header that is not the declared one is found in every seed file."""
    project_dir = scratch_project()
    seeds = built_project.nodes("seed")
    for seed in seeds.values():
        path = project_dir / seed["original_file_path"]
        header, separator, rows = path.read_text(encoding="utf-8").partition("\n")
        new_header = ",".join(bad_header(header.split(",")))
        path.write_text(f"{new_header}{separator}{rows}", encoding="utf-8")
    query = built_project.compiled_code("test")[HEADER_TEST]
    query = query.replace(str(built_project.project_dir), str(project_dir))
    found = found_rows(connection, query)
    assert sorted(row["table_name"] for row in found) == sorted(seeds)
