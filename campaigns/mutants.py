"""Change the SQL of the models one spot at a time, and count which changes no test notices.

    python -m campaigns.mutants [--limit N] [--seed 1] [--models NAME ...]
        [--operators NAME ...] [--processes N] [--built PROJECT] [--json FILE]

A mutant is the project with one change in the compiled SQL of a model: one node of the SQL is
another (OPERATORS), or two output columns of one type change places (COLUMN_SWAP). Common table
expressions that a loop writes for each level of the tree (means_2, means_3) are one place in the
model: where they are built alike they change together. What first notices a mutant is one of

    error       DuckDB refuses the SQL, or it runs out of memory or far too long
    unit test   a unit test of the model fails
    recorded    a mart of the recorded made-up fields is not as recorded
    constraint  a mart violates its contract's constraints
    data test   a data test of severity error finds rows
    end to end  a check of END_TO_END_CHECKS, taken from tests/python, fails

Otherwise it survives: `unchanged` if all marts are as they were, `changed` if not. An unchanged
mutant may be equivalent, or wrong only for other data; mutants_explained.csv says for each which
and why. The exit code is 1 if a survivor has no explanation there; a run of all mutants also names
the explanations that it had no use for. EXCLUDED_MARTS are neither mutated nor compared.

Some mutants would never end. What ends them is no number of seconds, since a busy machine may need
them for anything, but processor time: a multiple of what all untouched models took just before, on
the same machine. A mutant builds each model and runs each test once at most. The untouched models
themselves have no limit.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import math
import os
import random
import re
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from itertools import combinations, repeat, zip_longest
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import sqlglot
import yaml
from sqlglot import exp
from tests.python import test_published_warehouse, test_recomputation, test_result_ranges
from tests.python.conftest import DATABASE_NAME, copy_project
from tests.python.dbt_build import (
    RunError,
    built_project,
    data_test,
    database_of,
    fresh_build,
    kind_of,
    profile_output,
    read_artifact,
)
from tests.python.few_draws import use_few_draws
from tests.python.small_fields import (
    RECORDED_MARTS,
    SmallWarehouse,
    mart_lines,
    recorded_query,
    with_simulated_rows,
)

# Run time and code version differ by nature.
EXCLUDED_MARTS = ("meta_build",)
KILLERS = ("error", "unit test", "recorded", "constraint", "data test", "end to end")
SURVIVALS = ("unchanged", "changed")
# A mutant fails that takes this many times what all untouched models take.
LIMIT_FACTOR = 20
SECONDS_BETWEEN_LOOKS = 0.2
MEMORY_PER_CONNECTION = "2GB"
# As many untouched models are computed anew at once as fit into that.
UNTOUCHED_AT_ONCE = 24
SHOWN_CHARACTERS = 300
EXPLANATIONS = Path(__file__).with_name("mutants_explained.csv")
EXPLAINED_BY = ("model", "part", "operator", "before", "after")
COLUMN_SWAP = "column swap"
BASELINE_SCHEMA = "baseline"
MODEL_RELATION = re.compile(r'"\w+"\."\w+"\."(\w+)"')
NUMBER_OF_LEVEL = re.compile(r"_\d+$")
TABLE_DEFINITION = re.compile(r"create\s+table\s+\S+\s*(\(.*?\))\s*;", re.DOTALL)
FIXTURE_PREFIX = "__dbt__cte__"
ACTUAL = "dbt_internal_unit_test_actual"
EXPECTED = "dbt_internal_unit_test_expected"
END_TO_END_CHECKS: tuple[Callable[[Any], None], ...] = (
    test_published_warehouse.test_duesseldorf_page_line_by_line,
    test_published_warehouse.test_duesseldorf_page_ends_with_its_best_practice,
    test_published_warehouse.test_duesseldorf_in_the_real_ranking_keeps_published_ranks,
    test_published_warehouse.test_every_published_figure_is_reconciled,
    test_published_warehouse.test_example_queries_return_rows,
    test_published_warehouse.test_readme_query_returns_what_the_readme_shows,
    test_recomputation.test_category_indices_equal_exact_fractions,
    test_result_ranges.check_ranges,
)

Swaps = dict[type[exp.Expr], type[exp.Expr]]
Changes = Iterator[exp.Expr | None]

COMPARISONS: Swaps = {exp.LT: exp.LTE, exp.GT: exp.GTE, exp.EQ: exp.NEQ}
COMPARISON_SWAPS: Swaps = {**COMPARISONS, **{right: left for left, right in COMPARISONS.items()}}
ARITHMETIC: Swaps = {exp.Add: exp.Sub, exp.Mul: exp.Div}
ARITHMETIC_SWAPS: Swaps = {**ARITHMETIC, **{right: left for left, right in ARITHMETIC.items()}}
AGGREGATE_SWAPS: Swaps = {
    exp.Sum: exp.Max,
    exp.Avg: exp.Max,
    exp.Max: exp.Min,
    exp.Min: exp.Max,
    exp.LogicalAnd: exp.LogicalOr,
    exp.LogicalOr: exp.LogicalAnd,
}


@dataclass(frozen=True)
class Model:
    """A model of the project.

    Attributes:
        name: its name.
        unique_id: dbt's id.
        relation: its quoted name in the database.
        sql: its compiled SQL.
        definition: columns and constraints of a mart, in parentheses; empty elsewhere.
        parents: unique ids of the nodes it reads.
        columns: type by output column, in the order of the table.
        is_mutated: whether it is none of EXCLUDED_MARTS.
        is_mart: whether it is a mart.
        is_view: whether it is a view.
    """

    name: str
    unique_id: str
    relation: str
    sql: str
    definition: str
    parents: frozenset[str]
    columns: dict[str, str]
    is_mutated: bool
    is_mart: bool
    is_view: bool


@dataclass(frozen=True)
class UnitTest:
    """A unit test of dbt.

    Attributes:
        name: its name.
        model: the model that it tests.
        schema: schema in which the given rows are tables.
        fixtures: query of the given rows per name of an input.
        expected: query of the expected rows.
        columns: the compared columns, quoted, separated by commas.
        overrides: the test's value of each var that it sets, by the value that models have.
    """

    name: str
    model: str
    schema: str
    fixtures: dict[str, str]
    expected: str
    columns: str
    overrides: dict[str, str]


@dataclass(frozen=True)
class Project:
    """What a build of the project consists of; plain data, because it goes to other processes.

    Attributes:
        project_dir: the built copy.
        settings: settings of the session, as in the profile.
        models: all models, in an order of dependency.
        unit_tests: the unit tests of the models that are changed.
        data_tests: per data test of severity error its name, query and read nodes.
    """

    project_dir: Path
    settings: dict[str, Any]
    models: list[Model]
    unit_tests: list[UnitTest]
    data_tests: list[tuple[str, str, frozenset[str]]]


@dataclass(frozen=True)
class Spot:
    """Where and how SQL can be changed once.

    Attributes:
        model: the model that changes.
        parts: the common table expressions that change together; an empty name is the last select.
        position: number of the node in each part.
        operator: name of the kind of change.
        variant: number of the change, of those that the operator offers for the node.
    """

    model: str
    parts: tuple[str, ...]
    position: int
    operator: str
    variant: int


@dataclass(frozen=True)
class ColumnSwap:
    """Two output columns that change places.

    Attributes:
        model: the model that changes.
        columns: all its output columns, in the order of the table.
        pair: the two.
    """

    model: str
    columns: tuple[str, ...]
    pair: tuple[str, str]


@dataclass(frozen=True)
class Mutant:
    """One change of the SQL.

    Attributes:
        model: the model in which it was found.
        operator: name of the kind of change.
        part: the first common table expression that changes; empty for the last select.
        line: line in the compiled SQL.
        before: the SQL that changes.
        after: what it becomes; empty if it is removed.
        sql: the changed SQL of the model.
    """

    model: str
    operator: str
    part: str
    line: int
    before: str
    after: str
    sql: str


def altered(node: exp.Expr, **arguments: Any) -> exp.Expr:
    """Return a copy of a node with other arguments."""
    copy = node.copy()
    for name, value in arguments.items():
        copy.set(name, value)
    return copy


def without(items: list[exp.Expr], position: int) -> list[exp.Expr]:
    """Return copies of all items but one."""
    return [item.copy() for number, item in enumerate(items) if number != position]


def binary_swaps(kinds: Swaps) -> Callable[[exp.Expr], Changes]:
    """Return an operator that replaces a binary operator by another one."""

    def swap(node: exp.Expr) -> Changes:
        if type(node) in kinds:
            yield kinds[type(node)](this=node.this.copy(), expression=node.expression.copy())

    return swap


def constants(node: exp.Expr) -> Changes:
    """Add one to a number, lengthen a text, negate a truth value; types stay as they are."""
    if isinstance(node.parent, exp.DataTypeParam):
        return
    if isinstance(node, exp.Literal) and node.is_string:
        yield exp.Literal.string(f"{node.this}_x")
    elif isinstance(node, exp.Literal):
        yield exp.Literal.number(str(Decimal(node.this) + 1))
    elif isinstance(node, exp.Boolean):
        yield exp.Boolean(this=not node.this)


def join_kinds(node: exp.Expr) -> Changes:
    """Turn an inner join into a left join, and the reverse."""
    if isinstance(node, exp.Join) and (node.args.get("on") or node.args.get("using")):
        side = None if node.side == "LEFT" else "LEFT"
        yield altered(node, side=side, kind=None if side else "INNER")


def connectors(node: exp.Expr) -> Changes:
    """Turn `and` into `or`, and the reverse."""
    if isinstance(node, (exp.And, exp.Or)):
        kind = exp.Or if isinstance(node, exp.And) else exp.And
        yield exp.paren(kind(this=node.this.copy(), expression=node.expression.copy()))


def negations(node: exp.Expr) -> Changes:
    """Remove a `not`; turn `is null` into `is not null`."""
    if isinstance(node, exp.Not):
        yield node.this.copy()
    elif isinstance(node, exp.Is) and not isinstance(node.parent, exp.Not):
        yield exp.paren(exp.Not(this=node.copy()))


def null_handling(node: exp.Expr) -> Changes:
    """Reduce coalesce and nullif to their first argument, null-safe comparisons to plain ones."""
    if isinstance(node, (exp.Coalesce, exp.Nullif)):
        yield node.this.copy()
    elif isinstance(node, (exp.NullSafeEQ, exp.NullSafeNEQ)):
        kind = exp.EQ if isinstance(node, exp.NullSafeEQ) else exp.NEQ
        yield kind(this=node.this.copy(), expression=node.expression.copy())


def sort_orders(node: exp.Expr) -> Changes:
    """Turn an ascending order into a descending one, and the reverse."""
    if isinstance(node, exp.Ordered):
        yield altered(node, desc=not node.args.get("desc"))


def partitions(node: exp.Expr) -> Changes:
    """Remove a column from `partition by`."""
    if isinstance(node, exp.Window):
        columns = node.args.get("partition_by") or []
        for position in range(len(columns)):
            yield altered(node, partition_by=without(columns, position))


def rank_functions(node: exp.Expr) -> Changes:
    """Replace rank by the other ways to number rows."""
    if isinstance(node, exp.Rank):
        yield exp.DenseRank()
        yield exp.RowNumber()


def aggregates(node: exp.Expr) -> Changes:
    """Replace an aggregate, or greatest by least; let count ignore or respect repetitions."""
    if type(node) in AGGREGATE_SWAPS:
        yield AGGREGATE_SWAPS[type(node)](this=node.this.copy())
    elif isinstance(node, (exp.Greatest, exp.Least)):
        kind = exp.Least if isinstance(node, exp.Greatest) else exp.Greatest
        yield kind(this=node.this.copy(), expressions=[item.copy() for item in node.expressions])
    elif isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
        yield exp.Max(this=exp.Literal.number(1))
    elif isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
        yield exp.Count(this=node.this.expressions[0].copy())
    elif isinstance(node, exp.Count):
        yield exp.Count(this=exp.Distinct(expressions=[node.this.copy()]))
    elif isinstance(node, exp.Filter):
        yield node.this.copy()


def roundings(node: exp.Expr) -> Changes:
    """Round to one digit less."""
    if isinstance(node, exp.Round) and node.args.get("decimals"):
        digits = exp.paren(node.args["decimals"].copy())
        yield altered(node, decimals=exp.Sub(this=digits, expression=exp.Literal.number(1)))


def case_branches(node: exp.Expr) -> Changes:
    """Remove a branch of a case expression, or its default."""
    if not isinstance(node, exp.Case):
        return
    branches, default = node.args["ifs"], node.args.get("default")
    for position in range(len(branches)):
        if len(branches) > 1:
            yield altered(node, ifs=without(branches, position))
        else:
            yield default.copy() if default else exp.Null()
    if default:
        yield altered(node, default=None)


def conditions(node: exp.Expr) -> Changes:
    """Remove one condition of several, or the only one of a where or qualify."""
    if isinstance(node, (exp.And, exp.Or)):
        yield node.this.copy()
        if not isinstance(node.this, type(node)):
            yield node.expression.copy()
    elif isinstance(node, (exp.Where, exp.Having, exp.Qualify)) and not isinstance(
        node.parent, exp.Filter
    ):
        yield None


def row_sets(node: exp.Expr) -> Changes:
    """Remove a `distinct`, or a branch of a union."""
    if isinstance(node, exp.Select) and node.args.get("distinct"):
        yield altered(node, distinct=None)
    elif isinstance(node, exp.Union):
        yield node.this.copy()
        if not isinstance(node.this, exp.Union):
            yield node.expression.copy()


OPERATORS: dict[str, Callable[[exp.Expr], Changes]] = {
    "comparison": binary_swaps(COMPARISON_SWAPS),
    "arithmetic": binary_swaps(ARITHMETIC_SWAPS),
    "constant": constants,
    "join kind": join_kinds,
    "and, or": connectors,
    "not": negations,
    "null handling": null_handling,
    "sort order": sort_orders,
    "partition": partitions,
    "rank function": rank_functions,
    "aggregate": aggregates,
    "rounding": roundings,
    "case branch": case_branches,
    "condition removed": conditions,
    "row set": row_sets,
}


def parsed(sql: str) -> exp.Query:
    """Return the syntax tree of a query."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(tree, exp.Query)
    return tree


