"""Write files for an office: a workbook for Excel, and CSV files of the same tables.

    sci export office
    sci export --index my_index office

    office/
      smart_city_index.xlsx    a sheet of notes, one of columns, and one per table
      csv/                     comma, decimal point, UTF-8
      csv_excel_de/            for Excel in German: semicolon, decimal comma, byte order mark
      export.json              what of this the command has written

Tables are views of schema `bi` (bi_views.py) and dimensions, ordered by all of their columns, so
that the same publication gives the same bytes. A table of more than 100,000 rows is left out, and
named. No text becomes a formula or a link: in the workbook every text is a text, and in a CSV file
one that a spreadsheet would compute begins with an apostrophe.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from . import UserError, home_dir
from .bi_views import BI_SCHEMA, STARTS
from .directories import fresh_directory, held_lock
from .publication import Publication, current_publication, differences
from .reader import sha256_of

MANIFEST = "export.json"
LOCK = ".export.lock"
STAGED = "staged"
CSV_DIR = "csv"
GERMAN_CSV_DIR = "csv_excel_de"
ROW_LIMIT = 100_000
# Limits of Excel.
SHEET_NAME_LENGTH = 31
CELL_LENGTH = 32_767
WIDTHS = (8, 48)
ROWS_THAT_SET_WIDTHS = 500
# After the views of each ranking to start with.
TABLES = (
    f"{BI_SCHEMA}.fct_indicator_scores",
    f"{BI_SCHEMA}.edition_summaries_overall",
    f"{BI_SCHEMA}.edition_comparisons_overall",
    f"{BI_SCHEMA}.result_ranges_overall",
    f"{BI_SCHEMA}.published_reconciliation",
    f"{BI_SCHEMA}.city_coverage",
    f"{BI_SCHEMA}.rank_robustness",
    f"{BI_SCHEMA}.rank_bounds",
    f"{BI_SCHEMA}.tendency_drivers",
    f"{BI_SCHEMA}.what_if_scores",
    f"{BI_SCHEMA}.strengths_and_weaknesses",
    "main.dim_indicators",
    "main.dim_cities",
    "main.dim_editions",
)
# Of use to programs only.
LEFT_OUT_COLUMNS = ("sort_path", "edition_date")
# What orders the rows first, where a table has it; nothing known comes last.
ORDER = (
    *("ranking_id", "edition", "category_id", "indicator_id", "scenario_id"),
    *("overall_rank", "rank", "city_name"),
)
COMPUTED = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
SHARE = re.compile(r"(^|_)(share|probability|coverage)(_|$)")
# Excel's number formats, which it shows with the point or comma of its language.
FORMATS = ((re.compile("latitude|longitude"), "0.0000"), (SHARE, "0.0%"), (re.compile(""), "0.0"))
NOTE_DE = (
    "Eine leere Zelle heißt: hier nicht erfasst. Das heißt nicht, dass der Wert nie veröffentlicht"
    " wurde. Ein Mittel aus bekannten Werten ist kein Mittel über alle; wie viele bekannt sind,"
    " steht daneben. Stehen mehrere Ranglisten auf einem Blatt, bitte nach ranking_name_de filtern."
    " Der Gesamtindex und die Kategorien haben je ein eigenes Blatt."
)
NOTE_EN = (
    "An empty cell means: not recorded here. It does not mean that the figure was never published."
    " A mean of known figures is no mean of all; how many are known stands beside it. Where a sheet"
    " holds several rankings, filter by ranking_name_en. The whole index and the categories have a"
    " sheet each."
)


@dataclass(frozen=True)
class Table:
    """A table to be written.

    Attributes:
        name: its name, with its schema.
        comment: its description.
        columns: its columns, with description.
        rows: its rows.
    """

    name: str
    comment: str
    columns: list[tuple[str, str]]
    rows: list[tuple[Any, ...]]

    @property
    def title(self) -> str:
        """Its name without the schema."""
        return self.name.partition(".")[2]

    @property
    def sheet(self) -> str:
        """The name of its sheet, which has less room."""
        return self.title.removesuffix("_wide").removesuffix("_long")


def is_computed(text: str) -> bool:
    """Return whether a spreadsheet would take a text of a CSV file for a formula."""
    return COMPUTED.match(text) is not None and NUMBER.fullmatch(text) is None


def plain_text(value: Any) -> str:
    """Return a value as it stands in a CSV file of comma and decimal point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (float, Decimal)):
        # never with an exponent
        return f"{Decimal(repr(value)) if isinstance(value, float) else value:f}"
    text = str(value)
    return f"'{text}" if is_computed(text) else text


