"""The rankings of a published file in the browser: table, bars, lines and map.

The charts need one view each, without a join or a condition: what they show is in the view's name.

    streamlit run examples/streamlit_app.py [FILE]

Every query opens the file and closes it again, so that the page shows a new build at the next
click.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import altair
import duckdb
import pandas
import streamlit

PUBLISHED_FILE = Path(__file__).resolve().parents[1] / "warehouse" / "smart_city_index.duckdb"

RANKINGS = """
select ranking_id, ranking_name_en, is_simulated_ranking
from dim_rankings
order by is_simulated_ranking, ranking_id
"""
EDITIONS = """
select edition, city_count
from dim_editions
where ranking_id = $ranking_id
order by edition desc
"""
CATEGORIES = """
select category_id, category_name_en
from dim_categories
where ranking_id = $ranking_id and edition = $edition
order by sort_path
"""
BUILD = "select max(built_at) as built_at from meta_build"
RESULTS = """
select
    results.rank,
    cities.city_name as city,
    results.index_displayed as index,
    results.tendency,
    case when results.is_simulated then 'simulated' else 'real' end as scores
from fct_index_results as results
inner join dim_cities as cities on results.city_id = cities.city_id
where
    results.ranking_id = $ranking_id
    and results.edition = $edition
    and results.category_id = $category_id
    and results.rank is not null
order by results.rank, cities.city_name
"""


def query(file: Path, sql: str, **parameters: Any) -> pandas.DataFrame:
    """Run a query on the file as it is published now.

    Args:
        file: the published file.
        sql: the query.
        parameters: values of its $parameters.

    Returns:
        Its rows.

    Raises:
        duckdb.IOException: the file is not there, or was written for a later DuckDB.
    """
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql, parameters).df()


def show_charts(file: Path, ranking_id: str) -> None:
    """Show the newest ranks as bars and on a map, and the ranks of cities over the editions."""
    latest = query(file, f'from bi."{ranking_id}_latest_wide"')
    history = query(file, f'from bi."{ranking_id}_history_long"')
    bars, lines, places = streamlit.tabs(["Bars", "Lines", "Map"])
    # what has no rank here is no bar
    ranked = latest.dropna(subset="overall_rank")
    bars.bar_chart(ranked, x="city_name", y="overall_rank", sort="overall_rank", horizontal=True)
    best = ranked.sort_values("overall_rank")["city_name"]
    cities = lines.multiselect("Cities", sorted(history["city_name"].unique()), list(best[:5]))
    # with altair, because the first rank belongs at the top
    trend = altair.Chart(history[history["city_name"].isin(cities)]).mark_line(point=True)
    rank = altair.Y("rank", scale=altair.Scale(reverse=True, zero=False))
    lines.altair_chart(trend.encode(x="edition:O", y=rank, color="city_name"))
    located = ranked.dropna(subset=["latitude", "longitude"])
    places.map(located.assign(size=60_000 / located["overall_rank"] ** 0.5), size="size")


def show(file: Path) -> None:
    """Show the page of a published file."""
    rankings = query(file, RANKINGS).set_index("ranking_id")
    ranking_id = streamlit.selectbox(
        "Ranking", rankings.index, format_func=rankings["ranking_name_en"].get
    )
    editions = query(file, EDITIONS, ranking_id=ranking_id).set_index("edition")
    edition = int(streamlit.selectbox("Edition", editions.index))
    chosen = {"ranking_id": ranking_id, "edition": edition}
    categories = query(file, CATEGORIES, **chosen).set_index("category_id")
    category_id = streamlit.selectbox(
        "Category", categories.index, format_func=categories["category_name_en"].get
    )
    if rankings["is_simulated_ranking"][ranking_id]:
        streamlit.warning(
            "**Simulated.** Every rank here is one among simulated cities, and all scores are"
            " simulated unless the last column says *real*."
        )
    results = query(file, RESULTS, category_id=category_id, **chosen)
    streamlit.dataframe(results, hide_index=True)
    show_charts(file, ranking_id)
    built_at = query(file, BUILD)["built_at"][0]
    streamlit.caption(
        f"{len(results)} of {editions['city_count'][edition]} cities have a rank."
        f" Built {built_at:%Y-%m-%d %H:%M:%S} UTC."
    )


def main() -> None:
    """Show the page, or say that there is no file yet."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else PUBLISHED_FILE
    streamlit.title(file.stem.replace("_", " ").capitalize())
    if file.exists():
        show(file)
    else:
        streamlit.error(f"{file} does not exist: run `make build` first.")


if __name__ == "__main__":
    main()
