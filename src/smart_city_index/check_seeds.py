"""Input gate: check every seed file as text before anything is modelled, and report all findings.

    python scripts/check_seeds.py

The rules stand where the seeds are described, in seeds/*/*.yml: column types (`column_types`) and
row rules (the arguments of the data test `valid_rows`). This module adds what only the text shows:
encoding, delimiter, quotes, ragged rows, look-alike characters. Each finding names file, line,
column, value, rule and what to do. Rules between files that need arithmetic are dbt data tests.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from . import PROJECT_DIR
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_]*")
DECIMAL_TYPE = re.compile(r"decimal\((\d+),\s*(\d+)\)")
WHOLE_NUMBER = re.compile(r"-?(0|[1-9]\d*)")
INTEGER_LIMIT = 2**31 - 1

Row = dict[str, str]
OutsideKeys = dict[str, set[tuple[str, ...]]]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a seed file.

    Attributes:
        file: path of the file, relative to the project.
        line: line of the file, from 1; 0 if the whole file is meant.
        column: name of the column; empty if the whole line is meant.
        value: the value found.
        rule: the rule that is broken.
        advice: what to do.
    """

    file: str
    line: int
    column: str
    value: str
    rule: str
    advice: str

    def __str__(self) -> str:
        """Return the finding as one line for people."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        parts = [self.column and f"column {self.column}", self.value and f"value {self.value!r}"]
        where = ", ".join([place, *filter(None, parts)])
        return f"{where}: {self.rule}. {self.advice}"


@dataclass(frozen=True)
class Seed:
    """What the project declares about one seed.

    Attributes:
        name: name of the seed, the file's name without its ending.
        path: the file.
        types: type of every column, in the order of the header.
        rules: arguments of every `valid_rows` test.
        may_be_empty: True if a header without rows is fine (`meta: {may_be_empty: true}`).
        own_index: what an index in a folder of its own must do about it: `required`, `optional` or
            `default` (`meta: {own_index: ...}`, see index_project.py).
    """

    name: str
    path: Path
    types: dict[str, str]
    rules: tuple[dict[str, Any], ...]
    may_be_empty: bool
    own_index: str


@dataclass(frozen=True)
class Table:
    """A seed file that could be read: its rows with their line numbers."""

    seed: Seed
    file: str
    rows: tuple[tuple[int, Row], ...]


def seed_path(project_dir: Path, name: str) -> Path:
    """Return the file of a seed, which dbt finds by its name in any folder under seeds/."""
    paths = sorted(project_dir.glob(f"seeds/**/{name}.csv"))
    return paths[0] if paths else project_dir / "seeds" / f"{name}.csv"


def declared_seeds(project_dir: Path) -> list[Seed]:
    """Read the declarations of all seeds.

    Args:
        project_dir: the dbt project.

    Returns:
        One entry per declared seed, in the order of the YAML files.
    """
    seeds = []
    for declaration in sorted(project_dir.glob("seeds/*/*.yml")):
        document = yaml.safe_load(declaration.read_text(encoding="utf-8"))
        for entry in document["seeds"]:
            tests = [test["valid_rows"]["arguments"] for test in entry["data_tests"]]
            meta = entry["config"].get("meta", {})
            seeds.append(
                Seed(
                    name=entry["name"],
                    path=seed_path(project_dir, entry["name"]),
                    types=entry["config"]["column_types"],
                    rules=tuple(tests),
                    may_be_empty=meta.get("may_be_empty", False),
                    own_index=meta.get("own_index", "required"),
                )
            )
    return seeds


class SeedFile:
    """Reads one seed file and collects what is wrong with its text."""

    def __init__(self, seed: Seed, project_dir: Path) -> None:
        """Remember the seed and its path relative to the project."""
        self.seed = seed
        self.file = str(seed.path.relative_to(project_dir))
        self.findings: list[Finding] = []

    def report(self, line: int, column: str, value: str, rule: str, advice: str) -> None:
        """Add a finding about this file."""
        self.findings.append(Finding(self.file, line, column, value, rule, advice))

    def read(self) -> Table:
        """Return the rows whose number of fields is right; what is wrong goes to `findings`."""
        text = self._text()
        rows: list[tuple[int, Row]] = []
        columns = list(self.seed.types)
        for line, fields in self._records(text):
            if line == 1:
                if not self._header_is_right(fields, columns):
                    break
            elif len(fields) != len(columns):
                self.report(
                    line, "", ",".join(fields)[:80],
                    f"has {len(fields)} fields instead of {len(columns)}",
                    "Add or remove commas, or put a text that contains a comma in quotes.",
                )  # fmt: skip
            else:
                rows.append((line, dict(zip(columns, fields, strict=True))))
        else:
            if text and not rows and not self.findings and not self.seed.may_be_empty:
                self.report(0, "", "", "has a header but no rows", "Restore the rows.")
        for line, row in rows:
            for column, value in row.items():
                self._check_value(line, column, value)
        return Table(self.seed, self.file, tuple(rows))

    def _text(self) -> str:
        """Return the file as text, or an empty text if it cannot be read as such."""
        if not self.seed.path.is_file():
            self.report(0, "", "", "is missing", "Restore the file.")
            return ""
        content = self.seed.path.read_bytes()
        if not content.strip():
            self.report(0, "", "", "is empty", "Restore the file with its header.")
            return ""
        if content.startswith(b"\xef\xbb\xbf"):
            self.report(1, "", "", "begins with a byte order mark", "Save as UTF-8 without BOM.")
        for byte, name in ((b"\x00", "NUL byte"), (b"\r", "carriage return")):
            if byte in content:
                line = content[: content.index(byte)].count(b"\n") + 1
                self.report(line, "", "", f"contains a {name}", "Save as text with LF line ends.")
        if not content.endswith(b"\n"):
            self.report(
                content.count(b"\n") + 1, "", "", "does not end with a line break",
                "Check that the file was not cut off, and end its last line.",
            )  # fmt: skip
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            self.report(line, "", "", "is not UTF-8", "Save the file as UTF-8.")
            return ""
        return "" if self.findings else text

    def _records(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the line number and the fields of every record."""
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line = 1
        try:
            for fields in reader:
                if reader.line_num > line:
                    self.report(
                        line, "", "", "contains a line break inside quotes",
                        "Close the quote, or write the text on one line.",
                    )  # fmt: skip
                else:
                    yield line, fields
                line = reader.line_num + 1
        except csv.Error as error:
            self.report(
                line, "", "", f"has a quote that is not closed or misplaced ({error})",
                "Close the quote; double a quote inside a quoted text.",
            )  # fmt: skip

    def _header_is_right(self, header: list[str], columns: list[str]) -> bool:
        """Compare the header with the declared columns and say what differs."""
        problems = header_problems(header, columns, is_ordered=True)
        for value, rule, advice in problems:
            self.report(1, "", value, rule, advice)
        return not problems

    def _check_value(self, line: int, column: str, value: str) -> None:
        """Check one value as text and against the type of its column."""
        problem = text_problem(value, column) or (
            type_problem(value, self.seed.types[column]) if value else None
        )
        if problem:
            self.report(line, column, value, *problem)


