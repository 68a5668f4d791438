"""What benchmarks/scale.py compares the models with: a hand-written script, and pandas.

    python -m benchmarks.scale_comparisons hand|pandas INDEX_DIR DATABASE MEMORY

scale.py runs this in a process of its own, for pandas in an environment that has not the project's
packages.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


def hand_written_statements(index_dir: Path) -> list[str]:
    """Return statements from the Parquet files to table `figures`, the figures of both fact tables.

    Cities, nodes and editions are numbered once, so that every join and window works on small whole
    numbers; texts come back in the last statement.
    """
    data = index_dir / "data"
    return [
        f"""
create temp table nodes as
with
numbered as (
    select
        node_id, parent_node_id, node_type, role, project_cap_share,
        cast(row_number() over (order by node_id) as utinyint) as node
    from read_csv('{index_dir}/framework.csv', header = true)
)
select
    numbered.node_id, numbered.node_type, numbered.role, numbered.node,
    parents.node as parent, parents.project_cap_share as parent_cap
from numbered
left join numbered as parents on numbered.parent_node_id = parents.node_id
""",
        f"""
create temp table cities as
select
    city_id,
    state_code,
    cast(row_number() over (order by city_id) as uinteger) as city,
    cast(
        case
            when population < 150000 then 1 when population < 300000 then 2
            when population < 500000 then 3 else 4
        end as utinyint
    ) as size_class
from '{data}/cities.parquet'
""",
        f"""
create temp table editions as
select cast(edition as usmallint) as edition, cast(previous_edition as usmallint) as previous
from read_csv('{index_dir}/editions.csv', header = true)
""",
        f"""
create temp table scores as
select
    cast(scores.edition as usmallint) as edition, cities.city, nodes.node,
    scores.raw_value as value
from '{data}/scores_*.parquet' as scores
inner join nodes on scores.indicator_id = nodes.node_id
inner join cities on scores.city_id = cities.city_id
""",
        """
create temp table indices as
with
sums as (
    select
        scores.edition, scores.city, nodes.parent as node, max(nodes.parent_cap) as cap,
        sum(case when nodes.role = 'regular' then scores.value end) as total,
        count(case when nodes.role = 'regular' then scores.value end) as indicators,
        sum(case when nodes.role = 'project' then scores.value else 0 end) as points
    from scores
    inner join nodes using (node)
    group by all
),
means as (
    select
        edition, city, node, cap, indicators,
        round(total::double / indicators, 12)::decimal(18, 12) as mean,
        round(least(points, cap * 100 * indicators)::double / indicators, 12)::decimal(18, 12)
            as points
    from sums
),
categories as (
    select
        edition, city, node, indicators,
        round((mean + points)::double / (1 + cap)::double, 12)::decimal(18, 12) as value,
        round(mean::double / (1 + cap)::double, 12)::decimal(18, 12) as value_without
    from means
)
select * from categories
union all
select
    edition, city, (select node from nodes where node_id = 'overall') as node,
    sum(indicators) as indicators,
    round(sum(value)::double / count(*), 12)::decimal(18, 12) as value,
    round(sum(value_without)::double / count(*), 12)::decimal(18, 12) as value_without
from categories
group by edition, city
""",
        *(ranked(name) for name in ("scores", "indices")),
        """
create table figures as
with
grouped as (
    select
        edition, city, node,
        rank() over (partition by edition, node, state_code order by rank) as rank_in_state,
        rank() over (partition by edition, node, size_class order by rank) as rank_in_size_class
    from indices_ranked
    inner join cities using (city)
),
results as (
    select
        own.edition, own.city, own.node, own.value::decimal(18, 12) as value,
        cast(null as decimal(18, 12)) as value_without, null as indicators, own.rank,
        own.city_count, null as rank_in_state, null as rank_in_size_class, before.rank as previous
    from scores_ranked as own
    inner join editions using (edition)
    left join scores_ranked as before
        on editions.previous = before.edition and own.city = before.city and own.node = before.node
    union all
    select
        own.edition, own.city, own.node, own.value, own.value_without, own.indicators, own.rank,
        own.city_count, grouped.rank_in_state, grouped.rank_in_size_class, before.rank
    from indices_ranked as own
    inner join editions using (edition)
    inner join grouped using (edition, city, node)
    left join indices_ranked as before
        on editions.previous = before.edition and own.city = before.city and own.node = before.node
)
select
    cast(results.edition as integer) as edition, cities.city_id, nodes.node_id, results.value,
    results.value_without, results.indicators, results.rank, results.city_count,
    results.rank_in_state, results.rank_in_size_class, results.previous as previous_rank,
    cast(results.previous as bigint) - results.rank as tendency
from results
inner join cities using (city)
inner join nodes using (node)
""",
    ]


def ranked(name: str) -> str:
    """Return a statement that ranks a table by value: it counts distinct values, not cities."""
    return f"""
create temp table {name}_ranked as
with
counted as (
    select edition, node, round(value, 8) as rounded, count(*) as cities
    from {name}
    group by all
),
ranked as (
    select
        edition, node, rounded,
        cast(
            1 - cities + sum(cities) over (partition by edition, node order by rounded desc)
            as uinteger
        ) as rank,
        cast(sum(cities) over (partition by edition, node) as uinteger) as city_count
    from counted
)
select {name}.*, ranked.rank, ranked.city_count
from {name}
inner join ranked
    on
        {name}.edition = ranked.edition
        and {name}.node = ranked.node
        and round({name}.value, 8) = ranked.rounded
"""


def compute_by_hand(index_dir: Path, database: Path, memory: str) -> None:
    """Run the hand-written statements into a file."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"set threads = 2; set memory_limit = '{memory}'")
        for statement in hand_written_statements(index_dir):
            connection.execute(statement)
        connection.execute("checkpoint")


def compute_in_pandas(index_dir: Path, _database: Path, _memory: str) -> None:
    """Compute indices, ranks and tendencies in pandas."""
    import pandas

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


COMPUTATIONS = {"hand": compute_by_hand, "pandas": compute_in_pandas}


def main() -> int:
    """Compute what the command line names; returns the exit code."""
    function, index_dir, database, memory = sys.argv[1:]
    COMPUTATIONS[function](Path(index_dir), Path(database), memory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