def german_text(value: Any) -> str:
    """Return a value as it stands in a CSV file for Excel in German."""
    if isinstance(value, bool):
        return "WAHR" if value else "FALSCH"
    text = plain_text(value)
    # a displayed number too: 8.50 would become a date
    return text.replace(".", ",") if NUMBER.fullmatch(text) else text


def write_csv(
    file: Path, table: Table, as_text: Callable[[Any], str], encoding: str, delimiter: str
) -> None:
    """Write a table as CSV.

    Args:
        file: the file; must not exist.
        table: the table.
        as_text: what a value becomes.
        encoding: its encoding.
        delimiter: what stands between two values.
    """
    file.parent.mkdir(exist_ok=True)
    with file.open("x", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow([name for name, _ in table.columns])
        writer.writerows([as_text(value) for value in row] for row in table.rows)


def number_format(column: str) -> str:
    """Return the number format of a column of fractions."""
    return next(shown for pattern, shown in FORMATS if pattern.search(column))


class Workbook:
    """A workbook in the making.

    Attributes:
        book: the workbook.
        styles: its cell formats by their properties.
        names: the names of its sheets, in small letters.
    """

    def __init__(self, file: Path, created: datetime.datetime) -> None:
        """Begin a workbook.

        Args:
            file: the file.
            created: when the figures were computed; stands in the file instead of the time.
        """
        options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": False}
        self.book = xlsxwriter.Workbook(str(file), options)
        self.book.set_properties({"created": created})
        self.styles: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.names: set[str] = set()

    def style(self, **properties: Any) -> Any:
        """Return a cell format."""
        key = tuple(sorted(properties.items()))
        if key not in self.styles:
            self.styles[key] = self.book.add_format(properties)
        return self.styles[key]

    def sheet(self, title: str) -> Any:
        """Add a sheet, whose name is cut to what Excel takes."""
        name, number = title[:SHEET_NAME_LENGTH], 1
        while name.lower() in self.names:
            number += 1
            name = f"{title[: SHEET_NAME_LENGTH - 1 - len(str(number))]}_{number}"
        self.names.add(name.lower())
        return self.book.add_worksheet(name)

    def write(self, sheet: Any, row: int, column: int, value: Any, of_fractions: Any) -> None:
        """Write a value into a cell.

        Args:
            sheet: the sheet.
            row: number of the row, from 0.
            column: number of the column, from 0.
            value: the value; an empty one leaves the cell empty.
            of_fractions: cell format of a fraction.
        """
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        elif isinstance(value, (float, Decimal)):
            sheet.write_number(row, column, float(value), of_fractions)
        else:
            text = str(value)[:CELL_LENGTH]
            # it stays a text when someone edits the cell
            style = self.style(quote_prefix=True) if is_computed(text) else None
            sheet.write_string(row, column, text, style)

    def write_table(self, table: Table) -> None:
        """Write a table on a sheet of its own: header frozen, filter, widths that fit."""
        self.write_rows(
            self.sheet(table.sheet), [name for name, _ in table.columns], table.rows, wrap=False
        )

    def write_rows(
        self, sheet: Any, header: list[str], rows: list[tuple[Any, ...]], *, wrap: bool
    ) -> None:
        """Write a header and rows.

        Args:
            sheet: the sheet.
            header: names of the columns.
            rows: the rows.
            wrap: whether long texts go over several lines, in wider columns.
        """
        head = self.style(bold=True, bg_color="#DCE6F1", bottom=1, text_wrap=True, valign="top")
        for column, name in enumerate(header):
            sheet.write_string(0, column, name, head)
        of_fractions = [self.style(num_format=number_format(name)) for name in header]
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                self.write(sheet, number, column, value, of_fractions[column])
        least, most = WIDTHS
        for column, name in enumerate(header):
            shown = [plain_text(row[column]) for row in rows[:ROWS_THAT_SET_WIDTHS]]
            lengths = [
                min(len(text), 12) if NUMBER.fullmatch(text) else len(text) for text in shown
            ]
            width = max([*lengths, len(name)], default=least) + 2
            style = self.style(text_wrap=True, valign="top") if wrap else None
            sheet.set_column(
                column, column, min(max(width, least), most * (2 if wrap else 1)), style
            )
        sheet.freeze_panes(1, 0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(header) - 1)


def read_table(connection: duckdb.DuckDBPyConnection, name: str) -> Table | None:
    """Return a table of the published file.

    Args:
        connection: the published file.
        name: the table, with its schema.

    Returns:
        The table; without rows if it has more than ROW_LIMIT of them, None if it has none.
    """
    schema, _, title = name.partition(".")
    ((comment,),) = connection.execute(
        "select comment from duckdb_views() where schema_name = $1 and view_name = $2"
        " union all"
        " select comment from duckdb_tables() where schema_name = $1 and table_name = $2",
        [schema, title],
    ).fetchall()
    columns = [
        (column, described or "")
        for column, described in connection.execute(
            "select column_name, comment from duckdb_columns()"
            " where schema_name = ? and table_name = ? order by column_index",
            [schema, title],
        ).fetchall()
        if column not in LEFT_OUT_COLUMNS
    ]
    (count,) = connection.execute(f'select count(*) from {schema}."{title}"').fetchall()[0]
    if count == 0:
        return None
    rows = []
    if count <= ROW_LIMIT:
        names = [column for column, _ in columns]
        order = [*(name for name in ORDER if name in names), *names]
        listed = ", ".join(f'"{name}"' for name in names)
        ordered = ", ".join(f'"{name}" nulls last' for name in dict.fromkeys(order))
        rows = connection.execute(
            f'select {listed} from {schema}."{title}" order by {ordered}'
        ).fetchall()
    return Table(name, comment or "", columns, rows)


def read_tables(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    """Return the tables that are not empty, in the order of the sheets."""
    rankings = connection.execute("select ranking_id from dim_rankings order by all").fetchall()
    starts = [f"{BI_SCHEMA}.{ranking}_{suffix}" for (ranking,) in rankings for suffix, *_ in STARTS]
    return [table for name in (*starts, *TABLES) if (table := read_table(connection, name))]


def notes(connection: duckdb.DuckDBPyConnection, tables: list[Table]) -> list[tuple[Any, ...]]:
    """Return the rows of the sheet of notes.

    Args:
        connection: the published file.
        tables: the tables.
    """
    built = connection.execute(
        "select distinct strftime(built_at, '%Y-%m-%d %H:%M UTC'), code_version from meta_build"
    ).fetchall()
    rows: list[tuple[Any, ...]] = [("Hinweis", "", NOTE_DE, ""), ("Note", "", NOTE_EN, "")]
    rows += [("Computed", code, at, "") for at, code in built]
    rows += [
        ("Ranking", name, " ".join(part for part in (about, publisher) if part), source)
        for name, about, publisher, source in connection.execute(
            "select ranking_name_en, description, 'Publisher: ' || publisher || '.', source"
            " from dim_rankings order by ranking_id"
        ).fetchall()
    ]
    rows += [
        (
            "Edition",
            key,
            f"of {cities} cities {ranks} overall ranks and {indices} overall indices are known"
            + (" (simulated figures)" if simulated else ""),
            source,
        )
        for key, cities, ranks, indices, simulated, source in connection.execute(
            "select edition_key, city_count, rank_count, index_count, is_simulated_ranking, source"
            " from dim_editions order by edition_key"
        ).fetchall()
    ]
    rows += [
        (
            "Sheet" if table.rows else "Left out",
            table.sheet,
            table.comment
            if table.rows
            else f"more than {ROW_LIMIT:,} rows: take it from the published DuckDB or Parquet file",
            f"{len(table.rows):,} rows" if table.rows else "",
        )
        for table in tables
    ]
    return rows


def write_files(connection: duckdb.DuckDBPyConnection, directory: Path, name: str) -> list[Table]:
    """Write the workbook and the CSV files.

    Args:
        connection: the published file.
        directory: an empty directory.
        name: name of the workbook, without its ending.

    Returns:
        The tables; one without rows was left out.
    """
    tables = write_workbook(connection, directory / f"{name}.xlsx")
    for table in tables:
        if table.rows:
            for folder, as_text, encoding, delimiter in (
                (CSV_DIR, plain_text, "utf-8", ","),
                (GERMAN_CSV_DIR, german_text, "utf-8-sig", ";"),
            ):
                file = directory / folder / f"{table.title}.csv"
                write_csv(file, table, as_text, encoding, delimiter)
    return tables


def write_workbook(connection: duckdb.DuckDBPyConnection, file: Path) -> list[Table]:
    """Write the workbook.

    Args:
        connection: the published file.
        file: the workbook.

    Returns:
        The tables; one without rows was left out.
    """
    tables = read_tables(connection)
    (created,) = connection.execute("select max(built_at) from meta_build").fetchall()[0]
    workbook = Workbook(file, created)
    about = workbook.sheet("Notes")
    header = ["what", "name", "note", "source"]
    workbook.write_rows(about, header, notes(connection, tables), wrap=True)
    described = [
        (table.sheet, column, comment)
        for table in tables
        if table.rows
        for column, comment in table.columns
    ]
    workbook.write_rows(
        workbook.sheet("Columns"), ["sheet", "column", "description"], described, wrap=True
    )
    for table in tables:
        if table.rows:
            workbook.write_table(table)
    workbook.book.close()
    return tables


def own_files(directory: Path) -> list[str]:
    """Return the files in a directory that an export has written, as paths below it.

    Raises:
        UserError: there is a file of someone else, or one that was changed since.
    """
    manifest = directory / MANIFEST
    listed: dict[str, str] = {}
    if manifest.is_file() and not manifest.is_symlink():
        try:
            listed = dict(json.loads(manifest.read_text(encoding="utf-8"))["files"])
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{manifest} is not that of an export: take it away") from error
    ours = {*listed, MANIFEST, LOCK}
    for path in sorted(directory.rglob("*")):
        found = path.relative_to(directory).as_posix()
        if path.is_symlink() or (found not in ours and not path.is_dir()):
            raise UserError(
                f"{path} was not written by an export: take it away, or name another directory"
            )
        if found in listed and sha256(path) != listed[found]:
            raise UserError(
                f"{path} was changed after it was exported: take it away, or name another directory"
            )
    return [name for name in listed if (directory / name).exists()]


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as stream:
        return sha256_of(stream)


def export(warehouse_dir: Path, directory: Path) -> tuple[Publication, list[Table]]:
    """Write the files of the current publication into a directory.

    Args:
        warehouse_dir: directory of the published files.
        directory: where to; made if it is missing, otherwise empty or that of an export.

    Returns:
        The publication, and its tables; one without rows was left out.

    Raises:
        UserError: nothing is published, or the directory holds something else.
        OSError: a file cannot be written.
    """
    publication = current_publication(warehouse_dir)
    if publication is None:
        raise UserError(f"nothing is published in {warehouse_dir}: run sci build first")
    wrong = differences(publication)
    if wrong:
        raise UserError(f"{publication.directory} is not as it was published: {wrong[0]}")
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise UserError(f"{directory} is a link or a file: name a directory")
    if directory.is_dir():
        own_files(directory)
    with held_lock(directory / LOCK, f"another export writes into {directory}"):
        before = own_files(directory)
        with fresh_directory(directory, STAGED) as staged:
            with duckdb.connect(str(publication.database), read_only=True) as connection:
                tables = write_files(connection, staged, publication.database.stem)
            files = {
                path.relative_to(staged).as_posix(): path
                for path in sorted(staged.rglob("*"))
                if path.is_file()
            }
            manifest = staged / MANIFEST
            content = {
                "publication": publication.directory.name,
                "files": {name: sha256(path) for name, path in files.items()},
            }
            manifest.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
            for name in before:
                if name not in files:
                    (directory / name).unlink()
            # the list before what it lists: who is killed here leaves no file that is nobody's
            manifest.replace(directory / MANIFEST)
            for name, path in files.items():
                (directory / name).parent.mkdir(exist_ok=True)
                path.replace(directory / name)
    return publication, tables


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sci export`."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="where to write the files")
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder")
    parser.add_argument(
        "--warehouse", type=Path, metavar="DIR",
        help="directory of the published files; default: warehouse/ of the index",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Export, and report; returns the exit code."""
    directory = arguments.directory
    warehouse = arguments.warehouse or home_dir(arguments.index) / "warehouse"
    try:
        publication, tables = export(warehouse, directory)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    for table in tables:
        count = f"{len(table.rows):>8,} rows" if table.rows else "    left out"
        print(f"{count}  {table.title}")
    workbook = directory / f"{publication.database.stem}.xlsx"
    print(f"Exported {workbook}, {directory / CSV_DIR} and {directory / GERMAN_CSV_DIR}.")
    return 0
