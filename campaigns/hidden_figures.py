"""Hide published figures, one at a time, and compare what the warehouse says of them.

    python -m campaigns.hidden_figures [--figures 0] [--seed 1] [--built PROJECT]

Each figure (a published rank or index) is left out of a copy of its ranking, many copies in one
build. What stands for it then is one of

    implied    published tendencies give the same rank
    computed   indicator scores give the same index
    within     it lies in the range that result_ranges leaves
    wrong      another rank is implied or another index computed, or it lies outside of the range

`wrong` must be 0, but for figures of a city and category with a known contradiction.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import duckdb
from tests.python.conftest import DATABASE_NAME, PROJECT_ROOT, WITHOUT_TESTS, copy_project
from tests.python.dbt_build import (
    Plan,
    built_without_dbt,
    fresh_build,
    make_plan,
    read_artifact,
)
from tests.python.few_draws import use_few_draws

RANKING = "smart_city_index"
COPIES_PER_BUILD = 60
# Seeds with rows per ranking, all of which a copy needs.
SEEDS = (
    *("rankings", "editions", "ranking_members", "ranking_limits", "ranking_states"),
    *("published_results", "published_edition_statistics", "indicator_scores"),
)
# What is said of a figure stands in them; the last one is made of one edition at a time.
RESULTS = ("fct_index_results", "result_ranges")


@dataclass(frozen=True)
class Figure:
    """A published rank or index: its column, its place and its value."""

    column: str
    edition: int
    city_id: str
    category_id: str
    value: Decimal
    digits: int


@dataclass(frozen=True)
class Outcome:
    """What the warehouse says of a hidden figure: the kind, and the width of the range."""

    figure: Figure
    kind: str
    width: Decimal


def published_figures(connection: duckdb.DuckDBPyConnection) -> list[Figure]:
    """Return every published rank and index of the ranking, in the order of their keys."""
    figures = []
    for column, digits in (("published_rank", "0"), ("published_index", "index_digits")):
        figures += [
            Figure(column, *row)
            for row in connection.execute(
                f"select edition, city_id, category_id, cast({column} as decimal(18, 4)), {digits}"
                f" from main_seeds.published_results where ranking_id = '{RANKING}'"
                f" and {column} is not null order by all"
            ).fetchall()
        ]
    return figures


def contradicted(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Return the cities and categories of known contradictions: one of their figures is wrong."""
    return set(
        connection.execute(
            "select city_id, category_id from main_seeds.known_contradictions"
            f" where ranking_id = '{RANKING}'"
        ).fetchall()
    )


def plan_of_results(project_dir: Path) -> Plan:
    """Return a plan of the models that the results need, of a project that dbt has built."""
    plan = make_plan(project_dir, project_dir / "build" / "hidden" / DATABASE_NAME)
    nodes = read_artifact(project_dir, "manifest")["nodes"]
    names = {node["name"]: unique_id for unique_id, node in nodes.items()}
    needed: set[str] = set()
    found = [names[result] for result in RESULTS]
    while found:
        unique_id = found.pop()
        if unique_id in nodes and unique_id not in needed:
            needed.add(unique_id)
            found += nodes[unique_id]["depends_on"].get("nodes", [])
    relations = [f" {nodes[unique_id]['relation_name']} as (" for unique_id in needed]
    models = [
        model for model in plan.models if any(name in model.splitlines()[0] for name in relations)
    ]
    return replace(plan, models=models)


def hide(connection: duckdb.DuckDBPyConnection, figures: list[Figure]) -> None:
    """Make a copy of the ranking per figure, without that figure; other rankings go."""
    copies = f"(select 'copy_' || unnest(range({len(figures)})) as name) as copies"
    for seed in SEEDS:
        connection.execute(f"delete from main_seeds.{seed} where ranking_id <> '{RANKING}'")
        connection.execute(
            f"insert into main_seeds.{seed} select figures.* replace (copies.name as ranking_id)"
            f" from main_seeds.{seed} as figures, {copies}"
        )
    for number, figure in enumerate(figures):
        digits = ", index_digits = null" if figure.column == "published_index" else ""
        connection.execute(
            f"update main_seeds.published_results set {figure.column} = null{digits}"
            " where ranking_id = ? and edition = ? and city_id = ? and category_id = ?",
            [f"copy_{number}", figure.edition, figure.city_id, figure.category_id],
        )


def keep_editions(connection: duckdb.DuckDBPyConnection, figures: list[Figure]) -> None:
    """Leave the ranks of the edition of each hidden figure alone: ranges do not look further."""
    keys = [f"copy_{number}_{figure.edition}" for number, figure in enumerate(figures)]
    connection.execute(
        "delete from main_intermediate.int_ranks where not list_contains(?, edition_key)", [keys]
    )


