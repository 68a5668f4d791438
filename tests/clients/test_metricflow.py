"""dbt's semantic layer gives what the marts have; MetricFlow runs in .venv-metricflow."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from ..python.conftest import PROJECT_ROOT


def test_metricflow(shown: Callable[[str, str], None], tmp_path: Path) -> None:
    """The semantic layer gives what the mart has: index, rank and coverage per edition."""
    answer = tmp_path / "answer.csv"
    subprocess.run(
        [
            PROJECT_ROOT / ".venv-metricflow" / "bin" / "mf",
            *("query", "--metrics", "overall_index,overall_rank,rank_coverage"),
            *("--group-by", "metric_time__year,result__ranking_id", "--decimals", "6"),
            *("--csv", str(answer)),
        ],
        cwd=PROJECT_ROOT,
        check=True,
        capture_output=True,
    )
    expected = """
        select
            cast(edition as varchar) || '-01-01 00:00:00', ranking_id, round(avg(index_value), 6),
            min(rank), round(count(rank) / count(*), 6)
        from fct_index_results
        where category_id = 'overall'
        group by edition, ranking_id
        order by edition, ranking_id
    """
    with duckdb.connect(
        str(PROJECT_ROOT / "build" / "smart_city_index.duckdb"), read_only=True
    ) as mart:
        rows = mart.execute(expected).fetchall()
    with answer.open(encoding="utf-8", newline="") as file:
        found = sorted(list(csv.reader(file))[1:])
    assert len(found) == len(rows)
    for (year, ranking, *figures), (*key, index, rank, coverage) in zip(found, rows, strict=True):
        assert [year, ranking] == key
        assert [float(figure) for figure in figures] == pytest.approx([index, rank, coverage])
    shown("MetricFlow", f"{len(found)} editions with index, rank and coverage")
