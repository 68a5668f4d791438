"""The worked changes of CONTRIBUTING.md and docs/dbt.md do what the pages say, in a copy of the project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import yaml

from .conftest import DATABASE_NAME, PROJECT_ROOT, BuiltProject, run_dbt
from .dbt_build import read_artifact
from .pages import fenced_blocks, read_page

METHODS = "seeds/methodology/_methodology.yml"
SCORES = "models/intermediate/scores/int_normalised_scores"


def worked_change(page: str, section: str) -> dict[str, str]:
    """Return the blocks of a section of a page by their language."""
    return {block.language: block.text for block in fenced_blocks(page) if block.section == section}


def replace(file: Path, old: str, new: str) -> None:
    """Replace a text that stands once in a file."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, (file, old)
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_worked_changes(built_project: BuiltProject, scratch_project: Callable[[], Path]) -> None:
    """A mart, a method of normalisation and a second version of a mart are added as it is written."""
    project_dir = scratch_project()
    database = project_dir / "build" / DATABASE_NAME
    database.write_bytes(built_project.database.read_bytes())
    page = (PROJECT_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    marts = project_dir / "models" / "marts" / "reporting"

    mart = worked_change(page, "A mart")
    (marts / "state_leaders.sql").write_text(mart["sql"], encoding="utf-8")
    (marts / "state_leaders.yml").write_text(mart["yaml"], encoding="utf-8")

    method = worked_change(page, "A normalisation method")
    replace(project_dir / METHODS, "min_max, goalposts]", "min_max, goalposts, categorical]")
    model, tests = (project_dir / f"{SCORES}.{ending}" for ending in ("sql", "yml"))
    replace(model, "('percentile_rank', 'dist", "('categorical', 'percentile_rank', 'dist")
    branch = "            when normalisation = 'min_max'\n"
    replace(model, branch, method["sql"] + branch)
    tests.write_text(tests.read_text(encoding="utf-8") + method["yaml"], encoding="utf-8")

    versions = worked_change(read_page("dbt.md"), "A breaking change of a mart")
    league_table = marts / "league_table.yml"
    document = yaml.safe_load(league_table.read_text(encoding="utf-8"))
    document["models"][0] |= yaml.safe_load(versions["yaml"])["models"][0]
    league_table.write_text(yaml.safe_dump(document), encoding="utf-8")
    old = (marts / "league_table.sql").read_text(encoding="utf-8")
    (marts / "league_table_v1.sql").write_text(old, encoding="utf-8")

    completed = run_dbt(
        project_dir,
        *("build", "--select", "state_leaders", "league_table", "int_normalised_scores"),
    )
    assert completed.returncode == 0, completed.stdout
    results = read_artifact(project_dir, "run_results")["results"]
    passed = [result["unique_id"] for result in results if result["status"] == "pass"]
    assert any(name.endswith(".normalisation_categorical") for name in passed)
    with duckdb.connect(str(database), read_only=True) as connection:
        leaders = connection.execute(
            "select best_rank, rank_count, city_count from state_leaders"
            " where edition_key = 'open_data_index_2026' and state_name = 'Berlin'"
        ).fetchall()
        both = "(from league_table except all from league_table_v1)"
        (counts,) = connection.execute(
            f"select (select count(*) from league_table), (select count(*) from {both})"
        ).fetchall()
    assert len(leaders) == 1
    assert leaders[0][1:] == (1, 1)
    assert counts[0] > 0
    assert counts[1] == 0
