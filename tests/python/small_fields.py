"""An index recomputed in plain numpy, and made-up fields run through the project's own SQL.

`Edition` is the reference: it knows nothing of the SQL, computes indices by recursion over the
tree, and finds bounds by trying every corner. `SmallWarehouse` runs the compiled models on made-up
seeds. `recorded_fields`, and the seeds in tests/fixtures/printed_field with texts, flags and
published figures, are what the marts in tests/fixtures/recorded_marts are recorded of, so that a
change of any figure and of any column shows; record them anew, after the other tests pass, with

    python -m tests.python.record_marts
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from smart_city_index.declarations import LOCATIONS
from smart_city_index.values import sql_text
from tests.python.conftest import PROJECT_ROOT, BuiltProject

RANKING = "small_field"
ROOT = "overall"
CATALOG = "smart_city_index"
FIXTURES = PROJECT_ROOT / "tests" / "fixtures"
RECORDED_MARTS = FIXTURES / "recorded_marts"
PRINTED_FIELD = FIXTURES / "printed_field"
# A line for every figure of every city: two rankings are enough.
RECORDED_ROWS = {"city_profiles": "ranking_id in ('flat_field', 'printed_field')"}
RANK_DIGITS = 8
FIGURE_LIMIT = 1e-9
LEFT_OUT = "left out"
MART_SCHEMA = "main"

Row = dict[str, Any]
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Node:
    """A node of a tree.

    Attributes:
        parent: node above; the root has none.
        weight: weight among the siblings.
        is_indicator: whether it has scores and no children.
        is_project: whether its points come on top.
        cap: project_cap_share of a category, 0 without project points.
        aggregation: arithmetic or geometric, for nodes with children.
    """

    parent: str | None
    weight: float = 1.0
    is_indicator: bool = False
    is_project: bool = False
    cap: float = 0.0
    aggregation: str = "arithmetic"


@dataclass
class Edition:
    """One edition of a made-up ranking.

    Attributes:
        tree: nodes by name, the root included.
        scores: score by city and indicator; missing ones are left out.
        missing_value_rule: renormalise, zero or no_index.
        not_applicable: cities and indicators that do not fit together.
        rank_taken_on: unrounded or rounded.
        index_digits: printed digits of an index.
        carried: what a published index in force differs from the computed one, by city
            and node.
        published: published index by city and node.
        is_simulated: whether the scores are simulated.
    """

    tree: dict[str, Node]
    scores: dict[str, dict[str, float]]
    missing_value_rule: str = "renormalise"
    not_applicable: frozenset[tuple[str, str]] = frozenset()
    rank_taken_on: str = "unrounded"
    index_digits: int = 1
    carried: dict[tuple[str, str], float] = field(default_factory=dict)
    published: dict[tuple[str, str], float] = field(default_factory=dict)
    is_simulated: bool = False
    # found before: an index asks for them at every node, and a tree stays as it is
    _children: dict[tuple[str, bool], list[str]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def cities(self) -> list[str]:
        """Return the cities in the order of their names."""
        return sorted(self.scores)

    def children(self, parent: str, *, is_project: bool = False) -> list[str]:
        """Return the regular (or project) children of a node in the order of their names."""
        key = parent, is_project
        if key not in self._children:
            self._children[key] = sorted(
                name
                for name, node in self.tree.items()
                if node.parent == parent and node.is_project == is_project
            )
        return self._children[key]

    def indicators(self) -> list[str]:
        """Return the regular indicators in the order of their names."""
        return sorted(
            name for name, node in self.tree.items() if node.is_indicator and not node.is_project
        )

    def weights(self) -> dict[str, float]:
        """Return the weight of every regular node below the root."""
        return {
            name: node.weight
            for name, node in self.tree.items()
            if node.parent is not None and not node.is_project
        }

    def index(
        self,
        city: str,
        weights: dict[str, Any] | None = None,
        name: str = ROOT,
        scores: dict[str, float] | None = None,
        *,
        has_project_points: bool = True,
        left_out: str | None = None,
    ) -> Any:
        """Return the index of a node of a city, 0..100, by recursion over the tree.

        Args:
            city: the city.
            weights: weight of every regular node, a number or an array of drawn ones; by default
                those of the tree.
            name: the node.
            scores: score by indicator, by default the city's own.
            has_project_points: whether project points, and their share of the divisor, count.
            left_out: an indicator that is left out, and so is a parent of which nothing is left.

        Returns:
            A number, or an array where the weights are arrays; None where the city has no index,
            LEFT_OUT where nothing is left of a node.
        """
        node = self.tree[name]
        used_scores = self.scores[city] if scores is None else scores
        if node.is_indicator:
            return used_scores.get(name)
        used = self.weights() if weights is None else weights

        def applies(child: str) -> bool:
            return (city, child) not in self.not_applicable

        children = [child for child in self.children(name) if applies(child)]
        projects = [child for child in self.children(name, is_project=True) if applies(child)]
        values = {
            child: self.index(
                city,
                used,
                child,
                scores,
                has_project_points=has_project_points,
                left_out=left_out,
            )
            for child in children
        }
        if all(value is None for value in values.values()):
            return None
        is_incomplete = any(value is None for value in values.values()) or any(
            project not in used_scores for project in projects
        )
        if is_incomplete and self.missing_value_rule == "no_index":
            return None
        if self.missing_value_rule == "zero":
            values = {child: 0.0 if value is None else value for child, value in values.items()}
        counted = {
            child: value
            for child, value in values.items()
            if value is not None and value is not LEFT_OUT and child != left_out
        }
        if not counted:
            return LEFT_OUT
        if node.aggregation == "geometric":
            with np.errstate(divide="ignore"):
                counted = {child: np.log(value) for child, value in counted.items()}
        mean = sum(used[child] * value for child, value in counted.items()) / sum(
            used[child] for child in counted
        )
        if node.aggregation == "geometric":
            mean = np.exp(mean)
        added = self.carried.get((city, name), 0.0)
        if not has_project_points:
            return mean + added
        tree_weight = sum(self.tree[child].weight for child in children)
        points = min(
            sum(used_scores.get(child, 0.0) for child in projects), node.cap * 100 * tree_weight
        )
        return (mean + points / tree_weight) / (1 + node.cap) + added

    def rank_values(self, values: Vector) -> Vector:
        """Return what ranks are taken on: indices rounded to 8 or to the printed digits."""
        digits = self.index_digits if self.rank_taken_on == "rounded" else RANK_DIGITS
        # halves are rounded up, as the decimals of the SQL are; indices are not negative
        return np.floor(np.round(values * 10**digits, 4) + 0.5) / 10**digits

    def indices(self) -> dict[str, float]:
        """Return the overall index of every city that has one."""
        found = {city: self.index(city) for city in self.cities}
        return {city: float(index) for city, index in found.items() if index is not None}

    def ranks(self, indices: dict[str, float] | None = None) -> dict[str, int]:
        """Return the competition rank of every city, by default of its overall index."""
        used = self.indices() if indices is None else indices
        compared = self.rank_values(np.array(list(used.values())))
        return {
            city: 1 + int((compared > value).sum())
            for city, value in zip(used, compared, strict=True)
        }

    def rank_of(self, city: str, index: float, indices: dict[str, float]) -> int:
        """Return the rank of a city with another index among the other cities' indices."""
        others = np.array([value for name, value in indices.items() if name != city])
        return 1 + int((self.rank_values(others) > self.rank_values(np.array(index))).sum())


