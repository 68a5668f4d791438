"""The published files, end to end: what a reader of warehouse/ gets."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any

import duckdb

from smart_city_index.publication import current_publication, differences
from tests.python.conftest import PROJECT_ROOT, BuiltProject, Warehouse, read_seed
from tests.python.diagrams import PAGES, drawn
from tests.python.pages import answered_queries, read_page

Rows = list[tuple[Any, ...]]

# Places and tendencies of Düsseldorf on its page of 2025; the indices are in the page fixture.
DUESSELDORF_2025 = {
    "overall": (6, 11, "85.8", "computed"),
    "administration": (7, -1, "93.6", "computed"),
    "energy_environment": (23, 35, "73.7", "computed"),
    "it_communication": (48, 4, "74.2", "published"),
    "mobility": (7, 2, "93.9", "computed"),
    "society_education": (5, -4, "93.8", "computed"),
}
DUESSELDORF_2024_PLACES = {
    "overall": 17,
    "administration": 6,
    "energy_environment": 58,
    "it_communication": 52,
    "mobility": 9,
    "society_education": 1,
}


def query(warehouse: Warehouse | BuiltProject, sql: str) -> Rows:
    """Run a query on a published or built file, read-only."""
    with duckdb.connect(str(warehouse.database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def mart_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the names of all tables of the file."""
    rows = connection.execute("select table_name from duckdb_tables()").fetchall()
    return [name for (name,) in rows]


def printed_page() -> Rows:
    """Return the lines of Düsseldorf's page of 2025 as it is printed."""
    page = PROJECT_ROOT / "tests" / "fixtures" / "duesseldorf_2025_page.csv"
    with page.open(encoding="utf-8") as page_file:
        return [
            (row["section"], row["label"], row["rank"], row["tendency"], row["printed"])
            for row in csv.DictReader(page_file)
        ]


def page_lines(warehouse: Warehouse | BuiltProject, ranking: str) -> Rows:
    """Return the lines of the same page in a ranking, without best practices."""
    return query(
        warehouse,
        "select section, case when section = 'header' then line_id else label_de end,"
        " coalesce(rank_displayed, ''), coalesce(tendency_displayed, ''),"
        " case when section = 'header' then text_de else value_displayed end"
        " from city_profiles"
        f" where ranking_id = '{ranking}' and edition = 2025 and city_id = 'duesseldorf'"
        " and section <> 'best_practice' order by line_number",
    )


def test_duesseldorf_page_line_by_line(published_warehouse: Warehouse) -> None:
    """The real ranking reproduces every line of the printed page, in its order."""
    assert page_lines(published_warehouse, "smart_city_index") == printed_page()
    assert len(printed_page()) == 4 + 6 + 37


def test_duesseldorf_page_ends_with_its_best_practice(published_warehouse: Warehouse) -> None:
    """The last line is the best practice, with its summary and link; two names are inferred."""
    rows = query(
        published_warehouse,
        "select line_number, section, text_de is not null, text_en is not null, source"
        " from city_profiles where ranking_id = 'smart_city_index' and edition = 2025"
        " and city_id = 'duesseldorf' order by line_number desc limit 1",
    )
    assert rows[0][:4] == (48, "best_practice", True, True)
    assert rows[0][4].startswith("https://www.duesseldorf.de/")
    inferred = query(
        published_warehouse,
        "select line_id from city_profiles where ranking_id = 'smart_city_index'"
        " and edition = 2025 and city_id = 'duesseldorf' and name_is_inferred order by 1",
    )
    assert inferred == [("sharing_services",), ("website_social_media",)]


def test_duesseldorf_in_the_real_ranking_keeps_published_ranks(
    published_warehouse: Warehouse,
) -> None:
    """Indices are computed but one; ranks are published, because the field is incomplete."""
    rows = query(
        published_warehouse,
        "select category_id, rank, tendency, index_displayed, index_source, rank_source, is_simulated"
        " from fct_index_results where ranking_id = 'smart_city_index' and edition = 2025"
        " and city_id = 'duesseldorf'",
    )
    assert {row[0]: row[1:] for row in rows} == {
        category: (*figures, "published", False) for category, figures in DUESSELDORF_2025.items()
    }


def test_every_published_figure_is_reconciled(published_warehouse: Warehouse) -> None:
    """No published figure is left out, changed, or in an unexplained contradiction."""
    seed_rows = read_seed("results/published_results.csv")
    stated = {
        (int(row["edition"]), row["city_id"], row["category_id"], figure): Decimal(row[column])
        for row in seed_rows
        for figure, column in (
            ("rank", "published_rank"),
            ("tendency", "published_tendency"),
            ("index", "published_index"),
        )
        if row[column]
    }
    stated |= {
        (int(row["edition"]), row["city_id"], row["category_id"], "index_change"): Decimal(
            row["published_index_change"]
        )
        for row in read_seed("results/published_index_changes.csv")
    }
    rows = query(
        published_warehouse,
        "select edition, city_id, category_id, figure, published_value, verdict,"
        " contradiction_note, source"
        " from published_reconciliation where ranking_id = 'smart_city_index'",
    )
    assert {row[:4]: row[4] for row in rows} == stated
    assert all(row[7] for row in rows)
    contradictions = {row[:4] for row in rows if row[5] == "contradiction"}
    known = {
        (int(row["edition"]), row["city_id"], row["category_id"], row["figure"])
        for row in read_seed("results/known_contradictions.csv")
    }
    assert contradictions == known
    assert all(row[6] for row in rows if row[5] == "contradiction")