def rendered(node: exp.Expr) -> str:
    """Return a syntax tree as SQL."""
    return node.sql(dialect="duckdb", comments=False)


def nodes_by_part(tree: exp.Query) -> dict[str, list[exp.Expr]]:
    """Return all nodes per common table expression, and those of the last select under ''."""
    last_select = tree.walk(prune=lambda node: isinstance(node, exp.With))
    return {**{cte.alias: list(cte.walk()) for cte in tree.ctes}, "": list(last_select)}


def shape_of(nodes: list[exp.Expr]) -> tuple[type, ...]:
    """Return the kinds of the nodes; equal for parts that differ in names and values only."""
    return tuple(type(node) for node in nodes)


def line_of(node: exp.Expr | None) -> int:
    """Return the line of a node, or of the next node around it that knows its line; 0 if none."""
    while node is not None:
        lines = [int(inner.meta["line"]) for inner in node.walk() if "line" in inner.meta]
        if lines:
            return min(lines)
        node = node.parent
    return 0


def apply_change(tree: exp.Query, spot: Spot) -> tuple[str, str, str]:
    """Change a copy of a tree at one node of one part or of each part that is built alike.

    Args:
        tree: the tree, which stays as it is.
        spot: where and how.

    Returns:
        The SQL of the changed tree, and of the first node before and after; a constant is shown
        with what is around it.
    """
    copy = tree.copy()
    shown: list[tuple[str, str]] = []
    for part in spot.parts:
        node = nodes_by_part(copy)[part][spot.position]
        replacement = list(OPERATORS[spot.operator](node))[spot.variant]
        frame = node.parent if isinstance(node, (exp.Literal, exp.Boolean)) else None
        before = rendered(frame or node)
        if replacement is None:
            node.pop()
            shown.append((before, ""))
        else:
            node.replace(replacement)
            shown.append((before, rendered(frame or replacement)))
    return rendered(copy), *shown[0]