def random_number(text: str) -> float:
    """Return the number between 0 and 1 that a text is hashed to."""
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return (int(digest[:13], 16) + 0.5) / 2**52


def corner_weights(edition: Edition, share: float) -> dict[str, Vector]:
    """Return every corner of the box of weights: for each node an array over all corners."""
    nodes = sorted(edition.weights())
    corners = np.array(list(itertools.product((1 - share, 1 + share), repeat=len(nodes))))
    return {node: corners[:, k] * edition.tree[node].weight for k, node in enumerate(nodes)}


def bounds_by_corners(edition: Edition, share: float) -> dict[str, tuple[int, int]]:
    """Return best and worst rank of every city over all corners of the box, pair by pair.

    The difference of two indices is a quotient of sums in each weight alone, so that its least
    value lies in a corner.
    """
    weights = corner_weights(edition, share)
    values = {city: edition.index(city, weights) for city in edition.cities}
    unit = 10.0**-edition.index_digits if edition.rank_taken_on == "rounded" else 1e-8
    least = {
        (city, other): float(np.min(values[city] - values[other]))
        for city in values
        for other in values
        if city != other
    }
    surely = {pair for pair, value in least.items() if value >= unit - 1e-10}
    return {
        city: (
            1 + sum((other, city) in surely for other in values),
            len(values) - sum((city, other) in surely for other in values),
        )
        for city in values
    }


