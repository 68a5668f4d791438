"""The rankings of a published file in the browser, by ranking, edition and category.

    streamlit run examples/streamlit_app.py [FILE]

Every query opens the file and closes it again, so that the page shows a new build at the next
click.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

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