def header_problems(
    header: list[str], columns: list[str], *, is_ordered: bool
) -> list[tuple[str, str, str]]:
    """Compare a header with the declared columns.

    Args:
        header: the columns found.
        columns: the declared columns.
        is_ordered: whether their order counts.

    Returns:
        Value, rule and advice of everything that differs.
    """
    if header == columns:
        return []
    expected = f"The header must be {','.join(columns)}"
    if len(header) == 1 and re.search(r"[;\t|]", header[0]):
        return [(header[0], "is not separated by commas", f"{expected}.")]
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns]
    twice = sorted({column for column in header if header.count(column) > 1})
    problems = [
        (",".join(names), f"{kind} columns", f"{expected}.")
        for kind, names in (("lacks", missing), ("has unknown", unknown), ("repeats", twice))
        if names
    ]
    if is_ordered and not problems:
        problems.append((",".join(header), "has its columns in another order", f"{expected}."))
    return problems


def text_problem(value: str, column: str) -> tuple[str, str] | None:
    """Return rule and advice if a value has characters that look like others, or None."""
    if value != value.strip():
        return "begins or ends with a space", "Remove the space."
    if unicodedata.normalize("NFC", value) != value:
        return "is decomposed Unicode (NFD)", "Save the text as composed Unicode (NFC)."
    for character in value:
        category = unicodedata.category(character)
        if category in ("Cc", "Cf", "Co", "Cn") or (category == "Zs" and character != " "):
            return f"contains the invisible character U+{ord(character):04X}", "Remove it."
        if (
            (column.endswith("_name") or column.startswith("name_"))
            and category.startswith("L")
            and "LATIN" not in unicodedata.name(character, "")
        ):
            return (
                f"contains {unicodedata.name(character)}, which only looks like a Latin letter",
                "Type the name anew.",
            )
    if column.endswith("_id") and value and not IDENTIFIER.fullmatch(value):
        return "is no identifier", "Use lower-case letters without accents, digits and _ only."
    return None


def type_problem(value: str, column_type: str) -> tuple[str, str] | None:
    """Return rule and advice if a value is not of its column's type, or None."""
    if column_type == "string":
        return None
    if column_type == "boolean":
        return None if value in ("true", "false") else ("must be true or false", "Write it so.")
    if column_type == "integer":
        if not WHOLE_NUMBER.fullmatch(value):
            return "must be a whole number", number_advice(value)
        if abs(int(value)) > INTEGER_LIMIT:
            return "is too large a number", "Correct it."
        return None
    decimal_type = DECIMAL_TYPE.fullmatch(column_type)
    if decimal_type is None:
        raise ValueError(f"column type {column_type} is not known to the input gate")
    precision, scale = int(decimal_type[1]), int(decimal_type[2])
    whole, _, digits = value.partition(".")
    if not WHOLE_NUMBER.fullmatch(whole) or not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return "must be a number", number_advice(value)
    if len(digits) > scale:
        return f"has more than {scale} digits after the point", "Round it as published."
    if len(whole.lstrip("-")) > precision - scale:
        return "is too large a number", "Correct it."
    return None


