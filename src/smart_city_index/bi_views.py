"""Views for BI tools, in schema `bi` of the published file: what a chart needs without a join.

Each mart that is no dimension has a view of its name: its columns, after the names of rankings,
cities, categories and indicators, and with floating-point numbers where the mart has exact
decimals, which some tools cannot plot. A mart that holds the whole index beside its categories has
two views, `_overall` and `_categories`, so that nobody averages over both. Every ranking has three
more, to start with: `_latest_wide`, `_history_long`, `_categories_long`. `relations` lists what
relates to what.

The views name schemas but no catalogue, so that the file may be renamed.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from .values import sql_text

BI_SCHEMA = "bi"
PARQUET_PREFIX = "bi_"
DIMENSION = "dim_"
WITHOUT_VIEW = "meta_build"
FLAG_OF_OVERALL = "is_overall"
# What a key brings along from its dimension: what a row is called.
LABELS = {
    "ranking_id": ("ranking_name_de", "ranking_name_en"),
    "city_id": ("city_name",),
    "category_key": ("category_name_de", "category_name_en"),
    "indicator_key": ("indicator_name_de", "indicator_name_en"),
}
# What the key of a row's own city brings along too, and what of it stands at the end.
PLACE_OF_CITY = ("state_name", "latitude", "longitude")
COORDINATES = {"latitude", "longitude"}
DATE_OF_EDITION = "1 January of the edition's year, for tools that draw a time axis of dates only."
FLOATS = "Decimals are floating-point numbers here; exact ones are in main."
# Of every ranking: end of the name, view it is taken from, condition beside the ranking, comment.
STARTS = (
    (
        "latest_wide",
        "league_table",
        (
            "edition = (select coalesce(max(edition) filter (overall_rank is not null),"
            " max(edition)) from main.league_table where {of_ranking})"
        ),
        (
            "who is where in the newest edition with ranks, all categories side by side, with"
            " coordinates for a map. One row per city."
        ),
    ),
    (
        "history_long",
        "fct_index_results_overall",
        "true",
        "index, rank and tendency of the whole over the editions. One row per edition and city.",
    ),
    (
        "categories_long",
        "fct_index_results_categories",
        "true",
        (
            "index, rank and tendency in the categories, without the whole index. One row per"
            " edition, city and category."
        ),
    ),
)


@dataclass(frozen=True)
class Column:
    """A column of a view.

    Attributes:
        name: its name.
        expression: the SQL that it shows.
        comment: its description.
    """

    name: str
    expression: str
    comment: str | None


@dataclass(frozen=True)
class View:
    """A view.

    Attributes:
        name: its name.
        columns: its columns.
        source: what they are read from: the SQL after `from`.
        order: its columns that order the rows.
        comment: its description.
    """

    name: str
    columns: list[Column]
    source: str
    order: list[str]
    comment: str


@dataclass(frozen=True)
class Relation:
    """A column of a mart whose values are keys of a dimension.

    Attributes:
        mart: the mart.
        column: its column.
        dimension: the dimension.
        key: the dimension's key, which the column's name ends with.
    """

    mart: str
    column: str
    dimension: str
    key: str

    @property
    def prefix(self) -> str:
        """What the column's name says beside the key: `peer_` of `peer_city_id`."""
        return self.column.removesuffix(self.key)


def relations(columns: dict[str, list[Column]], marts: dict[str, list[str]]) -> list[Relation]:
    """Return what relates to what: a column to the dimension whose single key its name ends with.

    Args:
        columns: the columns of every mart.
        marts: the key columns of every mart.
    """
    keys = {
        key[0]: mart for mart, key in marts.items() if mart.startswith(DIMENSION) and len(key) == 1
    }
    return [
        Relation(mart, column.name, keys[key], key)
        for mart in sorted(columns)
        for column in columns[mart]
        for key in sorted(keys)
        if (column.name == key or column.name.endswith(f"_{key}"))
        and (mart, column.name) != (keys[key], key)
    ]


def read_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Column]]:
    """Return the columns of every table of the current schema, with decimals as DOUBLE."""
    columns: dict[str, list[Column]] = {}
    for table, name, kind, comment in connection.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns()"
        " where database_name = current_database() and schema_name = current_schema()"
        " order by table_name, column_index"
    ).fetchall():
        shown = f'{table}."{name}"'
        if kind.startswith("DECIMAL"):
            shown = f"cast({shown} as double)"
        columns.setdefault(table, []).append(Column(name, shown, comment))
    return columns


def named_columns(
    mart: str, columns: dict[str, list[Column]], related: list[Relation]
) -> list[Column]:
    """Return the columns of a mart after the names that its keys stand for.

    Args:
        mart: the mart.
        columns: the columns of every mart.
        related: the relations of the mart.
    """
    own = {column.name for column in columns[mart]}
    names: list[Column] = []
    for key, labels in LABELS.items():
        for relation in (relation for relation in related if relation.key == key):
            of_dimension = {column.name: column for column in columns[relation.dimension]}
            wanted = labels
            if relation.column == "city_id":
                wanted += PLACE_OF_CITY
            for label in wanted:
                found = of_dimension[label]
                expression = found.expression.replace(
                    f"{relation.dimension}.", f"{relation.column}_."
                )
                names.append(Column(relation.prefix + label, expression, found.comment))
    names = [column for column in names if column.name not in own]
    if "edition" in own:
        date = f"make_date({mart}.edition, 1, 1)"
        names.append(Column("edition_date", date, DATE_OF_EDITION))
    last = [column for column in names if column.name in COORDINATES]
    return [*(column for column in names if column not in last), *columns[mart], *last]


