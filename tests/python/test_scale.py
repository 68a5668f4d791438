"""A field of benchmarks/scale.py has the figures of one hand-written query; keys are a test."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from benchmarks.scale import Size, disagreements, write_field, write_project
from benchmarks.scale_comparisons import compute_by_hand

from tests.python.conftest import (
    DATABASE_NAME,
    WITHOUT_UNIT_TESTS,
    built_by_dbt,
    built_once,
)
from tests.python.dbt_build import built_project

SIZE = Size(entities=40, editions=3)


@pytest.fixture(scope="session")
def project_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built project of a field that is too large for the analysis."""

    def build(directory: Path) -> None:
        write_field(directory / "index", SIZE)
        with (directory / "index" / "index.yml").open("a", encoding="utf-8") as settings:
            settings.write(f"analysis_maximum_cells: {SIZE.entities}\n")
        write_project(directory / "index", directory / "project")
        built_by_dbt(directory / "project", *WITHOUT_UNIT_TESTS)

    return built_once(tmp_path_factory, "scale", build) / "project"


def test_the_hand_written_query_agrees(project_dir: Path, tmp_path: Path) -> None:
    """Every figure of both fact tables is the same, and one changed figure is noticed."""
    hand = tmp_path / "hand.duckdb"
    compute_by_hand(project_dir.parent / "index", hand, "1GB")
    marts = project_dir / "build" / DATABASE_NAME
    assert disagreements(marts, hand) == 0
    with duckdb.connect(str(hand)) as connection:
        nodes = connection.execute("select count(*), count(tendency) from figures").fetchall()
        connection.execute(
            "update figures set tendency = 99 where rank = 1 and node_id = 'mobility'"
        )
    assert nodes == [(40 * 3 * 43, 40 * 2 * 43)]
    assert disagreements(marts, hand) == 3


def test_a_field_above_the_limit_is_not_analysed(project_dir: Path) -> None:
    """The coverage says so for every edition, and no analysis mart has a row."""
    with duckdb.connect(str(project_dir / "build" / DATABASE_NAME), read_only=True) as connection:
        coverage = connection.execute(
            "select distinct status, city_count from analysis_coverage"
        ).fetchall()
        analysed = connection.execute(
            "select sum(row_count) from meta_build where mart_name in"
            " ('rank_robustness', 'rank_bounds', 'peer_cities', 'indicator_statistics')"
        ).fetchall()
    assert coverage == [("too_many_cells", 40)]
    assert analysed == [(0,)]


def test_keys_are_tested_where_they_are_not_enforced(project_dir: Path, tmp_path: Path) -> None:
    """Without primary keys a second row gets in, and the data test names it."""
    query = built_project(project_dir).compiled_code("test")["primary_keys_are_unique"]
    # a copy to write to: another process may read the file
    shutil.copy(project_dir / "build" / DATABASE_NAME, tmp_path)
    with duckdb.connect(str(tmp_path / DATABASE_NAME)) as connection:
        keys = connection.execute(
            "select count(*) from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
        ).fetchall()
        assert connection.execute(query).fetchall() == []
        connection.execute("insert into fct_indicator_scores from fct_indicator_scores limit 1")
        found = connection.execute(query).fetchall()
    assert keys == [(0,)]
    assert [table for table, *_ in found] == ["fct_indicator_scores"]
