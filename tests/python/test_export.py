"""What `sci export` writes: a workbook, and CSV files for Excel in German and for everybody else."""

from __future__ import annotations

import csv
import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from smart_city_index import UserError, export
from tests.python.conftest import Warehouse

HOSTILE = (
    '=HYPERLINK("http://x.invalid";"k")',
    "=cmd|' /C calc'!A0",
    "+49 Ort",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "  =1+1",
    "＝1+1",
    "-12,3 Grad",
)
HARMLESS = ("javascript:alert(1)", "https://x.invalid", "Sankt-Augustin", "a=b", "")
FEW_TABLES = ("bi.fct_indicator_scores", "bi.edition_summaries_overall", "main.dim_cities")
ROWS_OF_SCORES = 5_000
BUILT_AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def table(rows: list[tuple[object, ...]]) -> export.Table:
    """Return a table of made-up rows."""
    columns = [(f"column_{number}", "what it is") for number in range(len(rows[0]))]
    return export.Table("bi.made_up", "made up", columns, rows)


def cell_value(value: object) -> object:
    """Return a value as openpyxl reads it: a decimal as a fraction, an empty text as nothing."""
    if isinstance(value, Decimal):
        return float(value)
    return None if value == "" else value


def read_csv(file: Path, encoding: str, delimiter: str) -> list[list[str]]:
    """Return the rows of a CSV file without its header."""
    with file.open(encoding=encoding, newline="") as opened:
        return list(csv.reader(opened, delimiter=delimiter))[1:]


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    """No cell is a formula or a link, in the workbook, when it is edited, and in CSV files."""
    texts = [*HOSTILE, *HARMLESS]
    made_up = table([(text,) for text in texts])
    workbook = export.Workbook(tmp_path / "book.xlsx", BUILT_AT)
    workbook.write_table(made_up)
    workbook.book.close()
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["made_up"]
    for cell, text in zip(list(sheet["A"])[1:], texts, strict=True):
        assert cell.hyperlink is None
        assert (cell.value or "", cell.data_type) == (text, "s")
        assert bool(cell.quotePrefix) == (text in HOSTILE)
    for name, as_text in (("plain", export.plain_text), ("german", export.german_text)):
        file = tmp_path / name / "made_up.csv"
        export.write_csv(file, made_up, as_text, "utf-8", ";")
        assert [row[0] if row else "" for row in read_csv(file, "utf-8", ";")] == [
            *(f"'{text}" for text in HOSTILE),
            *HARMLESS,
        ]


@pytest.mark.parametrize(
    ("value", "plain", "german"),
    [
        (None, "", ""),
        (6, "6", "6"),
        (-4, "-4", "-4"),
        (85.5, "85.5", "85,5"),
        (1e-12, "0.000000000001", "0,000000000001"),
        (True, "true", "WAHR"),
        (False, "false", "FALSCH"),
        ("8.50", "8.50", "8,50"),
        ("+11", "+11", "+11"),
        ("Baden-Württemberg", "Baden-Württemberg", "Baden-Württemberg"),
        ("1.234.567", "1.234.567", "1.234.567"),
    ],
)
def test_values_of_csv_files(value: object, plain: str, german: str) -> None:
    """Numbers have no exponent, displayed ones too get the decimal comma, signs alone are harmless."""
    assert export.plain_text(value) == plain
    assert export.german_text(value) == german


def test_files_are_what_is_published(
    published_warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every sheet and CSV file holds its table; a large one is left out; bytes repeat; others' stay."""
    monkeypatch.setattr(export, "TABLES", FEW_TABLES)
    monkeypatch.setattr(export, "ROW_LIMIT", ROWS_OF_SCORES)
    directory = tmp_path / "export"
    _, tables = export.export(published_warehouse.directory, directory)
    first = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    _, again = export.export(published_warehouse.directory, directory)
    assert again == tables
    assert {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()} == first

    left_out = [one.title for one in tables if not one.rows]
    assert left_out == ["fct_indicator_scores"]
    workbook = openpyxl.load_workbook(directory / "smart_city_index.xlsx")
    written = [one for one in tables if one.rows]
    assert workbook.sheetnames == ["Notes", "Columns", *(one.sheet for one in written)]
    with duckdb.connect(str(published_warehouse.database), read_only=True) as connection:
        for one in written:
            count = connection.execute(f"select count(*) from {one.name}").fetchall()[0][0]
            assert len(one.rows) == count
            rows = list(workbook[one.sheet].values)
            assert rows[0] == tuple(name for name, _ in one.columns)
            assert rows[1:] == [tuple(map(cell_value, row)) for row in one.rows]
            assert workbook[one.sheet].freeze_panes == "A2"
            assert workbook[one.sheet].auto_filter.ref
            plain = read_csv(directory / "csv" / f"{one.title}.csv", "utf-8", ",")
            assert plain == [[export.plain_text(value) for value in row] for row in one.rows]
            german = directory / "csv_excel_de" / f"{one.title}.csv"
            assert german.read_bytes().startswith(b"\xef\xbb\xbf")
            assert len(read_csv(german, "utf-8-sig", ";")) == count
    notes = [[str(value) for value in row] for row in workbook["Notes"].values]
    known = [row for row in notes if row[:2] == ["Edition", "smart_city_index_2025"]]
    assert "of 83 cities 40 overall ranks and 9 overall indices are known" in known[0][2]
    assert any(row[:2] == ["Left out", "fct_indicator_scores"] for row in notes)
    assert len(list(workbook["Columns"].values)) == 1 + sum(len(one.columns) for one in written)

    (directory / "csv" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match=r"notes\.txt was not written by an export"):
        export.export(published_warehouse.directory, directory)
    (directory / "csv" / "notes.txt").unlink()
    (directory / "csv" / "dim_cities.csv").write_text("edited", encoding="utf-8")
    with pytest.raises(UserError, match=r"dim_cities\.csv was changed after it was exported"):
        export.export(published_warehouse.directory, directory)


def test_nothing_to_export_and_nowhere_to_write(
    published_warehouse: Warehouse, tmp_path: Path
) -> None:
    """Each reason is one sentence, and no file is touched."""
    with pytest.raises(UserError, match="nothing is published in"):
        export.export(tmp_path, tmp_path / "export")
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="is a link or a file: name a directory"):
        export.export(published_warehouse.directory, tmp_path / "file")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").touch()
    with pytest.raises(UserError, match=r"letter\.txt was not written by an export"):
        export.export(published_warehouse.directory, tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]