def spots_of(model: str, tree: exp.Query) -> Iterator[Spot]:
    """Yield all spots of a model."""
    parts = nodes_by_part(tree)
    alike: dict[tuple[str, tuple[type, ...]], list[str]] = defaultdict(list)
    for part, nodes in parts.items():
        alike[NUMBER_OF_LEVEL.sub("", part), shape_of(nodes)].append(part)
    for names in alike.values():
        for position, node in enumerate(parts[names[0]]):
            for operator, change in OPERATORS.items():
                for variant in range(len(list(change(node)) if node.parent else [])):
                    yield Spot(model, tuple(names), position, operator, variant)


def has_common_stem(left: str, right: str) -> bool:
    """Return whether two names begin or end with the same word: label_de, label_en."""
    words, other_words = left.split("_"), right.split("_")
    return words[0] == other_words[0] or words[-1] == other_words[-1]


def swapped_pairs(columns: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of columns of one type that are swapped.

    All pairs would be quadratic. Of those of one type each column is swapped with the next, and
    the last with the first, so that every column takes part; further all pairs with a common
    stem, because these are the ones that a person confuses.

    Args:
        columns: type by column, in the order of the table.
    """
    for data_type in dict.fromkeys(columns.values()):
        names = [name for name, other_type in columns.items() if other_type == data_type]
        for left, right in combinations(names, 2):
            distance = names.index(right) - names.index(left)
            if distance in (1, len(names) - 1) or has_common_stem(left, right):
                yield left, right


def all_spots(models: list[Model], trees: dict[str, exp.Query]) -> list[Spot | ColumnSwap]:
    """Return the spots and swaps of columns of all models, model by model."""
    spots: list[Spot | ColumnSwap] = []
    for model in models:
        spots += spots_of(model.name, trees[model.name])
        spots += (
            ColumnSwap(model.name, tuple(model.columns), pair)
            for pair in swapped_pairs(model.columns)
        )
    return spots


def operator_of(spot: Spot | ColumnSwap) -> str:
    """Return the name of the kind of change."""
    return spot.operator if isinstance(spot, Spot) else COLUMN_SWAP


def swapped_mutant(swap: ColumnSwap, tree: exp.Query) -> Mutant:
    """Return the mutant of a swap of columns; a query around the model's own renames them."""
    left, right = swap.pair
    sources = {left: right, right: left}
    outputs = ", ".join(f'"{sources.get(name, name)}" as "{name}"' for name in swap.columns)
    return Mutant(
        model=swap.model,
        operator=COLUMN_SWAP,
        part="",
        line=line_of(nodes_by_part(tree)[""][-1]),
        before=f"{left}, {right}",
        after=f"{right}, {left}",
        sql=f"select {outputs} from ({rendered(tree)})",
    )


def mutant_at(spot: Spot | ColumnSwap, tree: exp.Query) -> Mutant:
    """Return the mutant of a spot or of a swap of columns."""
    if isinstance(spot, ColumnSwap):
        return swapped_mutant(spot, tree)
    sql, before, after = apply_change(tree, spot)
    return Mutant(
        model=spot.model,
        operator=spot.operator,
        part=spot.parts[0],
        line=line_of(nodes_by_part(tree)[spot.parts[0]][spot.position]),
        before=before,
        after=after,
        sql=sql,
    )


def read_columns(project_dir: Path) -> dict[str, dict[str, str]]:
    """Return the types of the columns of every relation of a built project, by quoted name."""
    columns: dict[str, dict[str, str]] = defaultdict(dict)
    with duckdb.connect(str(database_of(project_dir)), read_only=True) as connection:
        for relation, name, data_type in connection.execute(
            'select format(\'"{}"."{}"."{}"\', table_catalog, table_schema, table_name),'
            " column_name, data_type from information_schema.columns order by ordinal_position"
        ).fetchall():
            columns[relation][name] = data_type
    return columns


def read_model(
    node: dict[str, Any], compiled_code: str, columns: dict[str, str], project_dir: Path
) -> Model:
    """Return one model of a built project.

    Args:
        node: the model in dbt's manifest.
        compiled_code: its compiled SQL.
        columns: type by output column.
        project_dir: the project.

    Raises:
        RunError: the statement that created a mart is not as expected.
    """
    is_mart = node["fqn"][1] == "marts"
    definition = ""
    if is_mart:
        run_file = project_dir / "target" / "run" / node["package_name"]
        text = (run_file / node["original_file_path"]).read_text(encoding="utf-8")
        found = TABLE_DEFINITION.search(text)
        if not found:
            raise RunError(f"{node['name']}: no create table with columns was run")
        definition = found.group(1)
    return Model(
        name=node["name"],
        unique_id=node["unique_id"],
        relation=node["relation_name"],
        sql=compiled_code,
        definition=definition,
        parents=frozenset(node["depends_on"]["nodes"]),
        columns=columns,
        is_mutated=node["name"] not in EXCLUDED_MARTS,
        is_mart=is_mart,
        is_view=node["config"]["materialized"] == "view",
    )


def read_unit_test(
    unit_test: dict[str, Any], number: int, project_dir: Path, values: dict[str, Any]
) -> UnitTest:
    """Return one unit test of a built project, taken from the statement that dbt ran.

    Args:
        unit_test: the unit test in dbt's manifest.
        number: a number of its own.
        project_dir: the project.
        values: the project's vars.

    Raises:
        RunError: there is not one such statement.
    """
    files = list((project_dir / "target" / "run").rglob(f"{unit_test['name']}.sql"))
    if len(files) != 1:
        raise RunError(f"{unit_test['name']}: {len(files)} statements were run, not 1")
    parts = {cte.alias: cte.this for cte in parsed(files[0].read_text(encoding="utf-8")).ctes}
    fixtures = {
        cte.alias.removeprefix(FIXTURE_PREFIX): rendered(cte.this)
        for cte in parts[ACTUAL].find_all(exp.CTE)
        if cte.alias.startswith(FIXTURE_PREFIX)
    }
    columns = [rendered(column) for column in parts[ACTUAL].expressions[:-1]]
    return UnitTest(
        name=unit_test["name"],
        model=unit_test["model"],
        schema=f"unit_test_{number}",
        fixtures=fixtures,
        expected=rendered(parts[EXPECTED]),
        columns=", ".join(columns),
        overrides={
            str(values[name]): str(value)
            for name, value in ((unit_test["overrides"] or {}).get("vars") or {}).items()
        },
    )


def read_unit_tests(project_dir: Path, models: Collection[str]) -> list[UnitTest]:
    """Return the unit tests of some models; to read all takes a quarter of a minute.

    Raises:
        RunError: a statement that dbt ran is not as expected.
    """
    unit_tests = read_artifact(project_dir, "manifest")["unit_tests"].values()
    project = yaml.safe_load((project_dir / "dbt_project.yml").read_text(encoding="utf-8"))
    return [
        read_unit_test(unit_test, number, project_dir, project["vars"])
        for number, unit_test in enumerate(unit_tests)
        if unit_test["model"] in models
    ]


def read_project(project_dir: Path) -> Project:
    """Return what the last build of a project consisted of, without unit tests.

    Raises:
        RunError: a statement that dbt ran is not as expected.
    """
    nodes = read_artifact(project_dir, "manifest")["nodes"]
    columns = read_columns(project_dir)
    models: list[Model] = []
    depths: dict[str, int] = {}
    data_tests: list[tuple[str, str, frozenset[str]]] = []
    for result in read_artifact(project_dir, "run_results")["results"]:
        unique_id, code = result["unique_id"], result["compiled_code"]
        if kind_of(unique_id) == "model":
            node = nodes[unique_id]
            relation = node["relation_name"]
            models.append(read_model(node, code, columns[relation], project_dir))
            parents = models[-1].parents
            depths[unique_id] = 1 + max((depths.get(parent, 0) for parent in parents), default=0)
        elif kind_of(unique_id) == "test":
            node = nodes[unique_id]
            if node["config"]["severity"].lower() == "error":
                name, query, _ = data_test(node, code, result["failures"])
                data_tests.append((name, query, frozenset(node["depends_on"]["nodes"])))
    # dbt's order depends on which of its threads is faster, and with it what a seed draws.
    models.sort(key=lambda model: (depths[model.unique_id], model.name))
    return Project(
        project_dir=project_dir,
        settings={**profile_output(project_dir)["settings"], "threads": 1},
        models=models,
        unit_tests=[],
        data_tests=data_tests,
    )


def is_different(connection: duckdb.DuckDBPyConnection, left: str, right: str) -> bool:
    """Return whether two queries give different rows, whatever their order."""
    query = (
        f"with left_rows as materialized ({left}), right_rows as materialized ({right})"
        " select exists (from left_rows except all from right_rows)"
        " or exists (from right_rows except all from left_rows)"
    )
    return bool(connection.execute(query).fetchall()[0][0])


class Laboratory:
    """A built database of its own, in which mutants are tried one after the other."""

    def __init__(self, project: Project, directory: Path) -> None:
        """Copy the built database and add what the comparisons need.

        Args:
            project: the built project.
            directory: where the copy goes.
        """
        self.project = project
        self.trees = {model.name: parsed(model.sql) for model in project.models if model.is_mutated}
        database = directory / DATABASE_NAME
        shutil.copyfile(database_of(project.project_dir), database)
        self.connection = duckdb.connect(str(database))
        for name, value in project.settings.items():
            self.connection.execute(f"set {name} = '{value}'")
        self.connection.execute("set enable_progress_bar = false")
        self.connection.execute(f"create schema {BASELINE_SCHEMA}")
        for model in project.models:
            self.connection.execute(
                f"create table {BASELINE_SCHEMA}.{model.name} as from {model.relation}"
            )
        for unit_test in project.unit_tests:
            self.connection.execute(f"create schema {unit_test.schema}")
            for name, query in unit_test.fixtures.items():
                self.connection.execute(f"create table {unit_test.schema}.{name} as {query}")
        self.small_warehouse = SmallWarehouse(built_project(project.project_dir))
        self.small_connection = self.small_warehouse.build_recorded_fields()
        self.small_connection.execute("set threads = 1")
        self.connections = (self.connection, self.small_connection)
        for connection in self.connections:
            connection.execute(f"set memory_limit = '{MEMORY_PER_CONNECTION}'")
            connection.execute("set temp_directory = ''")
        self.recorded_lines = {
            mart: (RECORDED_MARTS / f"{mart}.csv").read_text(encoding="utf-8").splitlines()
            for mart in self.small_warehouse.recorded_marts()
        }

    def failed_unit_test(self, sql: dict[str, str]) -> str | None:
        """Return the name of a unit test that fails with other SQL of its model, if any."""
        for unit_test in self.project.unit_tests:
            if unit_test.model in sql:
                mocked = MODEL_RELATION.sub(rf'{unit_test.schema}."\1"', sql[unit_test.model])
                for value, override in unit_test.overrides.items():
                    mocked = mocked.replace(value, override)
                actual = f"select {unit_test.columns} from ({mocked})"
                expected = f"select {unit_test.columns} from ({unit_test.expected})"
                if is_different(self.connection, actual, expected):
                    return unit_test.name
        return None

    def unrecorded_mart(self, sql: dict[str, str]) -> str | None:
        """Return the name of a mart of the made-up fields that other SQL changes, if any."""
        rebuilt: set[str] = set()
        for node, code in self.small_warehouse.nodes:
            is_downstream = rebuilt & set(node["depends_on"]["nodes"])
            if node["name"] not in sql and not is_downstream:
                continue
            rebuilt.add(node["unique_id"])
            changed = with_simulated_rows(node["name"], sql.get(node["name"], code))
            self.small_connection.execute(
                f"create or replace {node['config']['materialized']} {node['relation_name']} as"
                f" {changed}"
            )
            recorded = self.recorded_lines.get(node["name"])
            if recorded and self.is_unlike(node["name"], recorded):
                return str(node["name"])
        return None

    def is_unlike(self, mart: str, recorded: list[str]) -> bool:
        """Return whether a mart of the made-up fields is not as recorded; too many are not read."""
        query = f"select 1 + count(*) from ({recorded_query(mart)})"
        count = self.small_connection.execute(query).fetchall()
        return count != [(len(recorded),)] or mart_lines(self.small_connection, mart) != recorded

    def rebuild(self, sql: dict[str, str]) -> dict[str, Model]:
        """Create models from other SQL, and all models that read changed rows.

        Args:
            sql: the other SQL by name of the model.

        Returns:
            The models whose rows changed, by unique id.
        """
        changed: dict[str, Model] = {}
        for model in self.project.models:
            if not model.is_mutated or not (model.name in sql or model.parents & changed.keys()):
                continue
            query = sql.get(model.name, model.sql)
            if model.is_view:
                self.connection.execute(f"create or replace view {model.relation} as {query}")
            elif model.definition:
                self.connection.execute(f"drop table {model.relation}")
                self.connection.execute(f"create table {model.relation} {model.definition}")
                self.connection.execute(f"insert into {model.relation} by name ({query})")
            else:
                self.connection.execute(f"create or replace table {model.relation} as ({query})")
            baseline = f"from {BASELINE_SCHEMA}.{model.name}"
            if is_different(self.connection, f"from {model.relation}", baseline):
                changed[model.unique_id] = model
        return changed

    def failed_check(self) -> str | None:
        """Return the name of an end-to-end check that fails in the database as it is, if any."""
        for check in END_TO_END_CHECKS:
            try:
                check(self.connection)
            except (AssertionError, LookupError, TypeError, ValueError):
                return check.__name__
        return None

    def first_notice(self, sql: dict[str, str]) -> tuple[str, str]:
        """Return the outcome of other SQL, and what said it; leaves the databases changed.

        Raises:
            duckdb.Error: DuckDB refuses the SQL.
        """
        unit_test = self.failed_unit_test(sql)
        if unit_test:
            return "unit test", unit_test
        recorded_mart = self.unrecorded_mart(sql)
        if recorded_mart:
            return "recorded", recorded_mart
        try:
            changed = self.rebuild(sql)
        except duckdb.ConstraintException as error:
            return "constraint", str(error).splitlines()[0]
        for name, query, read_nodes in self.project.data_tests:
            if read_nodes & changed.keys() and self.connection.execute(query).fetchall() != [(0,)]:
                return "data test", name
        marts = [model.name for model in changed.values() if model.is_mart]
        if not marts:
            return "unchanged", ", ".join(model.name for model in changed.values())
        check = self.failed_check()
        return ("end to end", check) if check else ("changed", ", ".join(marts))

    @contextlib.contextmanager
    def limited(self, processor_seconds: float) -> Iterator[None]:
        """End what the databases are doing once the body has taken so much processor time."""
        end = time.process_time() + processor_seconds
        is_done = threading.Event()

        def watch() -> None:
            while not is_done.wait(SECONDS_BETWEEN_LOOKS):
                if time.process_time() > end:
                    for connection in self.connections:
                        connection.interrupt()

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            is_done.set()
            watcher.join()

    def outcome_of(self, sql: dict[str, str], processor_seconds: float) -> tuple[str, str]:
        """Try other SQL and put everything back.

        Args:
            sql: the other SQL by name of the model.
            processor_seconds: processor time after which it has failed.

        Returns:
            The outcome, and what said it: a test, an error or the models that changed.
        """
        for connection in self.connections:
            connection.execute("begin")
        try:
            with self.limited(processor_seconds):
                return self.first_notice(sql)
        except duckdb.Error as error:
            return "error", str(error).splitlines()[0]
        finally:
            for connection in self.connections:
                connection.execute("rollback")


def run_check_query(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """Run a query of an end-to-end check on an open connection instead of a file."""
    return connection.execute(sql).fetchall()


def read_check_columns(
    connection: duckdb.DuckDBPyConnection, columns: str
) -> list[tuple[Any, ...]]:
    """Read columns for an end-to-end check from an open connection instead of a file."""
    return connection.execute(f"select {columns} from fct_index_results").fetchall()


_laboratories: list[Laboratory] = []


def open_laboratory(project: Project, directory: Path) -> None:
    """Set up this process: a laboratory, and checks that read from its connection.

    Args:
        project: the built project.
        directory: parent of the directory of the laboratory's database.
    """
    mock.patch.object(test_published_warehouse, "query", run_check_query).start()
    mock.patch.object(test_recomputation, "mart_rows", read_check_columns).start()
    _laboratories.append(Laboratory(project, Path(tempfile.mkdtemp(dir=directory))))


def try_mutant(spot: Spot | ColumnSwap, processor_seconds: float) -> dict[str, Any]:
    """Return a mutant, without its SQL, with its outcome in this process's laboratory."""
    (laboratory,) = _laboratories
    mutant = mutant_at(spot, laboratory.trees[spot.model])
    outcome, detail = laboratory.outcome_of({spot.model: mutant.sql}, processor_seconds)
    attributes = {key: value for key, value in asdict(mutant).items() if key != "sql"}
    return {**attributes, "outcome": outcome, "detail": detail}


def try_untouched(models: list[str]) -> tuple[tuple[str, str], float]:
    """Return the outcome of the SQL of models, written anew, and the processor time it took."""
    (laboratory,) = _laboratories
    started = time.process_time()
    sql = {name: rendered(laboratory.trees[name]) for name in models}
    return laboratory.outcome_of(sql, math.inf), time.process_time() - started


def sampled(
    spots: list[Spot | ColumnSwap], limit: int | None, seed: int
) -> list[Spot | ColumnSwap]:
    """Return at most so many of the spots, in their order, and of each kind of change as many."""
    kinds: dict[str, list[int]] = defaultdict(list)
    for number in random.Random(seed).sample(range(len(spots)), len(spots)):
        kinds[operator_of(spots[number])].append(number)
    in_turn = [n for turn in zip_longest(*kinds.values()) for n in turn if n is not None]
    return [spots[number] for number in sorted(in_turn[:limit])]


def check_untouched_models(models: list[str], executor: Executor) -> float:
    """Check that models, parsed and written again, pass everything and change nothing.

    Args:
        models: their names.
        executor: runs the laboratories.

    Returns:
        The processor time that all of them take, in seconds.

    Raises:
        RunError: a model does not.
    """
    total = 0.0
    for start in range(0, len(models), UNTOUCHED_AT_ONCE):
        part = models[start : start + UNTOUCHED_AT_ONCE]
        outcome, processor_seconds = executor.submit(try_untouched, part).result()
        if outcome != ("unchanged", ""):
            raise RunError(f"untouched: {': '.join(outcome)}")
        total += processor_seconds
    return total


def run_campaign(
    limit: int | None,
    seed: int,
    names: list[str],
    operators: list[str],
    processes: int | None,
    built: Path | None,
) -> list[dict[str, Any]]:
    """Try mutants of the project.

    Args:
        limit: number of mutants to draw at random; None for all.
        seed: seed of the randomness.
        names: models to mutate; empty for all.
        operators: kinds of change to try; empty for all.
        processes: number of processes, each with a laboratory; None for one per core.
        built: a copy of the project that dbt has built with all tests, which is left as it is; None
            to build one.

    Returns:
        Per mutant its attributes but the whole SQL, its outcome and what said it.

    Raises:
        RunError: the untouched project does not pass, or a name is not that of a model.
    """
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as directory:
        project_dir = built or Path(directory) / "project"
        if not built:
            use_few_draws(copy_project(project_dir))
            fresh_build(project_dir)
        project = read_project(project_dir)
        models = [model for model in project.models if model.is_mutated]
        trees = {model.name: parsed(model.sql) for model in models}
        unknown = sorted(set(names) - trees.keys())
        if unknown:
            raise RunError(f"no such model: {', '.join(unknown)}")
        spots = [
            spot
            for spot in all_spots(models, trees)
            if (not names or spot.model in names)
            and (not operators or operator_of(spot) in operators)
        ]
        tried = sampled(spots, limit, seed)
        print(f"{len(spots)} mutants, {len(tried)} of them tried", flush=True)
        # the models that are not mutated have nothing to be compared with
        untouched = list(dict.fromkeys(spot.model for spot in tried))
        project = replace(project, unit_tests=read_unit_tests(project_dir, untouched))
        with ProcessPoolExecutor(
            max_workers=processes or os.cpu_count(),
            mp_context=get_context("spawn"),
            initializer=open_laboratory,
            initargs=(project, Path(directory)),
        ) as executor:
            processor_seconds = LIMIT_FACTOR * check_untouched_models(untouched, executor)
            for result in executor.map(try_mutant, tried, repeat(processor_seconds)):
                results.append(result)
                if len(results) % 100 == 0:
                    print(f"{len(results)}/{len(tried)}", flush=True)
    return results


def read_explanations() -> list[dict[str, str]]:
    """Return the rows of EXPLANATIONS: patterns of EXPLAINED_BY, and the reason."""
    with EXPLANATIONS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def explain(
    results: list[dict[str, Any]], explanations: list[dict[str, str]]
) -> list[dict[str, str]]:
    """Add to every survivor the first reason whose patterns fit it, or an empty text.

    Args:
        results: mutants with their outcomes; `reason` is added to the survivors.
        explanations: rows of EXPLANATIONS.

    Returns:
        The explanations that are no survivor's reason.
    """
    unused = list(explanations)
    for result in results:
        if result["outcome"] in SURVIVALS:
            fitting = (
                row
                for row in explanations
                if all(fnmatchcase(result[name], row[name]) for name in EXPLAINED_BY)
            )
            first = next(fitting, None)
            result["reason"] = first["reason"] if first else ""
            if first in unused:
                unused.remove(first)
    return unused


def print_table(results: list[dict[str, Any]]) -> None:
    """Print the number of mutants per model and outcome, and the totals."""
    outcomes = (*KILLERS, *SURVIVALS)
    print(f"\n{'model':<26}{'mutants':>9}" + "".join(f"{name:>12}" for name in outcomes))
    for model in [*dict.fromkeys(result["model"] for result in results), "all"]:
        counts = Counter(
            result["outcome"] for result in results if model in ("all", result["model"])
        )
        row = "".join(f"{counts[outcome]:>12}" for outcome in outcomes)
        print(f"{model:<26}{counts.total():>9}{row}")
    killed = sum(result["outcome"] in KILLERS for result in results)
    explained = sum(bool(result.get("reason")) for result in results)
    unexplained = len(results) - killed - explained
    print(
        f"\n{killed} of {len(results)} killed, {explained} survivors explained, {unexplained} not:"
        f" {100 * killed / max(killed + unexplained, 1):.1f} % of the mutants without explanation"
    )


def print_survivors(results: list[dict[str, Any]]) -> None:
    """Print every survivor without an explanation; first those that change a mart."""
    for outcome in reversed(SURVIVALS):
        for result in results:
            if result["outcome"] == outcome and not result["reason"]:
                place = f"{result['model']}:{result['line']} ({result['part']})"
                print(f"\n{outcome}: {place}, {result['operator']}: {result['detail']}")
                print(f"  - {result['before'][:SHOWN_CHARACTERS]}")
                print(f"  + {result['after'][:SHOWN_CHARACTERS]}")


def main() -> int:
    """Run the campaign, print its table and survivors; returns 1 for one without a reason."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", nargs="+", default=[], metavar="NAME")
    parser.add_argument(
        "--operators", nargs="+", default=[], metavar="NAME", choices=(*OPERATORS, COLUMN_SWAP)
    )
    parser.add_argument("--processes", type=int, metavar="N")
    parser.add_argument("--built", type=Path, metavar="PROJECT")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    try:
        results = run_campaign(
            arguments.limit,
            arguments.seed,
            arguments.models,
            arguments.operators,
            arguments.processes,
            arguments.built,
        )
    except RunError as error:
        print(error, file=sys.stderr)
        return 1
    unused = explain(results, read_explanations())
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print_table(results)
    print_survivors(results)
    if not (arguments.limit or arguments.models or arguments.operators):
        for row in unused:
            print(f"explains no survivor: {', '.join(row[name] for name in EXPLAINED_BY)}")
    return int(any(result.get("reason") == "" for result in results))


if __name__ == "__main__":
    sys.exit(main())
