"""What benchmarks/scale.py compares the models with: one hand-written query, and pandas.

    python -m benchmarks.scale_comparisons hand|pandas INDEX_DIR DATABASE MEMORY

scale.py runs this in a process of its own, for pandas in an environment that has not the project's
packages. The seconds of the computation are written beside DATABASE.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import duckdb


def hand_written_query(index_dir: Path) -> str:
    """Return one query from the Parquet files to the figures of both fact tables."""
    data = index_dir / "data"
    return f"""
with
tree as (
    select
        nodes.node_id, nodes.parent_node_id as category_id, nodes.role, parents.project_cap_share
    from read_csv('{index_dir}/framework.csv', header = true) as nodes
    inner join read_csv('{index_dir}/framework.csv', header = true) as parents
        on nodes.parent_node_id = parents.node_id
    where nodes.node_type = 'indicator'
),
editions as (
    select edition, previous_edition
    from read_csv('{index_dir}/editions.csv', header = true)
),
cities as (
    select
        city_id,
        state_code,
        case
            when population < 150000 then 1 when population < 300000 then 2
            when population < 500000 then 3 else 4
        end as size_class
    from '{data}/cities.parquet'
),
scores as (
    select
        scores.edition, scores.city_id, scores.indicator_id, scores.raw_value, tree.category_id,
        tree.role, tree.project_cap_share
    from '{data}/scores_*.parquet' as scores
    inner join tree on scores.indicator_id = tree.node_id
),
sums as (
    select
        edition,
        city_id,
        category_id,
        max(project_cap_share) as cap,
        sum(case when role = 'regular' then raw_value end) as total,
        count(case when role = 'regular' then raw_value end) as indicators,
        sum(case when role = 'project' then raw_value else 0 end) as points
    from scores
    group by edition, city_id, category_id
),
means as (
    select
        edition, city_id, category_id, cap, indicators,
        round(total::double / indicators, 12)::decimal(18, 12) as mean,
        round(least(points, cap * 100 * indicators)::double / indicators, 12)::decimal(18, 12)
            as points
    from sums
),
categories as (
    select
        edition, city_id, category_id, indicators,
        round((mean + points)::double / (1 + cap)::double, 12)::decimal(18, 12) as value,
        round(mean::double / (1 + cap)::double, 12)::decimal(18, 12) as value_without
    from means
),
overall as (
    select
        edition, city_id, 'overall' as category_id, sum(indicators) as indicators,
        round(sum(value)::double / count(*), 12)::decimal(18, 12) as value,
        round(sum(value_without)::double / count(*), 12)::decimal(18, 12) as value_without
    from categories
    group by edition, city_id
),
nodes as (
    select
        edition, city_id, indicator_id as node_id, false as is_category, null as indicators,
        raw_value::decimal(18, 12) as value, null as value_without
    from scores
    union all
    select edition, city_id, category_id, true, indicators, value, value_without from categories
    union all
    select edition, city_id, category_id, true, indicators, value, value_without from overall
),
ranked as (
    select
        *,
        rank() over (partition by edition, node_id order by round(value, 8) desc) as rank,
        count(*) over (partition by edition, node_id) as city_count
    from nodes
),
grouped as (
    select
        ranked.edition, ranked.city_id, ranked.node_id,
        rank() over (partition by edition, node_id, state_code order by rank) as rank_in_state,
        rank() over (partition by edition, node_id, size_class order by rank) as rank_in_size_class
    from ranked
    inner join cities on ranked.city_id = cities.city_id
    where is_category
)
select
    ranked.edition, ranked.city_id, ranked.node_id, ranked.value, ranked.value_without,
    ranked.indicators, ranked.rank, ranked.city_count, grouped.rank_in_state,
    grouped.rank_in_size_class, previous.rank as previous_rank,
    previous.rank - ranked.rank as tendency
from ranked
inner join editions on ranked.edition = editions.edition
left join ranked as previous
    on
        editions.previous_edition = previous.edition
        and ranked.city_id = previous.city_id
        and ranked.node_id = previous.node_id
left join grouped
    on
        ranked.edition = grouped.edition
        and ranked.city_id = grouped.city_id
        and ranked.node_id = grouped.node_id
"""


def compute_by_hand(index_dir: Path, database: Path, memory: str) -> float:
    """Run the hand-written query into a file; returns its seconds."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"set threads = 2; set memory_limit = '{memory}'")
        started = time.monotonic()
        connection.execute(f"create table figures as {hand_written_query(index_dir)}")
        connection.execute("checkpoint")
        return time.monotonic() - started


def compute_in_pandas(index_dir: Path, _database: Path, _memory: str) -> float:
    """Compute indices, ranks and tendencies in pandas; returns the seconds, reading included."""
    import pandas

    started = time.monotonic()
    with (index_dir / "framework.csv").open(encoding="utf-8") as opened:
        nodes = pandas.read_csv(opened)
    files = sorted((index_dir / "data").glob("scores_*.parquet"))
    columns = ["edition", "city_id", "indicator_id", "raw_value"]
    scores = pandas.concat([pandas.read_parquet(file, columns=columns) for file in files])
    scores["raw_value"] = scores["raw_value"].astype("float64")
    tree = nodes.set_index("node_id")
    scores["category_id"] = scores["indicator_id"].map(tree["parent_node_id"])
    is_regular = scores["indicator_id"].map(tree["role"]) == "regular"
    keys = ["edition", "city_id", "category_id"]
    regular = scores[is_regular].groupby(keys)["raw_value"].agg(["sum", "count"])
    points = scores[~is_regular].groupby(keys)["raw_value"].sum().reindex(regular.index).fillna(0)
    cap = regular.index.get_level_values("category_id").map(tree["project_cap_share"].fillna(0))
    capped = points.clip(upper=cap * 100 * regular["count"])
    categories = ((regular["sum"] + capped) / regular["count"] / (1 + cap)).rename("value")
    overall = categories.groupby(["edition", "city_id"]).mean().reset_index()
    overall["node_id"] = "overall"
    values = pandas.concat(
        [
            scores.rename(columns={"indicator_id": "node_id", "raw_value": "value"})[
                ["edition", "city_id", "node_id", "value"]
            ],
            categories.reset_index().rename(columns={"category_id": "node_id"}),
            overall,
        ]
    )
    by_node = values["value"].round(8).groupby([values["edition"], values["node_id"]])
    values["rank"] = by_node.rank(method="min", ascending=False)
    previous = values[["edition", "city_id", "node_id", "rank"]].copy()
    previous["edition"] += 1
    compared = values.merge(previous, on=["edition", "city_id", "node_id"], how="left")
    compared["tendency"] = compared["rank_y"] - compared["rank_x"]
    compared.to_parquet(index_dir / "pandas.parquet")
    return time.monotonic() - started


COMPUTATIONS = {"hand": compute_by_hand, "pandas": compute_in_pandas}


def main() -> int:
    """Compute what the command line names; returns the exit code."""
    function, index_dir, database, memory = sys.argv[1:]
    seconds = COMPUTATIONS[function](Path(index_dir), Path(database), memory)
    Path(database).with_suffix(".seconds").write_text(str(seconds), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
