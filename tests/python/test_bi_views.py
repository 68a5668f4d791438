"""What BI tools open: views with names and floating-point numbers, and keys of one column."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from smart_city_index.publication import current_publication
from tests.python.conftest import Warehouse

RANKINGS = ("open_data_index", "smart_city_index")
NAMES = {
    "city_id": "city_name",
    "category_id": "category_name_de",
    "indicator_id": "indicator_name_en",
    "peer_city_id": "peer_city_name",
    "compared_city_id": "compared_city_name",
}


@pytest.fixture(scope="module")
def published_file(
    published_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the published file under another name: views must not hold its first one."""
    renamed = tmp_path_factory.mktemp("bi") / "renamed.duckdb"
    shutil.copyfile(published_warehouse.database, renamed)
    with duckdb.connect(str(renamed), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def views(published_file: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return the columns of every view, with their types."""
    columns: dict[str, dict[str, str]] = {}
    for view, column, kind in published_file.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where schema_name = 'bi' order by table_name, column_index"
    ).fetchall():
        columns.setdefault(view, {})[column] = kind
    return columns


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return the number of rows of a query."""
    return int(connection.execute(f"select count(*) from ({query})").fetchall()[0][0])


def test_every_mart_has_its_rows_in_views(
    published_file: duckdb.DuckDBPyConnection, views: dict[str, dict[str, str]]
) -> None:
    """No join of a name adds or loses a row, and values are those of the mart."""
    marts = published_file.execute(
        "select table_name from duckdb_tables() where table_name not like 'dim%'"
        " and table_name <> 'meta_build'"
    ).fetchall()
    for (mart,) in marts:
        own = [view for view in views if view in {mart, f"{mart}_overall", f"{mart}_categories"}]
        assert own, mart
        shared = [
            column
            for column, kind in views[own[-1]].items()
            if kind != "DOUBLE"
            and count(
                published_file,
                "from duckdb_columns() where schema_name = 'main'"
                f" and table_name = '{mart}' and column_name = '{column}'",
            )
            and not column.startswith("category_")
        ]
        listed = ", ".join(shared)
        rows = " union all ".join(f"select {listed} from bi.{view}" for view in own)
        assert count(published_file, f"from {mart}") > 0
        for difference in (
            f"(select {listed} from {mart}) except all ({rows})",
            f"({rows}) except all (select {listed} from {mart})",
        ):
            assert count(published_file, difference) == 0, mart


def test_views_are_described_and_hold_floating_point_numbers(
    published_file: duckdb.DuckDBPyConnection, views: dict[str, dict[str, str]]
) -> None:
    """Every view and column carries a comment; a tool that cannot plot decimals meets none."""
    assert not [
        (view, column)
        for view, columns in views.items()
        for column, kind in columns.items()
        if kind.startswith("DECIMAL")
    ]
    without = published_file.execute(
        "select view_name from duckdb_views() where schema_name = 'bi' and comment is null"
        " union all select column_name from duckdb_columns() where schema_name = 'bi'"
        " and comment is null and table_name <> 'relations'"
    ).fetchall()
    assert without == []


def test_names_stand_beside_their_ids(
    published_file: duckdb.DuckDBPyConnection, views: dict[str, dict[str, str]]
) -> None:
    """Wherever a view has the id of a city, category or indicator, it has its name."""
    found = set()
    for view, columns in views.items():
        for column, name in NAMES.items():
            if column in columns:
                found.add(column)
                query = f"from bi.{view} where {column} is not null and {name} is null"
                assert count(published_file, query) == 0, (view, column)
    assert found == set(NAMES)


def test_whole_index_and_categories_are_apart(
    published_file: duckdb.DuckDBPyConnection, views: dict[str, dict[str, str]]
) -> None:
    """No view has both; a mean over the categories of a city is one over five at most."""
    apart = [view for view in views if view.endswith("_categories")]
    assert "fct_index_results_categories" in apart
    for view in apart:
        assert count(published_file, f"from bi.{view} where category_id = 'overall'") == 0
        assert "category_id" not in views[view.replace("_categories", "_overall")]


@pytest.mark.parametrize("ranking", RANKINGS)
def test_each_ranking_has_views_to_start_with(
    published_file: duckdb.DuckDBPyConnection, ranking: str
) -> None:
    """A bar chart, a line and a map need no filter: one row per city, or per city and edition."""
    latest, history, categories = (
        f"bi.{ranking}_{suffix}" for suffix in ("latest_wide", "history_long", "categories_long")
    )
    for view, key in (
        (latest, "city_name"),
        (history, "edition, city_name"),
        (categories, "edition, city_name, category_name_en"),
    ):
        assert count(published_file, f"from {view}") == count(
            published_file, f"select distinct {key} from {view}"
        )
    assert count(published_file, f"from {latest}") == 83
    assert count(published_file, f"from {latest} where latitude is null") == 0
    assert count(published_file, f"select distinct edition from {latest}") == 1
    assert count(published_file, f"from {latest} where overall_rank is not null") > 0
    newer = (
        f"from {history} where rank is not null and edition > (select max(edition) from {latest})"
    )
    assert count(published_file, newer) == 0


def test_relations_are_of_one_column(published_file: duckdb.DuckDBPyConnection) -> None:
    """Every listed key is unique where it leads to, and the dimension's primary key."""
    relations = published_file.execute("from bi.relations").fetchall()
    assert len(relations) > 100
    keys = {(table, column) for _, _, table, column in relations}
    assert {table for table, _ in keys} == {
        *("dim_rankings", "dim_editions", "dim_cities", "dim_categories", "dim_indicators"),
    }
    for table, column in keys:
        primary = published_file.execute(
            "select constraint_column_names from duckdb_constraints()"
            " where constraint_type = 'PRIMARY KEY' and table_name = ?",
            [table],
        ).fetchall()
        assert primary == [([column],)]
    for table, column, dimension, key in relations:
        lost = f"from {table} where {column} not in (select {key} from {dimension})"
        assert count(published_file, lost) == 0, (table, column)


def test_views_are_parquet_files_too(
    published_warehouse: Warehouse,
    published_file: duckdb.DuckDBPyConnection,
    views: dict[str, dict[str, str]],
) -> None:
    """Who has no DuckDB driver reads the same, with floating-point numbers, from Parquet."""
    publication = current_publication(published_warehouse.directory)
    assert publication
    directory: Path = publication.directory / "parquet"
    assert {path.stem for path in directory.glob("bi_*")} == {f"bi_{view}" for view in views}
    for view in views:
        file = directory / f"bi_{view}.parquet"
        for difference in (
            f"(from bi.{view}) except all (from '{file}')",
            f"(from '{file}') except all (from bi.{view})",
        ):
            assert count(published_file, difference) == 0, view