def views_of_mart(
    mart: str, columns: list[Column], related: list[Relation], key: list[str], comment: str
) -> list[View]:
    """Return the view of a mart, or the two views of one that has the whole index and categories.

    Args:
        mart: the mart.
        columns: its columns, after the names that its keys stand for.
        related: its relations.
        key: its key columns.
        comment: its description.
    """
    joins = [
        f"left join main.{one.dimension} as {one.column}_"
        f" on {mart}.{one.column} = {one.column}_.{one.key}"
        for one in related
        if one.key in LABELS
    ]
    source = " ".join([f"main.{mart} as {mart}", *joins])
    comment = f"{comment} {FLOATS}"
    if FLAG_OF_OVERALL not in {column.name for column in columns}:
        return [View(mart, columns, source, key, comment)]
    of_categories = [column for column in columns if column.name != FLAG_OF_OVERALL]
    of_whole = [column for column in of_categories if not column.name.startswith("category_")]
    flag = f"{mart}.{FLAG_OF_OVERALL}"
    return [
        View(
            f"{mart}_overall",
            of_whole,
            f"{source} where {flag}",
            [name for name in key if name != "category_id"],
            f"Of the whole index only. {comment}",
        ),
        View(
            f"{mart}_categories",
            of_categories,
            f"{source} where not {flag}",
            key,
            f"Of the categories only, without the whole index. {comment}",
        ),
    ]


def start_views(views: dict[str, View], ranking: str, title: str) -> list[View]:
    """Return the views of one ranking to start with.

    Args:
        views: the views of the marts by name.
        ranking: the ranking's ranking_id.
        title: its name.
    """
    of_ranking = f"ranking_id = {sql_text(ranking)}"
    return [
        View(
            f"{ranking}_{suffix}",
            [
                Column(column.name, f'"{column.name}"', column.comment)
                for column in views[source].columns
            ],
            f"{BI_SCHEMA}.{source} where {of_ranking}"
            f" and {condition.format(of_ranking=of_ranking)}",
            views[source].order,
            f"Start here. {title}: {comment} NULL means not recorded here. {FLOATS}",
        )
        for suffix, source, condition, comment in STARTS
    ]


def view_of_relations(related: list[Relation]) -> View:
    """Return the view that lists the relations."""
    names = ("table_name", "column_name", "related_table", "related_column")
    rows = ", ".join(
        f"({', '.join(map(sql_text, (one.mart, one.column, one.dimension, one.key)))})"
        for one in related
    )
    return View(
        "relations",
        [Column(name, name, None) for name in names],
        f"(values {rows}) as relations ({', '.join(names)})",
        list(names[:2]),
        "What relates to what in schema main: a column, and the key of the dimension that it names."
        " One row per column.",
    )


def create(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    """Create a view, with comments on it and on its columns."""
    name = f'{BI_SCHEMA}."{view.name}"'
    items = ", ".join(f'{column.expression} as "{column.name}"' for column in view.columns)
    connection.execute(f"create view {name} as select {items} from {view.source}")
    connection.execute(f"comment on view {name} is {sql_text(view.comment)}")
    for column in view.columns:
        if column.comment:
            connection.execute(
                f'comment on column {name}."{column.name}" is {sql_text(column.comment)}'
            )


def create_views(
    connection: duckdb.DuckDBPyConnection, marts: dict[str, list[str]]
) -> dict[str, list[str]]:
    """Create the views.

    Args:
        connection: a connection whose current catalogue and schema are those of the marts.
        marts: the key columns of every mart.

    Returns:
        The columns that order the rows of each view.
    """
    connection.execute(f"create schema {BI_SCHEMA}")
    columns = read_columns(connection)
    comments = connection.execute(
        "select table_name, comment from duckdb_tables()"
        " where database_name = current_database() and schema_name = current_schema()"
        " order by table_name"
    ).fetchall()
    related = relations(columns, marts)
    views: dict[str, View] = {}
    for mart, comment in comments:
        if mart.startswith(DIMENSION) or mart == WITHOUT_VIEW:
            continue
        of_mart = [one for one in related if one.mart == mart]
        named = named_columns(mart, columns, of_mart)
        for view in views_of_mart(mart, named, of_mart, marts[mart], comment):
            views[view.name] = view
    rankings = connection.execute(
        "select ranking_id, ranking_name_en from main.dim_rankings order by ranking_id"
    ).fetchall()
    starts = [view for ranking in rankings for view in start_views(views, *ranking)]
    all_views = [*views.values(), *starts, view_of_relations(related)]
    for view in all_views:
        create(connection, view)
    return {view.name: view.order for view in all_views}
