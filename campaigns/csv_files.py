"""Write random CSV files and load them: the gate, dbt's seeds and Python's csv must read the same.

    python -m campaigns.csv_files [--files 10000] [--seed 1]

Every file is in the project's dialect, written in one of the ways in which people's programs write
it: quotes where needed or everywhere, LF or CRLF, with or without byte order mark; one in 200 has
30,000 rows, with quotes only at its end. Texts hold quotes, apostrophes, commas, spaces, line
breaks, other separators and letters of all kinds. What is compared is every field of every row:

- what was written,
- what the gate holds (InputGate),
- what dbt loads from the file as it is (`copy` of macros/engines/duckdb.sql), as for our own seeds,
- what dbt loads from the file that the gate writes, as for an index folder.

Without the options of that `copy` DuckDB guesses; the last line says how often it is right.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import sys
import tempfile
from pathlib import Path

import duckdb

from smart_city_index import PROJECT_DIR
from smart_city_index.declarations import Seed
from smart_city_index.gate import InputGate, SourceFile
from smart_city_index.values import sql_text

COLUMNS = ("first", "second", "third")
ALPHABET = (
    *"abcXYZ0189", *"'\"'\"", *",;|\t #\\%&=+-@/", "ä", "ß", "é", "Ж", "中", "😀", "\u00a0",
    "\u200b", "NULL", "\\N", "''", '""', "s-", ", ", "\n", "\r\n",
)  # fmt: skip
LARGE_ROWS = 30_000
LARGE_EVERY = 200
PLAIN_ROWS = 20_480
GUESSING = "(format csv, header true, delimiter ',')"

Row = tuple[str, ...]


def random_text(generator: random.Random) -> str:
    """Return a text of up to eight pieces, often an empty one."""
    if generator.random() < 0.15:
        return ""
    return "".join(generator.choice(ALPHABET) for _ in range(generator.randint(1, 8)))


def random_row(generator: random.Random) -> Row:
    """Return a row; one without any text is refused as an empty line, so there is none."""
    row = tuple(random_text(generator) for _ in COLUMNS)
    return row if any(row) else random_row(generator)


def random_rows(generator: random.Random, *, large: bool) -> list[Row]:
    """Return rows; a large file is plain for as long as a sniffer looks at it."""
    if not large:
        return [random_row(generator) for _ in range(generator.randint(1, 30))]
    plain: list[Row] = [(f"row_{number}", str(number), "plain") for number in range(LARGE_ROWS)]
    for number in range(PLAIN_ROWS, LARGE_ROWS, 97):
        plain[number] = random_row(generator)
    return plain


def write_file(path: Path, rows: list[Row], generator: random.Random) -> None:
    """Write a CSV file in one of the ways in which programs write it."""
    ends = generator.choice(["\n", "\r\n"])
    with path.open("w", encoding=generator.choice(["utf-8", "utf-8-sig"]), newline="") as file:
        writer = csv.writer(file, lineterminator=ends)
        if generator.random() < 0.5:
            writer = csv.writer(file, lineterminator=ends, quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def copy_options() -> str:
    """Return the options of the `copy` with which dbt loads a seed."""
    macro = (PROJECT_DIR / "macros" / "engines" / "duckdb.sql").read_text(encoding="utf-8")
    (options,) = re.findall(r"copy .*? from .*? (\(\s*format csv.*?\n        \))", macro, re.DOTALL)
    return str(options)


def loaded(connection: duckdb.DuckDBPyConnection, path: Path, options: str) -> list[Row] | None:
    """Return the rows that DuckDB copies from a file, or None if it cannot."""
    columns = ", ".join(f"{column} varchar" for column in COLUMNS)
    connection.execute(f"create or replace table seed ({columns})")
    try:
        connection.execute(f"copy seed from {sql_text(path)} {options}")
    except duckdb.Error:
        return None
    return connection.execute("from seed").fetchall()


def compare(
    connection: duckdb.DuckDBPyConnection, path: Path, rows: list[Row], scratch: Path
) -> dict[str, bool]:
    """Return for each reader whether it has the rows that were written.

    Args:
        connection: a database to load into.
        path: the file.
        rows: what was written.
        scratch: empty directory to work in.
    """
    expected = [tuple(value or None for value in row) for row in rows]
    seed = Seed("seed", path, dict.fromkeys(COLUMNS, "string"), (), True, "optional")
    with InputGate(PROJECT_DIR, scratch) as gate:
        gate.seeds = {"seed": seed}
        gate.read("seed", seed, [SourceFile(path, path.name)])
        read = gate.connection.execute(
            f"select {', '.join(COLUMNS)} from texts.seed order by gate_line"
        ).fetchall()
        written = scratch / "written.csv"
        gate.write_seed("seed", written)
        findings = gate.report.total
    return {
        "gate": read == expected and not findings,
        "dbt, the file as it is": loaded(connection, path, copy_options()) == expected,
        "dbt, the file of the gate": loaded(connection, written, copy_options()) == expected,
        "a guessing copy": loaded(connection, path, GUESSING) == expected,
    }


def main() -> int:
    """Run the campaign; returns 1 if any file was read differently."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    right: dict[str, int] = {}
    connection = duckdb.connect()
    for number in range(arguments.files):
        generator = random.Random(f"{arguments.seed} {number}")
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "file.csv"
            rows = random_rows(generator, large=number % LARGE_EVERY == LARGE_EVERY - 1)
            write_file(path, rows, generator)
            scratch = Path(directory) / "scratch"
            scratch.mkdir()
            for reader, is_right in compare(connection, path, rows, scratch).items():
                right[reader] = right.get(reader, 0) + is_right
                if not is_right and reader != "a guessing copy":
                    print(f"file {number}: {reader} reads something else")
    for reader, count in right.items():
        print(f"{count:>6} of {arguments.files} files read as they were written: {reader}")
    *exact, _ = right.values()
    return 0 if all(count == arguments.files for count in exact) else 1


if __name__ == "__main__":
    sys.exit(main())
