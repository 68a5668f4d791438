"""The page that answers a city's three questions says what the marts say."""

from __future__ import annotations

import subprocess
import sys

import duckdb
import pytest
from conftest import Warehouse


def run_page(warehouse: Warehouse, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/explain_city.py on the published file."""
    script = warehouse.project_dir / "scripts" / "explain_city.py"
    return subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, text=True, check=False
    )


def test_page_of_duesseldorf(published_warehouse: Warehouse) -> None:
    """One page with the three questions, the intervals with their scenarios, and the flags."""
    completed = run_page(published_warehouse)
    assert completed.returncode == 0, completed.stderr
    page = completed.stdout
    assert page.startswith("Düsseldorf, simulated_field 2025: place 6 of 83 (+11)")
    assert len(page.splitlines()) <= 60
    assert max(map(len, page.splitlines())) <= 110
    for text in (
        "The field is simulated",
        "These parts rest on simulated scores",
        "1. How sure",
        "2. Why",
        "3. What",
    ):
        assert text in page
    with duckdb.connect(str(published_warehouse.database), read_only=True) as connection:
        robustness = connection.execute(
            "select rank_p05, rank_p95, best_rank, worst_rank from rank_robustness"
            " inner join rank_bounds using (ranking_id, edition, scenario_id, city_id)"
            " where edition = 2025 and city_id = 'duesseldorf' and scenario_id = 'box_25_percent'"
        ).fetchone()
        (change,) = connection.execute(
            "select sum(contribution) from tendency_drivers where edition = 2025"
            " and city_id = 'duesseldorf' and figure = 'index'"
        ).fetchone() or (0,)
    assert robustness
    best, worst, best_possible, worst_possible = robustness
    assert f"place {best} to {worst} in 90 % of 10,000 draws" in page
    assert f"never beyond {best_possible} to {worst_possible}" in page
    assert f"changed by {float(change):+.2f} points" in page


def test_page_of_every_city(published_warehouse: Warehouse) -> None:
    """First, last and new cities have a page too."""
    with duckdb.connect(str(published_warehouse.database), read_only=True) as connection:
        cities = [
            city
            for (city,) in connection.execute(
                "select city_id from league_table where ranking_id = 'simulated_field'"
                " and edition = 2025 and (overall_rank in (1, 83) or is_new_in_field)"
            ).fetchall()
        ]
    assert len(cities) == 3
    for city in cities:
        completed = run_page(published_warehouse, "--city", city)
        assert completed.returncode == 0, completed.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--edition", "1999"), "there is no edition 1999 of ranking simulated_field"),
        (("--city", "atlantis"), "there is no city atlantis in this edition"),
        (("--ranking", "smart_city_index"), "is not analysed: scores_missing, 37 of 3,071 scores"),
        (("--database", "nowhere.duckdb"), "nowhere.duckdb does not exist: run make build first"),
    ],
)
def test_what_cannot_be_explained(
    arguments: tuple[str, ...], message: str, published_warehouse: Warehouse
) -> None:
    """A clear message and exit code 1 where there is nothing to explain."""
    completed = run_page(published_warehouse, *arguments)
    assert completed.returncode == 1
    assert message in completed.stderr
    assert completed.stdout == ""
