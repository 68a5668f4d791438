"""Indicators, method and downloads say what the published file says; no browser is needed."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from smart_city_index import PROJECT_DIR

from .site_files import SiteFiles


@pytest.fixture(scope="module")
def folder(site_files: SiteFiles) -> Path:
    """Return the folder of the built site."""
    return site_files.folder


def table_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the tables of the published file."""
    rows = connection.execute("select table_name from duckdb_tables()").fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("language", "dates"),
    [
        (
            "de",
            {
                ("smart_city_index", 2025): "Ausgabe 2025, Datenstand: erhoben März bis Juni.",
                ("smart_city_index", 2019): "Ausgabe 2019, Datenstand: hier nicht erfasst.",
                ("open_data_index", 2024): "Ausgabe 2024, Datenstand: Werte aus 2020 bis 2024.",
            },
        ),
        (
            "en",
            {
                (
                    "smart_city_index",
                    2025,
                ): "Edition 2025, data: collected March to June.",
                ("smart_city_index", 2019): "Edition 2019, data: not recorded here.",
                (
                    "open_data_index",
                    2024,
                ): "Edition 2024, data: figures of 2020 to 2024.",
            },
        ),
    ],
)
def test_edition_data_and_build_are_named_apart(
    folder: Path,
    site_files: SiteFiles,
    connection: duckdb.DuckDBPyConnection,
    language: str,
    dates: dict[tuple[str, int], str],
) -> None:
    """Each page names its build in the foot, and no other date; views name the date of the data."""
    row = connection.execute("select max(built_at), max(code_version) from meta_build").fetchone()
    assert row
    form = {"de": "%d.%m.%Y, %H:%M UTC", "en": "%Y-%m-%d %H:%M UTC"}[language]
    for kind in site_files.kinds:
        (foot,) = site_files.document(f"{language}/{kind}").find_all("footer")
        assert row[0].strftime(form) in foot.text, kind
        assert row[1] in foot.text, kind
    for page, block in (
        ("compare", "compare-settings"),
        ("weights", "weights-settings"),
    ):
        text = (folder / language / f"{page}.html").read_text("utf-8")
        (settings,) = re.findall(rf'id="{block}">(.*?)</script>', text)
        rankings = json.loads(settings)["rankings"]
        for (ranking, edition), date in dates.items():
            assert rankings[ranking]["dates"][str(edition)] == date, page
    for page in ("index", "city/smart_city_index/muenchen", "city/smart_city_index/duesseldorf"):
        shown = (folder / language / f"{page}.html").read_text("utf-8")
        assert dates["smart_city_index", 2025] in shown


@pytest.mark.parametrize("language", ["de", "en"])
def test_method_counts_what_is_known_of_every_category(
    site_files: SiteFiles, connection: duckdb.DuckDBPyConnection, language: str
) -> None:
    """The page has the known places and indices of a ranking of which not all are known."""
    (region,) = site_files.document(f"{language}/method.html").find_all(id="known-smart_city_index")
    shown = [[cell.text for cell in row.find_all("th", "td")] for row in region.find_all("tr")[1:]]
    expected = connection.execute(
        """select results.edition, count(rank) || ' / ' || count(index_value)
        from fct_index_results as results
        inner join dim_categories using (edition_key, category_id)
        where results.ranking_id = 'smart_city_index'
        group by results.edition, category_id
        order by results.edition desc, any_value(sort_path)"""
    ).fetchall()
    assert [(int(edition), cell) for edition, *cells in shown for cell in cells] == expected
    assert not site_files.document(f"{language}/method.html").find_all(id="known-open_data_index")


@pytest.mark.parametrize("language", ["de", "en"])
def test_method_lists_every_contradiction(
    folder: Path, connection: duckdb.DuckDBPyConnection, language: str
) -> None:
    """The page has one entry for every contradiction of the mart, and counts as many.

    Those of the shipped ranking are the known ones, each once, and each is on its city's profile.
    """
    page = (folder / language / "method.html").read_text("utf-8")
    entry = re.compile(
        r'<article class="contradiction-entry" data-edition="(\d+)" data-city="(\w+)"'
        r' data-category="(\w+)">'
    )
    expected = connection.execute(
        """select edition, city_id, category_id from published_reconciliation
        where verdict = 'contradiction'"""
    ).fetchall()
    shown = [(int(edition), *rest) for edition, *rest in entry.findall(page)]
    assert Counter(shown) == Counter(expected)
    counted = re.findall(r'data-field="contradiction">(\d+)<', page)
    assert sum(map(int, counted)) == len(expected)
    assert f"<p>{len(expected)} " in page
    with (PROJECT_DIR / "seeds/results/known_contradictions.csv").open(encoding="utf-8") as file:
        known = {
            (row["city_id"], row["category_id"], row["figure"]) for row in csv.DictReader(file)
        }
    cities = folder / language / "city" / "smart_city_index"
    boxes = [
        (path.relative_to(cities).parts[0].removesuffix(".html"), *box)
        for path in cities.rglob("*.html")
        for box in re.findall(
            r'class="contradiction" data-category="(\w+)" data-figure="(\w+)"',
            path.read_text("utf-8"),
        )
    ]
    assert sorted(boxes) == sorted(known)
    listed = connection.execute(
        "select count(*) from published_reconciliation"
        " where verdict = 'contradiction' and ranking_id = 'smart_city_index'"
    ).fetchone()
    assert listed == (len(known),)


def test_csv_files_are_the_tables(folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Each CSV file has the rows of its table with all digits, a header and RFC 4180 line ends."""
    if not (folder / "downloads").is_dir():
        pytest.skip("the site was built without downloads")
    tables = table_names(connection)
    assert {path.stem for path in (folder / "downloads" / "csv").glob("*.csv")} == set(tables)
    for table in tables:
        raw = (folder / "downloads" / "csv" / f"{table}.csv").read_bytes().decode("utf-8")
        assert raw.count("\n") == raw.count("\r\n"), table
        header, *rows = csv.reader(raw.splitlines(keepends=True))
        cursor = connection.execute(f'select cast(columns(*) as varchar) from "{table}"')
        assert header == [column[0] for column in cursor.description], table
        expected = [tuple(value or "" for value in row) for row in cursor.fetchall()]
        assert sorted(map(tuple, rows)) == sorted(expected), table


def test_parquet_files_are_the_tables(folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Each Parquet file has the rows of its table, or of its view for charts."""
    if not (folder / "downloads").is_dir():
        pytest.skip("the site was built without downloads")
    views = connection.execute(
        "select view_name from duckdb_views() where schema_name = 'bi'"
    ).fetchall()
    relations = {table: f'main."{table}"' for table in table_names(connection)}
    relations |= {f"bi_{view}": f'bi."{view}"' for (view,) in views}
    offered = (folder / "downloads" / "parquet").glob("*.parquet")
    assert {path.stem for path in offered} == set(relations)
    for name, relation in relations.items():
        path = folder / "downloads" / "parquet" / f"{name}.parquet"
        difference = connection.execute(
            f"""select count(*) from (
                (select * from {relation} except all select * from read_parquet($path))
                union all
                (select * from read_parquet($path) except all select * from {relation}))""",
            {"path": str(path)},
        ).fetchone()
        assert difference == (0,), name


def test_dbt_docs_reach_nowhere(folder: Path) -> None:
    """The documentation of dbt, if it is there, has a policy and no path of this machine."""
    path = folder / "dbt" / "index.html"
    if not path.is_file():
        pytest.skip("the site was built without dbt's documentation")
    content = path.read_text("utf-8")
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\';' in content
    assert str(PROJECT_DIR) not in content