def number_advice(value: str) -> str:
    """Return what to do about a text that should be a number."""
    if value.lower().lstrip("+-") in ("nan", "inf", "infinity", "null", "na", "n/a"):
        return "Leave the row out, or the value empty, if there is no figure."
    if re.fullmatch(r"-?\d+,\d+", value):
        return "Write a decimal point, not a comma, and no thousands separator."
    if re.fullmatch(r"-?\d{1,3}([., ']\d{3})+([.,]\d+)?", value):
        return "Leave the thousands separator out and write a decimal point."
    return "Write digits with a decimal point only."


def row_findings(table: Table, tables: dict[str, Table], outside: OutsideKeys) -> list[Finding]:
    """Check the row rules of a table: key, required columns, bounds, values and references.

    Args:
        table: the table.
        tables: all tables by seed name, for the references.
        outside: keys that are known from elsewhere.

    Returns:
        The findings, in no particular order.
    """
    findings: list[Finding] = []

    def report(line: int, column: str, value: str, rule: str, advice: str) -> None:
        findings.append(Finding(table.file, line, column, value, rule, advice))

    for rules in table.seed.rules:
        key = rules["key"]
        required = [name for name in key if name not in rules.get("nullable_key", [])]
        references = [
            (reference["columns"], reference["to"], referenced_keys(reference, tables, outside))
            for reference in rules.get("references", [])
        ]
        first_lines: dict[tuple[str, ...], int] = {}
        for line, row in table.rows:
            values = tuple(row[column] for column in key)
            first_line = first_lines.setdefault(values, line)
            if first_line != line:
                report(
                    line, ", ".join(key), ", ".join(values),
                    f"must be unique, but stands on line {first_line} already",
                    "Remove one of the rows.",
                )  # fmt: skip
            for column in required + rules.get("required", []):
                if not row[column]:
                    report(line, column, "", "must not be empty", "Fill it in.")
            for column, (lowest, highest) in rules.get("bounds", {}).items():
                number = as_number(row[column])
                if number is not None and not lowest <= number <= highest:
                    rule = f"must be between {lowest} and {highest}"
                    report(line, column, row[column], rule, "Correct it.")
            for column, accepted in rules.get("accepted_values", {}).items():
                if row[column] and row[column] not in accepted:
                    rule = f"must be one of {', '.join(accepted)}"
                    report(line, column, row[column], rule, "Correct it.")
            for columns, target, known in references:
                values = tuple(row[column] for column in columns)
                if all(values) and values not in known:
                    report(
                        line, ", ".join(columns), ", ".join(values),
                        f"must exist in {target.removeprefix('stg_')}",
                        "Correct it, or add the row it refers to.",
                    )  # fmt: skip
    return findings


def referenced_keys(
    reference: dict[str, Any], tables: dict[str, Table], outside: OutsideKeys
) -> set[tuple[str, ...]]:
    """Return the keys a reference may point to; a staging model stands for its seeds.

    Args:
        reference: one entry of `references` of `valid_rows`.
        tables: all tables by seed name.
        outside: keys that are known from elsewhere.
    """
    name = reference["to"].removeprefix("stg_")
    targets = [tables[seed] for seed in (name, f"simulated_{name}") if seed in tables]
    return outside.get(reference["to"], set()) | {
        tuple(row[column] for column in reference["to_columns"])
        for target in targets
        for _, row in target.rows
    }


def as_number(value: str) -> Decimal | None:
    """Return a text as a number, or None if it is empty or no number."""
    return Decimal(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else None


def check_seeds(project_dir: Path, outside: OutsideKeys | None = None) -> list[Finding]:
    """Check all seeds of a project.

    Args:
        project_dir: the dbt project.
        outside: keys that are known from elsewhere, by the name of the model they belong to.

    Returns:
        All findings, by file and line.
    """
    findings: list[Finding] = []
    tables: dict[str, Table] = {}
    seeds = declared_seeds(project_dir)
    for seed in seeds:
        seed_file = SeedFile(seed, project_dir)
        tables[seed.name] = seed_file.read()
        findings += seed_file.findings
    declared_paths = {seed.path for seed in seeds}
    for path in sorted(project_dir.glob("seeds/**/*.csv")):
        if path not in declared_paths:
            file = str(path.relative_to(project_dir))
            findings.append(
                Finding(file, 0, "", "", "is declared in no YAML file", "Declare or remove it.")
            )
    for table in tables.values():
        findings += row_findings(table, tables, outside or {})
    return sorted(findings, key=finding_order)


def finding_order(finding: Finding) -> tuple[str, int, str]:
    """Return what findings are sorted by: file, line, column."""
    return finding.file, finding.line, finding.column


def main() -> int:
    """Check the project's seeds and print all findings; returns the exit code."""
    findings = check_seeds(PROJECT_DIR)
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"{len(findings)} findings in the seeds.")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