def outcome_of(connection: duckdb.DuckDBPyConnection, number: int, figure: Figure) -> Outcome:
    """Return what the warehouse says of a hidden figure in its copy of the ranking."""
    rows = connection.execute(
        "select results.rank, results.index_value, ranges.rank_from, ranges.rank_to,"
        " ranges.index_from, ranges.index_to"
        " from main.fct_index_results as results"
        " left join main.result_ranges as ranges using (edition_key, city_id, category_id)"
        " where results.ranking_id = ? and results.edition = ? and city_id = ? and category_id = ?",
        [f"copy_{number}", figure.edition, figure.city_id, figure.category_id],
    ).fetchall()
    ((rank, index, rank_from, rank_to, index_from, index_to),) = rows
    unit = Decimal(1).scaleb(-figure.digits)
    if figure.column == "published_rank":
        if rank is not None:
            return Outcome(figure, "implied" if rank == figure.value else "wrong", Decimal(1))
        is_within = rank_from is not None and rank_from <= figure.value <= rank_to
        width = Decimal(rank_to - rank_from + 1) if is_within else Decimal(0)
    else:
        if index is not None:
            is_equal = abs(round(index, figure.digits) - figure.value) <= unit
            return Outcome(figure, "computed" if is_equal else "wrong", Decimal(0))
        # the index is known to half a unit of its last digit
        is_within = (
            index_from is not None
            and index_from < figure.value + unit / 2
            and index_to >= figure.value - unit / 2
        )
        width = index_to - index_from if is_within else Decimal(0)
    return Outcome(figure, "within" if is_within else "wrong", width)


def run_campaign(count: int, seed: int, built: Path | None) -> tuple[list[Outcome], set[Figure]]:
    """Run the campaign.

    Args:
        count: number of figures, chosen at random; 0 for all.
        seed: seed of the randomness.
        built: a copy of the project that dbt has built, which is left as it is; None to build one.

    Returns:
        The outcomes, and which figures belong to a known contradiction.
    """
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as directory:
        project_dir = Path(directory) / "project"
        if built:
            shutil.copytree(built, project_dir)
        else:
            use_few_draws(copy_project(project_dir))
            fresh_build(project_dir, *WITHOUT_TESTS)
        os.chdir(project_dir)  # relative paths in the SQL mean the project
        try:
            plan = plan_of_results(project_dir)
            with built_without_dbt(replace(plan, models=[])) as connection:
                figures = published_figures(connection)
                pairs = contradicted(connection)
            if count:
                figures = random.Random(seed).sample(figures, count)
            for start in range(0, len(figures), COPIES_PER_BUILD):
                hidden = figures[start : start + COPIES_PER_BUILD]
                with built_without_dbt(replace(plan, models=[])) as connection:
                    hide(connection, hidden)
                    for model in plan.models:
                        if f'."{RESULTS[-1]}" as (' in model.splitlines()[0]:
                            keep_editions(connection, hidden)
                        connection.execute(model)
                    outcomes += [
                        outcome_of(connection, number, figure)
                        for number, figure in enumerate(hidden)
                    ]
                print(f"{len(outcomes)}/{len(figures)}", flush=True)
        finally:
            os.chdir(PROJECT_ROOT)
    return outcomes, {figure for figure in figures if (figure.city_id, figure.category_id) in pairs}


def main() -> int:
    """Run the command line; 0 if every hidden figure is implied, computed or within its range."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--figures", type=int, default=0, help="how many; 0 (default) for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--built", type=Path, help="a copy of the project that dbt has built")
    options = parser.parse_args()
    outcomes, doubtful = run_campaign(options.figures, options.seed, options.built)
    for column in ("published_rank", "published_index"):
        found = [outcome for outcome in outcomes if outcome.figure.column == column]
        counts = Counter(outcome.kind for outcome in found)
        widths = [outcome.width for outcome in found if outcome.kind == "within"]
        print(
            f"{column}: {len(found)} hidden, "
            + ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
            + (f"; median width of the ranges {statistics.median(widths):f}" if widths else "")
        )
    wrong = [outcome.figure for outcome in outcomes if outcome.kind == "wrong"]
    for figure in wrong:
        remark = "of a known contradiction" if figure in doubtful else "UNEXPLAINED"
        print(f"wrong ({remark}): {figure}")
    return int(any(figure not in doubtful for figure in wrong))


if __name__ == "__main__":
    sys.exit(main())
