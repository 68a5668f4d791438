"""Other people's indices come out as their publishers print them, built by data alone.

examples/hdi is the Human Development Index, examples/asem the example of the R package COINr. Both are
built outside the repository, and recomputed here by their formulas.
"""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from smart_city_index import cli
from smart_city_index.build import contradiction_lines
from smart_city_index.declarations import project_vars
from smart_city_index.sql_templates import SqlTemplates
from tests.python.conftest import (
    PROJECT_ROOT,
    BuiltProject,
    Differences,
    OwnIndex,
    built_once,
)
from tests.python.dbt_build import built_by_the_same_sql, database_of
from tests.python.exact_index import read_rows

# Twelve digits are carried.
LIMIT = 1e-10
EXPLAINED = PROJECT_ROOT / "tests" / "published_contradictions_are_explained.sql"


def copy_golden(name: str, directory: Path) -> Path:
    """Copy an example below a directory; what someone has built in it is left out."""
    ignored = shutil.ignore_patterns("build", "warehouse")
    return shutil.copytree(PROJECT_ROOT / "examples" / name, directory / name, ignore=ignored)


def built_golden(
    factory: pytest.TempPathFactory, built_project: BuiltProject, name: str
) -> OwnIndex:
    """Return an example, built by dbt's SQL: its settings are those of our own tree."""

    def build(directory: Path) -> None:
        built_by_the_same_sql(built_project, copy_golden(name, directory), directory / "project")

    directory = built_once(factory, name, build)
    return OwnIndex(directory / name, database_of(directory / "project"))


@pytest.fixture(scope="module")
def hdi(tmp_path_factory: pytest.TempPathFactory, built_project: BuiltProject) -> OwnIndex:
    """Return the Human Development Index."""
    return built_golden(tmp_path_factory, built_project, "hdi")


@pytest.fixture(scope="module")
def asem(tmp_path_factory: pytest.TempPathFactory, built_project: BuiltProject) -> OwnIndex:
    """Return COINr's example."""
    return built_golden(tmp_path_factory, built_project, "asem")