def test_published_file_holds_marts_only(published_warehouse: Warehouse) -> None:
    """Tables in one schema, views in another, no write permission, nothing left over beside them."""
    tables = query(
        published_warehouse,
        "select table_schema, table_name, table_type from information_schema.tables",
    )
    marts = {path.stem for path in (PROJECT_ROOT / "models" / "marts").rglob("*.sql")}
    assert {name for schema, name, _ in tables if schema == "main"} == marts
    kinds = {(schema, kind) for schema, _, kind in tables}
    assert kinds == {("main", "BASE TABLE"), ("bi", "VIEW")}
    views = {f"bi_{name}" for schema, name, _ in tables if schema == "bi"}
    publication = current_publication(published_warehouse.directory)
    assert publication
    published = {"smart_city_index.duckdb"} | {f"parquet/{name}.parquet" for name in marts | views}
    assert {file.path for file in publication.files} == published
    assert differences(publication) == []
    assert published_warehouse.database.read_bytes() == publication.database.read_bytes()
    files = [path for path in published_warehouse.directory.rglob("*") if path.is_file()]
    writable = {path.name for path in files if path.stat().st_mode & 0o222}
    assert writable == {"manifest.json", ".publication.lock"}
    assert not any(path.is_symlink() for path in files)


def test_parquet_copies_equal_the_tables(published_warehouse: Warehouse) -> None:
    """Every Parquet file has the rows and the types of its mart."""
    publication = current_publication(published_warehouse.directory)
    assert publication
    with duckdb.connect(str(published_warehouse.database), read_only=True) as connection:
        for mart in mart_names(connection):
            file = publication.directory / "parquet" / f"{mart}.parquet"
            differences = connection.execute(
                f"select count(*) from ((from {mart} except all from '{file}')"
                f" union all (from '{file}' except all from {mart}))"
            ).fetchall()
            assert differences == [(0,)], mart
            types = connection.execute(
                f"select (select list(column_type) from (describe {mart})),"
                f" (select list(column_type) from (describe from '{file}'))"
            ).fetchall()[0]
            assert types[0] == types[1], mart


def test_meta_build_counts_every_mart(published_warehouse: Warehouse) -> None:
    """meta_build names every mart but itself, with its true number of rows."""
    with duckdb.connect(str(published_warehouse.database), read_only=True) as connection:
        counted = dict(connection.execute("select mart_name, row_count from meta_build").fetchall())
        assert set(counted) == set(mart_names(connection)) - {"meta_build"}
        for mart, row_count in counted.items():
            assert connection.execute(f"select count(*) from {mart}").fetchall() == [(row_count,)]


def test_meta_build_names_the_engine(published_warehouse: Warehouse) -> None:
    """The engine that built the marts is the one that the tests run with."""
    versions = query(published_warehouse, "select distinct engine_version from meta_build")
    assert versions == [(f"DuckDB v{duckdb.__version__}",)]


def test_example_queries_return_rows(published_warehouse: Warehouse) -> None:
    """Every query in analyses/ runs on the published file and answers something."""
    analyses = sorted((PROJECT_ROOT / "analyses").glob("*.sql"))
    assert analyses
    for analysis in analyses:
        sql = analysis.read_text(encoding="utf-8").replace("{{ ref('", "").replace("') }}", "")
        assert query(published_warehouse, sql), analysis.name


def test_readme_query_returns_what_the_readme_shows(published_warehouse: Warehouse) -> None:
    """The first query of the README and its printed result are true."""
    readme = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## A first query")[1].split("## ")[0]
    sql = section.split("'''")[1]
    shown = [
        tuple(cell.strip() for cell in line.strip().strip("│").split("│"))
        for line in section.splitlines()
        if line.strip().startswith("│")
    ][2:]
    assert [tuple(str(cell) for cell in row) for row in query(published_warehouse, sql)] == shown


def test_pictures_are_those_of_the_build(
    published_warehouse: Warehouse, built_project: BuiltProject
) -> None:
    """README.md and docs/overview.md hold the pictures that the build draws."""
    with duckdb.connect(str(published_warehouse.database), read_only=True) as connection:
        for name in PAGES:
            text = (PROJECT_ROOT / name).read_text(encoding="utf-8")
            assert ", drawn by the build -->" in text
            assert drawn(text, built_project.manifest, connection) == text


def printed_cell(value: Any) -> str:
    """Return a value as docs/questions.md prints it: nothing where it is NULL."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_questions_have_the_answers_that_their_page_shows(published_warehouse: Warehouse) -> None:
    """Every section of docs/questions.md but the introduction has a query with its true answer."""
    page = read_page("questions.md")
    questions = answered_queries(page)
    assert len(questions) == page.count("```sql\n") == page.count("\n## ") == 15
    with duckdb.connect(str(published_warehouse.database), read_only=True) as connection:
        for sql, shown in questions:
            cursor = connection.execute(sql)
            answer = [[column[0] for column in cursor.description]]
            answer += [[printed_cell(value) for value in row] for row in cursor.fetchall()]
            assert answer == shown, sql