@dataclass
class SmallWarehouse:
    """The project's models, run in memory on made-up seeds.

    Attributes:
        project: the built project whose compiled SQL is run.
    """

    project: BuiltProject
    nodes: list[tuple[Row, str]] = field(init=False)
    seed_definitions: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Read the order and the SQL of the models and the types of the seeds."""
        self.nodes = []
        for result in self.project.run_results["results"]:
            node = self.project.manifest["nodes"].get(result["unique_id"])
            if node and node["resource_type"] == "model" and node["name"] != "meta_build":
                self.nodes.append((node, result["compiled_code"]))
        with duckdb.connect(str(self.project.database), read_only=True) as connection:
            self.seed_definitions = dict(
                connection.execute(
                    "select table_name, sql from duckdb_tables() where schema_name = 'main_seeds'"
                ).fetchall()
            )
        # simulated rows come from outside: to the SQL they are the same as those of the seeds
        for name in LOCATIONS:
            self.seed_definitions[f"simulated_{name}"] = (
                f"create table main_seeds.simulated_{name} as from main_seeds.{name} limit 0"
            )

    def build(
        self,
        editions: dict[int, Edition],
        scenarios: list[Row] | None = None,
        other_rankings: dict[str, dict[int, Edition]] | None = None,
        further_rows: dict[str, list[Row]] | None = None,
        marts: Collection[str] = (),
    ) -> duckdb.DuckDBPyConnection:
        """Run the models on made-up rankings.

        Args:
            editions: the editions of `small_field` by year; each is compared with the one before.
            scenarios: rows of seed weight_scenarios; by default a box of 25 percent and any
                weights, with 40 draws each.
            other_rankings: editions of further rankings, by name.
            further_rows: further rows by seed.
            marts: marts to build, with all that they read; every model if none is named.

        Returns:
            A connection to the database in memory.
        """
        connection = duckdb.connect()
        connection.execute("set enable_progress_bar = false")
        # so few rows take longer to share than to compute
        connection.execute("set threads = 1")
        connection.execute(f"attach ':memory:' as {CATALOG}")
        connection.execute(f"use {CATALOG}")
        schemas = {"main_seeds", *(node["schema"] for node, _ in self.nodes)} - {MART_SCHEMA}
        for schema in sorted(schemas):
            connection.execute(f"create schema {schema}")
        seeds = seed_rows(
            {RANKING: editions, **(other_rankings or {})}, scenarios or default_scenarios()
        )
        further = further_rows or {}
        for name, definition in self.seed_definitions.items():
            connection.execute(definition)
            all_rows = [*seeds.get(name, []), *further.get(name, [])]
            for columns, alike in itertools.groupby(all_rows, key=tuple):
                # to bind parameters takes ten times as long
                values = ", ".join(f"({', '.join(map(literal, row.values()))})" for row in alike)
                connection.execute(
                    f"insert into main_seeds.{name} ({', '.join(columns)}) values {values}"
                )
        for node, code in self.nodes_of(marts):
            kind = node["config"]["materialized"]
            query = with_simulated_rows(node["name"], code)
            connection.execute(f"create {kind} {node['relation_name']} as {query}")
        return connection

    @contextlib.contextmanager
    def build_each(
        self, fields: list[dict[int, Edition]], marts: Collection[str] = ()
    ) -> Iterator[list[duckdb.DuckDBPyConnection]]:
        """Run the models once on many made-up rankings, and yield a connection for each.

        To run them takes as long for many as for one. In its connection each ranking is alone, and
        is called `small_field`.

        Args:
            fields: the editions of each ranking by year.
            marts: as for `build`.
        """
        names = [RANKING, *(f"field_{number}" for number in range(1, len(fields)))]
        others = dict(zip(names[1:], fields[1:], strict=True))
        with self.build(fields[0], other_rankings=others, marts=marts) as connection:
            columns: dict[tuple[str, str], list[str]] = {}
            for schema, table, column in connection.execute(
                "select schema_name, table_name, column_name from duckdb_columns()"
                f" where database_name = '{CATALOG}' and schema_name <> 'main_seeds' order by all"
            ).fetchall():
                columns.setdefault((schema, table), []).append(column)
            alone = []
            for name in names:
                alone.append(connection.cursor())
                alone[-1].execute(f"attach ':memory:' as alone_{name}")
                alone[-1].execute(f"use alone_{name}")
                for schema in {schema for schema, _ in columns} - {MART_SCHEMA}:
                    alone[-1].execute(f"create schema {schema}")
                for (schema, table), known in columns.items():
                    alone[-1].execute(
                        f"create view {schema}.{table} as"
                        f" {ranking_alone(f'{CATALOG}.{schema}.{table}', known, name)}"
                    )
            yield alone

    def nodes_of(self, marts: Collection[str]) -> list[tuple[Row, str]]:
        """Return the models that marts consist of, in their order; all if none is named."""
        needed: set[str] = set()
        for node, _ in reversed(self.nodes):
            if not marts or node["name"] in marts or node["unique_id"] in needed:
                needed |= {node["unique_id"], *node["depends_on"]["nodes"]}
        return [model for model in self.nodes if model[0]["unique_id"] in needed]

    def build_recorded_fields(self) -> duckdb.DuckDBPyConnection:
        """Run every model on the fields whose marts are recorded."""
        rankings = recorded_fields()
        return self.build(
            rankings.pop(RANKING), recorded_scenarios(), rankings, read_printed_field()
        )

    def recorded_marts(self) -> list[str]:
        """Return the names of the recorded marts: all but the one that says when it was built."""
        return [node["name"] for node, _ in self.nodes if node["fqn"][1] == "marts"]


def ranking_alone(relation: str, columns: list[str], ranking: str) -> str:
    """Return a query for the rows of a relation that are of one ranking, under the name RANKING."""
    replaced = [
        f"'{RANKING}' || {column}[{len(ranking) + 1}:] as {column}"
        for column in columns
        if column == "ranking_id"
        or column.endswith(("edition_key", "node_key", "category_key", "indicator_key"))
    ]
    if not replaced:
        return f"from {relation}"
    of_ranking = f"ranking_id = '{ranking}'"
    if "ranking_id" not in columns:
        of_ranking = f"starts_with(edition_key, '{ranking}_')"
    return f"select * replace ({', '.join(replaced)}) from {relation} where {of_ranking}"


def with_simulated_rows(model: str, code: str) -> str:
    """Return the SQL of a model; if files from outside add to it, with the simulated rows.

    Args:
        model: name of the model.
        code: its SQL, as it is without such files.
    """
    seed = model.removeprefix("stg_")
    if seed not in LOCATIONS:
        return code
    key = ", ranking_id || '_' || edition as edition_key" if seed == "indicator_scores" else ""
    simulated = f"select *, true as is_simulated{key} from main_seeds.simulated_{seed}"
    return f"from ({code}) union all by name {simulated}"


def literal(value: object) -> str:
    """Return a value as SQL; the column that it goes into gives the type."""
    return "null" if value is None else sql_text(value)


def recorded_query(mart: str) -> str:
    """Return the query for the recorded rows of a mart."""
    return f"select * from {mart} where {RECORDED_ROWS.get(mart, 'true')}"


def mart_lines(connection: duckdb.DuckDBPyConnection, mart: str) -> list[str]:
    """Return the recorded rows of a mart as lines of a CSV file, header first, in their order."""
    cursor = connection.execute(f"{recorded_query(mart)} order by all")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column[0] for column in cursor.description)
    writer.writerows(cursor.fetchall())
    return text.getvalue().splitlines()


def default_scenarios() -> list[Row]:
    """Return a box of 25 percent and any weights, with 40 draws each."""
    common = {"normalisation": "as_defined", "root_aggregation": "as_defined", "draw_count": 40}
    return [
        {
            "scenario_id": "varied",
            "distribution": "varied",
            "weight_variation": 0.25,
            "seed_text": "s1",
            **common,
        },
        {"scenario_id": "any", "distribution": "uniform", "seed_text": "s2", **common},
    ]


def recorded_rows(mart: str) -> list[dict[str, str]]:
    """Return the recorded rows of a mart as texts."""
    with (RECORDED_MARTS / f"{mart}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def recorded_scenarios() -> list[Row]:
    """Return one scenario of every kind, with few draws, once so many that 5 percent are two."""
    common = {"normalisation": "as_defined", "root_aggregation": "as_defined", "draw_count": 20}
    box = {"distribution": "varied", "weight_variation": 0.3, "seed_text": "s1"}
    percentile_rank = {"normalisation": "percentile_rank", "draw_count": 25}
    return [
        {**common, "scenario_id": "varied", **box},
        {**common, "scenario_id": "any", "distribution": "uniform", "seed_text": "s2"},
        {**common, "scenario_id": "min_max", **box, "normalisation": "min_max"},
        {**common, "scenario_id": "percentile_rank", **box, **percentile_rank},
        {**common, "scenario_id": "geometric", **box, "root_aggregation": "geometric"},
    ]


def recorded_fields() -> dict[str, dict[int, Edition]]:
    """Return three rankings with the same years, cities and nodes that differ in all else.

    small_field: arithmetic means on two and three levels, project points, ties in two editions, a
    constant indicator, an indicator added and one dropped, cities that come and go, published
    indices that contradict, and a last edition with a missing score and a city without an index.
    other_field: ranks on one digit, indicators at every height, in the second edition geometric
    means with zeros. flat_field: no categories, simulated scores, one city and then two.
    """
    tree = {
        ROOT: Node(None),
        "a": Node(ROOT, 2.0, cap=0.05),
        "a1": Node("a", 1.0, is_indicator=True),
        "a2": Node("a", 0.5, is_indicator=True),
        "a3": Node("a", 1.5, is_indicator=True),
        "ap": Node("a", is_project=True, is_indicator=True),
        "s": Node(ROOT, 3.0, cap=0.1),
        "sp": Node("s", is_project=True, is_indicator=True),
        "b": Node("s", 1.0),
        "b1": Node("b", 1.0, is_indicator=True),
        "b2": Node("b", 3.0, is_indicator=True),
        "d": Node("s", 2.0),
        "d1": Node("d", 1.0, is_indicator=True),
    }
    later = {name: node for name, node in tree.items() if name != "a2"}
    later |= {
        "a4": Node("a", 0.7, is_indicator=True),
        "b": Node("s", 2.5),
        ROOT: Node(None, cap=0.02),
    }
    later |= {"rp": Node(ROOT, is_project=True, is_indicator=True)}

    def table(names: str, *values: tuple[float, ...]) -> dict[str, dict[str, float]]:
        columns = names.split()
        return {
            f"c{k}": dict(zip(columns, row, strict=True)) for k, row in enumerate(values, 1) if row
        }

    names = "a1 a2 a3 ap b1 b2 d1 sp"
    first = Edition(
        tree,
        table(
            names,
            (71.4, 12.5, 50.0, 3.1, 80.0, 33.3, 10.0, 0.0),
            (71.4, 12.5, 50.0, 3.1, 80.0, 33.3, 10.0, 0.0),
            (10.0, 90.7, 50.0, 12.0, 60.2, 61.0, 77.7, 4.5),
            (0.0, 100.0, 50.0, 0.0, 13.0, 88.8, 95.0, 20.0),
            (35.0, 100.0, 50.0, 15.0, 0.0, 70.1, 20.0, 10.0),
        ),
    )
    names = "a1 a3 a4 ap b1 b2 d1 sp rp"
    second = Edition(
        later,
        table(
            names,
            (81.0, 50.0, 44.0, 3.1, 83.0, 36.3, 14.0, 1.0, 0.5),
            (0.0, 0.0, 0.0, 0.0, 84.0, 43.1, 11.0, 0.0, 0.0),
            (9.0, 60.0, 71.0, 10.0, 70.2, 59.0, 72.5, 3.5, 3.0),
            (),
            (55.0, 50.0, 12.0, 15.0, 20.0, 70.1, 33.0, 9.0, 1.0),
            (40.4, 52.0, 62.0, 7.0, 51.5, 49.9, 38.2, 2.0, 2.5),
        ),
        published={("c1", "a"): 60.0, ("c5", ROOT): 48.0},
    )
    third = Edition(
        later,
        table(
            names,
            (19.0, 60.0, 70.0, 11.0, 70.2, 49.0, 82.5, 3.0, 3.0),
            (66.9, 50.0, 55.3, 2.0, 84.0, 33.1, 11.0, 2.0, 0.0),
            (19.0, 60.0, 70.0, 11.0, 70.2, 49.0, 82.5, 3.0, 3.0),
            (),
            (55.0, 50.0, 22.0, 14.0, 60.0, 70.1, 33.0, 8.0, 1.5),
            (40.4, 52.0, 62.0, 7.0, 51.5, 49.9, 38.2, 2.0, 2.5),
        ),
    )
    fourth = Edition(later, {city: dict(scores) for city, scores in third.scores.items()})
    del fourth.scores["c6"]["b1"]
    # of no regular indicator: it has no index
    fourth.scores["c7"] = {"rp": 1.0}
    for (city, node), index in second.published.items():
        second.carried[city, node] = index - float(second.index(city, name=node))
    other_tree = {
        ROOT: Node(None),
        "k": Node(ROOT, 1.5, is_indicator=True),
        "s": Node(ROOT, 1.0, cap=0.05),
        "b1": Node("s", 2.0, is_indicator=True),
        "sp": Node("s", is_project=True, is_indicator=True),
        "a": Node("s", 3.0),
        "a1": Node("a", 2.0, is_indicator=True),
        "a3": Node("a", 1.0, is_indicator=True),
    }
    names = "a1 a3 b1 sp k"
    other_first = Edition(
        other_tree,
        table(
            names,
            (71.4, 50.0, 31.0, 1.0, 40.0),
            (10.0, 50.0, 80.0, 2.0, 42.3),
            (60.0, 10.0, 83.0, 0.0, 91.0),
            (90.0, 50.0, 95.0, 12.0, 11.0),
        ),
        rank_taken_on="rounded",
        index_digits=1,
    )
    other_second = Edition(
        {
            **other_tree,
            ROOT: Node(None, aggregation="geometric"),
            "s": Node(ROOT, 1.0, cap=0.05, aggregation="geometric"),
        },
        table(
            names,
            (0.0, 0.0, 31.0, 0.0, 47.0),
            (22.0, 33.0, 44.3, 3.0, 50.0),
            (63.0, 17.0, 81.0, 1.0, 10.0),
            (91.0, 85.0, 10.0, 9.0, 0.0),
        ),
        rank_taken_on="rounded",
        index_digits=1,
    )
    flat_tree = {name: Node(ROOT, is_indicator=True) for name in ("a1", "a3")} | {ROOT: Node(None)}
    flat_first = Edition(flat_tree, table("a1 a3", (71.4, 50.0)), is_simulated=True)
    flat_second = Edition(flat_tree, table("a1 a3", (40.0, 60.0), (50.0, 30.0)), is_simulated=True)
    return {
        RANKING: {1: first, 2: second, 3: third, 4: fourth},
        "other_field": {1: other_first, 2: other_second},
        "flat_field": {1: flat_first, 2: flat_second},
    }


def read_printed_field() -> dict[str, list[Row]]:
    """Return the rows in tests/fixtures/printed_field by seed.

    They describe a ranking with the five categories of league_table and with the years and some
    cities of the other rankings. Most of its figures are published, as those of the real one; they
    agree with what can be computed, and contradict it, in every way that a verdict names. Texts,
    flags and figures that are of one type differ, so that no two columns are mistaken.
    """
    rows = {}
    for file in sorted(PRINTED_FIELD.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as opened:
            rows[file.stem] = [
                {name: value or None for name, value in row.items()}
                for row in csv.DictReader(opened)
            ]
    return rows


def seed_rows(
    rankings: dict[str, dict[int, Edition]], scenarios: list[Row]
) -> dict[str, list[Row]]:
    """Return the seeds, by name, that describe the editions of made-up rankings."""
    cities = sorted(
        {
            city
            for editions in rankings.values()
            for edition in editions.values()
            for city in edition.cities
        }
    )
    seeds: dict[str, list[Row]] = {
        "rankings": [
            {
                "ranking_id": ranking,
                "name_de": f"Rangliste {ranking}",
                "name_en": f"Ranking {ranking}",
                "publisher": f"publisher of {ranking}",
                "is_simulated_ranking": True,
                "description": f"about {ranking}",
                "source": f"source of {ranking}",
            }
            for ranking in rankings
        ],
        "simulated_cities": [
            {
                "city_id": city,
                "city_name": f"City {city}",
                "state_code": "S01",
                "state_name": "First State",
                "population": 120000 + 60000 * (k % 2),
                "source": f"register of {city}",
            }
            for k, city in enumerate(cities)
        ],
        "size_classes": [
            {
                "size_class_id": "small",
                "minimum_population": 0,
                "name_de": "klein",
                "name_en": "few inhabitants",
            },
            {
                "size_class_id": "large",
                "minimum_population": 150000,
                "name_de": "groß",
                "name_en": "many inhabitants",
            },
        ],
        "weight_scenarios": scenarios,
        "rank_targets": [{"ranks_to_gain": 1}, {"ranks_to_gain": 2}],
        "analysis_settings": [
            {"setting_id": name, "setting_value": value}
            for name, value in {
                "sensitivity_sample_count": 5,
                "sensitivity_weight_variation": 0.25,
                "peer_count": 2,
                "strength_share": 0.25,
                "low_spread": 5,
                "floor_or_ceiling_share": 0.25,
                "low_correlation": 0.1,
                "high_correlation": 0.92,
                "low_alpha": 0.7,
                "minimum_analysed_share": 0.1,
                "minimum_shared_indicators": 0.5,
            }.items()
        ],
    }
    for ranking, editions in rankings.items():
        for name, rows in ranking_rows(ranking, editions).items():
            seeds.setdefault(name, []).extend(rows)
    return seeds


def ranking_rows(ranking: str, editions: dict[int, Edition]) -> dict[str, list[Row]]:
    """Return the rows of the seeds, by name, that describe the editions of one made-up ranking."""
    seeds: dict[str, list[Row]] = {
        name: []
        for name in (
            "methodologies",
            "framework",
            "editions",
            "indicator_scores",
            "simulated_indicator_scores",
            "simulated_ranking_members",
            "published_results",
        )
    }
    for city in sorted({city for edition in editions.values() for city in edition.cities}):
        years = [year for year, edition in editions.items() if city in edition.scores]
        seeds["simulated_ranking_members"].append(
            {
                "ranking_id": ranking,
                "city_id": city,
                "first_edition": min(years),
                "last_edition": max(years),
            }
        )
    previous: int | None = None
    methodology = ""
    for year, edition in sorted(editions.items()):
        before = editions[previous] if previous is not None else None
        # an edition with the same tree has the methodology of the edition before
        is_new_method = before is None or before.tree is not edition.tree
        if is_new_method:
            methodology = f"{ranking}_{year}"
        seeds["editions"].append(
            {
                "ranking_id": ranking,
                "edition": year,
                "previous_edition": previous,
                "methodology_id": methodology,
                "survey_period": f"survey {year}",
                "note": f"note {year}",
                "source": f"source of {ranking} {year}",
            }
        )
        previous = year
        if is_new_method:
            seeds["methodologies"].append(
                {
                    "methodology_id": methodology,
                    "name": f"methodology {year}",
                    "description": f"formula {year}",
                    "scale_maximum": 100,
                    "score_digits": 2,
                    "index_digits": edition.index_digits,
                    "rank_taken_on": edition.rank_taken_on,
                    "missing_value_rule": edition.missing_value_rule,
                    "minimum_coverage": 0,
                    "minimum_city_coverage": 1,
                }
            )
            for order, (name, node) in enumerate(sorted(edition.tree.items()), 1):
                kind = "indicator" if node.is_indicator else "category"
                seeds["framework"].append(
                    {
                        "methodology_id": methodology,
                        "node_id": name,
                        "parent_node_id": node.parent,
                        "node_type": ROOT if node.parent is None else kind,
                        "role": None
                        if node.parent is None
                        else "project"
                        if node.is_project
                        else "regular",
                        "sort_order": order,
                        "name_de": f"Knoten {name}",
                        "name_en": f"Node {name}",
                        "name_is_inferred": False,
                        "unit": "points",
                        "source": f"tree {year}",
                        "direction": "higher_is_better" if node.is_indicator else None,
                        "normalisation": "none" if node.is_indicator else None,
                        "is_capped": False,
                        "is_logarithmic": False,
                        "weight": node.weight,
                        "aggregation": None if node.is_indicator else node.aggregation,
                        "project_cap_share": node.cap or None,
                    }
                )
        for city, scores in edition.scores.items():
            seeds["simulated_indicator_scores" if edition.is_simulated else "indicator_scores"] += [
                {
                    "ranking_id": ranking,
                    "edition": year,
                    "city_id": city,
                    "indicator_id": indicator,
                    "raw_value": score,
                    "is_not_applicable": False,
                    "source": f"score {year}",
                }
                for indicator, score in scores.items()
            ]
        seeds["indicator_scores"] += [
            {
                "ranking_id": ranking,
                "edition": year,
                "city_id": city,
                "indicator_id": indicator,
                "raw_value": None,
                "is_not_applicable": True,
                "source": f"score {year}",
            }
            for city, indicator in sorted(edition.not_applicable)
        ]
        seeds["published_results"] += [
            {
                "ranking_id": ranking,
                "edition": year,
                "city_id": city,
                "category_id": node,
                "published_index": index,
                "index_digits": 1,
                "source": f"printed {year}",
            }
            for (city, node), index in edition.published.items()
        ]
    return seeds


def curves(
    connection: duckdb.DuckDBPyConnection, ranking: str, year: int
) -> dict[tuple[str, str], list[Any]]:
    """Return the steps of what_if_curves in an edition, in their order, by city and indicator."""
    steps: dict[tuple[str, str], list[Any]] = {}
    for city, indicator, *step in connection.execute(
        "select city_id, indicator_id, score_from, score_to, index_from, index_to, rank, is_current"
        " from what_if_curves where ranking_id = ? and edition = ?"
        " order by city_id, indicator_id, step",
        [ranking, year],
    ).fetchall():
        steps.setdefault((city, indicator), []).append(step)
    return steps


def check_curve(edition: Edition, city: str, indicator: str, steps: list[Any]) -> None:
    """Check the steps of one score by computing the index again: at both ends, and between."""
    indices, ranks = edition.indices(), edition.ranks()

    def index(score: Any) -> float:
        return float(edition.index(city, scores={**edition.scores[city], indicator: float(score)}))

    assert steps[0][0] == 0
    assert sum(is_current for *_, is_current in steps) == 1
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        start, end, index_from, index_to, rank, is_current = step
        assert following is None or (following[0] == end and following[4] < rank)
        assert abs(index(start) - float(index_from)) <= FIGURE_LIMIT
        assert abs(index(end) - float(index_to)) <= FIGURE_LIMIT
        if is_current:
            assert rank == ranks[city]
            assert index(start) - FIGURE_LIMIT <= indices[city] <= index(end) + FIGURE_LIMIT
        # just below the next step the rank is still this one
        last = float(end) if following is None else max(float(start), float(end) - 0.01)
        for score in (start, (float(start) + last) / 2, last):
            assert rank == edition.rank_of(city, index(score), indices), (city, indicator, step)