def rows_of(index: OwnIndex, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query on a published file."""
    with duckdb.connect(str(index.database), read_only=True) as connection:
        return connection.execute(query).fetchall()


VERDICTS = (
    "select figure, verdict, count(*) from published_reconciliation group by all order by all"
)


def test_the_human_development_index_is_as_published(hdi: OwnIndex) -> None:
    """1,278 of 1,278 values of seven editions to three digits, 193 of 193 ranks with their ties."""
    assert rows_of(hdi, VERDICTS) == [("index", "match", 1278), ("rank", "match", 193)]
    tied = (
        "select count(*) from fct_index_results where rank_source = 'computed' and edition = 2022"
    )
    assert rows_of(hdi, f"{tied} and category_id = 'overall' and tied_with is not null") == [(53,)]


def test_missing_countries_have_no_index(hdi: OwnIndex) -> None:
    """A country without figures of a year has no index in it; too many of those, and nobody is ranked."""
    found = rows_of(
        hdi,
        "select edition, count(index_value), count(rank), min(coverage) from fct_index_results"
        " where category_id = 'overall' group by edition order by edition",
    )
    assert found == [
        (1990, 142, 0, 0), (2000, 176, 0, 0), (2010, 191, 191, 0), (2015, 192, 192, 0),
        (2020, 192, 192, 0), (2021, 192, 192, 0), (2022, 193, 193, 1),
    ]  # fmt: skip


def test_the_human_development_index_follows_its_formula(
    hdi: OwnIndex, differences: Differences
) -> None:
    """Technical note 1 of the report, for every country and edition, with 50 digits."""
    values: defaultdict[tuple[int, str], dict[str, Decimal]] = defaultdict(dict)
    for row in read_rows(hdi.index_dir, "indicator_scores"):
        key = int(row["edition"]), row["city_id"]
        values[key][row["indicator_id"]] = Decimal(row["raw_value"])
    found = rows_of(
        hdi,
        "select edition, city_id, index_value from fct_index_results"
        " where category_id = 'overall' and index_value is not null",
    )
    assert len(found) == len(values) == 1278
    with localcontext(Context(prec=50)):
        for edition, country, index in found:
            value = values[edition, country]
            health = min((value["life_expectancy"] - 20) / 65, Decimal(1))
            expected_schooling = min(value["expected_schooling"] / 18, Decimal(1))
            education = (expected_schooling + min(value["mean_schooling"] / 15, Decimal(1))) / 2
            income = min((value["gni_per_capita"] / 100).ln() / Decimal(750).ln(), Decimal(1))
            exact = ((health * education * income).ln() / 3).exp()
            differences.add("HDI", float(abs(index - exact)), LIMIT)


def test_coinr_gives_the_same_aggregates(asem: OwnIndex, differences: Differences) -> None:
    """561 of 561 aggregates, 51 countries by 11 nodes, to four digits, and in exact fractions."""
    assert rows_of(asem, VERDICTS) == [("index", "match", 561)]
    values: defaultdict[str, dict[str, Fraction]] = defaultdict(dict)
    for row in read_rows(asem.index_dir, "indicator_scores"):
        values[row["indicator_id"]][row["city_id"]] = Fraction(row["raw_value"])
    children: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in read_rows(asem.index_dir, "framework"):
        children[row["parent_node_id"]].append(row)

    def index(node: dict[str, str], country: str) -> Fraction:
        of_node = values[node["node_id"]]
        if not of_node:
            parts = [index(child, country) for child in children[node["node_id"]]]
            return sum(parts, Fraction(0)) / len(parts)
        best, worst = max(of_node.values()), min(of_node.values())
        if node["direction"] == "lower_is_better":
            best, worst = worst, best
        return 100 * (of_node[country] - worst) / (best - worst)

    nodes = {row["node_id"]: row for rows in children.values() for row in rows}
    for country, node, found in rows_of(
        asem, "select city_id, category_id, index_value from fct_index_results"
    ):
        exact = index(nodes[node], country)
        differences.add("COINr", float(abs(Fraction(found) - exact)), LIMIT)


@pytest.fixture
def contradicted(hdi: OwnIndex, tmp_path: Path) -> Callable[[int], Path]:
    """Return a function that returns a copy of the index with so many contradictions."""

    def make(count: int) -> Path:
        database = tmp_path / "contradicted.duckdb"
        shutil.copyfile(hdi.database, database)
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                "update published_reconciliation set verdict = 'contradiction' where edition = 2022"
                f" and figure = 'index' and city_id in"
                f" (select city_id from dim_cities order by city_id limit {count})"
            )
        return database

    return make


def test_all_contradictions_stand_in_a_file(
    contradicted: Callable[[int], Path], tmp_path: Path
) -> None:
    """The first ones are shown; a build without any leaves no old ones behind."""
    file = tmp_path / "contradictions.csv"
    assert contradiction_lines(contradicted(0), tmp_path) == []
    assert not file.exists()
    first, *shown, more = contradiction_lines(contradicted(7), tmp_path)
    assert str(file) in first
    assert "7, 7 of them without a note" in first
    assert len(shown) == 5
    assert "human_development_index_2022, afg, overall: index 0.462" in shown[0]
    assert more == "    ... and 2 more"
    with file.open(encoding="utf-8", newline="") as opened:
        assert [row["verdict"] for row in csv.DictReader(opened)] == ["contradiction"] * 7
    contradiction_lines(contradicted(0), tmp_path)
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize(("setting", "broken_count"), [("fail", 7), ("list", 0)])
def test_contradictions_stop_a_build_where_the_index_says_so(
    contradicted: Callable[[int], Path], setting: str, broken_count: int
) -> None:
    """With fail every contradiction without a note breaks a rule, with list none does."""
    variables = project_vars(PROJECT_ROOT) | {"contradictions": setting}
    query = SqlTemplates(PROJECT_ROOT, variables).render(EXPLAINED)
    with duckdb.connect(str(contradicted(7))) as connection:
        connection.execute(
            "create table stg_known_contradictions as select ranking_id, edition, city_id,"
            " category_id, figure, published_value, published_value as contradicting_value"
            " from published_reconciliation where false"
        )
        assert len(connection.execute(query).fetchall()) == broken_count


@pytest.mark.parametrize(
    ("setting", "finding"),
    [
        ("fail", "must be published for one city only, or for cities of one published index"),
        ("list", None),
        ("warn", "contradictions must be list or fail, found 'warn'"),
    ],
)
def test_published_ties_are_let_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, finding: str | None
) -> None:
    """Also where ranks are taken on the unrounded index, unless contradictions are to stop a build."""
    index_dir = copy_golden("asem", tmp_path)
    (index_dir / "index.yml").write_text(f"contradictions: {setting}\n", encoding="utf-8")
    file = index_dir / "published_results.csv"
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    ranked = [line.replace(",overall,,", ",overall,1,") for line in lines]
    assert sum(before != after for before, after in zip(lines, ranked, strict=True)) == 51
    file.write_text("\n".join([header, *ranked, ""]), encoding="utf-8")
    assert cli.main(["check", "--index", str(index_dir)]) == (1 if finding else 0)
    assert (finding or "") in capsys.readouterr().err


def test_a_geometric_mean_of_min_max_is_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last country of one indicator loses what it has in all others; goalposts spare it."""
    assert cli.main(["check", "--index", str(copy_golden("hdi", tmp_path))]) == 0
    assert "geometric" not in capsys.readouterr().out
    index_dir = copy_golden("asem", tmp_path)
    file = index_dir / "framework.csv"
    changed = [
        line.replace(",arithmetic,", ",geometric,")
        if line.startswith(("asem_2018,environ,", "asem_2018,overall,"))
        else line
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    file.write_text("\n".join([*changed, ""]), encoding="utf-8")
    assert cli.main(["check", "--index", str(index_dir)]) == 0
    noted = [line for line in capsys.readouterr().out.splitlines() if "geometric" in line]
    assert len(noted) == 1
    assert (
        "environ is a geometric mean, and 0 for the last city of renew, primener, co2, matcon, forest,"
        in noted[0]
    )
