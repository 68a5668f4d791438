"""Downloads, downloads.html: the published file, its tables, the SQL, dbt's documentation."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ... import PROJECT_DIR
from ...bi_views import PARQUET_PREFIX
from ...export import write_workbook
from ...publication import MANIFEST
from .. import formats, lineage
from ..site_builder import DBT_DOCS_POLICY, Site
from . import sql

MEGABYTE = 1_000_000
KILOBYTE = 1_000
ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Download:
    """A file to download.

    Args:
        path: below the site's top folder.
        size: in bytes.
    """

    path: str
    size: int


def size_text(size: int, language: str) -> str:
    """Return a size in kB or MB, at least 1 kB."""
    if size < MEGABYTE:
        return f"{formats.decimal(max(Decimal(1), Decimal(size) / KILOBYTE), 0, language)} kB"
    return f"{formats.decimal(Decimal(size) / MEGABYTE, 1, language)} MB"


def folder_size(folder: Path) -> int:
    """Return the size of all files in a folder; 0 if there is no such folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def copied(site: Site, source: Path, path: str) -> Download:
    """Copy a file into the site."""
    target = site.output / path
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return Download(path, target.stat().st_size)


def written_csv(site: Site, table: str) -> Download:
    """Write a table as CSV: RFC 4180, UTF-8, a header, figures with all of their digits.

    Args:
        site: the site in the making.
        table: a table of the published file.
    """
    path = f"downloads/csv/{table}.csv"
    target = site.output / path
    target.parent.mkdir(parents=True, exist_ok=True)
    # As text, DuckDB writes a DECIMAL with all of its digits and never with an exponent.
    cursor = site.connection.execute(
        f'select cast(columns(*) as varchar) from (select * from "{table}" order by all)'
    )
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(column[0] for column in cursor.description)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            writer.writerows(rows)
    return Download(path, target.stat().st_size)


def written_workbook(site: Site, name: str) -> Download:
    """Write the tables that people open as one Excel file.

    Args:
        site: the site in the making.
        name: of the published file.
    """
    path = f"downloads/{name}.xlsx"
    write_workbook(site.connection, site.output / path)
    return Download(path, (site.output / path).stat().st_size)


def table_files(site: Site, tables: list[str], parquet: Path) -> dict[str, dict[str, Download]]:
    """Write each table as CSV and copy its Parquet file, if one was published.

    Args:
        site: the site in the making.
        tables: names of the tables.
        parquet: folder of the Parquet files.

    Returns:
        The files of each table by format.
    """
    files: dict[str, dict[str, Download]] = {}
    for table in tables:
        files[table] = {"csv": written_csv(site, table)}
        source = parquet / f"{table}.parquet"
        if source.is_file():
            files[table]["parquet"] = copied(site, source, f"downloads/parquet/{source.name}")
    return files


def written_dbt_docs(site: Site, source: Path) -> Download:
    """Take over dbt's documentation: kept from reaching outside, without paths of this machine.

    Args:
        site: the site in the making.
        source: the page that `make docs` wrote.
    """
    policy = f'<meta http-equiv="Content-Security-Policy" content="{DBT_DOCS_POLICY}">'
    content = source.read_text("utf-8").replace(str(PROJECT_DIR), ".")
    content = content.replace('<meta charset="utf-8">', f'<meta charset="utf-8">{policy}', 1)
    path = "dbt/index.html"
    site.write(path, content)
    return Download(path, (site.output / path).stat().st_size)


def page_name(site: Site, page: str, language: str) -> str:
    """Return the name of a module in pages/ as readers know it."""
    for text_id in (f"nav_{page}", f"downloads_page_{page}"):
        if text_id in site.texts:
            return site.text(text_id, language)
    return page


def queries(site: Site, language: str) -> list[dict[str, str]]:
    """Return every query of the site: its name, what it shows, and the pages that use it.

    Args:
        site: the site in the making.
        language: `de` or `en`.
    """
    pages = lineage.queries_of_pages()
    return [
        {
            "name": query.name,
            "description": query.description,
            "pages": ", ".join(
                page_name(site, page, language)
                for page, used in pages.items()
                if query.name in used
            ),
        }
        for query in sql.queries()
        if query.name != lineage.QUERY_OF_EVERY_PAGE
    ]


def build(site: Site) -> None:
    """Write the files, and the page in both languages."""
    tables = site.rows("downloads")
    files: dict[str, dict[str, Download]] = {}
    views: list[Download] = []
    database = manifest = workbook = dbt_docs = None
    publication = site.extras.publication
    if site.extras.downloads and publication:
        names = [row["table_name"] for row in tables]
        parquet = publication.directory / "parquet"
        files = table_files(site, names, parquet)
        views = [
            copied(site, file, f"downloads/parquet/{file.name}")
            for file in sorted(parquet.glob(f"{PARQUET_PREFIX}*.parquet"))
        ]
        database = copied(site, publication.database, f"downloads/{publication.database.name}")
        manifest = copied(site, publication.directory / MANIFEST, f"downloads/{MANIFEST}")
        workbook = written_workbook(site, publication.database.stem)
        if site.extras.dbt_docs and site.extras.dbt_docs.is_file():
            dbt_docs = written_dbt_docs(site, site.extras.dbt_docs)
    total = folder_size(site.output)
    extras = folder_size(site.output / "downloads") + folder_size(site.output / "dbt")
    for language in site.languages:
        site.write_page(
            "downloads.html",
            "downloads.html",
            language,
            navigation="nav_downloads",
            title=site.text("nav_downloads", language),
            tables=tables,
            files=files,
            views=views,
            database=database,
            manifest=manifest,
            workbook=workbook,
            dbt_docs=dbt_docs,
            queries=queries(site, language),
            size=lambda size, language=language: size_text(size, language),
            total_size=total,
            pages_size=total - extras,
        )
