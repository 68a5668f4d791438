"""Input gate for files from outside: check cities, members and scores that a location names.

A location is a CSV or Parquet file or a glob (vars cities_location, field_members_location and
scores_location). The rules are those of the seed of the same name (seeds/*/*.yml), and whether what
is simulated is flagged. DuckDB checks them: the files are loaded once, as text, into a file of their
own, so that tens of millions of rows need neither memory nor a loop in Python. Each finding names
file, line (for Parquet the row, from 1), column, value, rule and advice, like those of check_seeds.py.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
from .check_seeds import (
    DECIMAL_TYPE,
    INTEGER_LIMIT,
    Finding,
    OutsideKeys,
    Seed,
    check_seeds,
    declared_seeds,
    finding_order,
    header_problems,
    number_advice,
    text_problem,
    type_problem,
)

# The same as in macros/external_rows.sql, so that the gate reads what the build reads.
CSV_FORMAT = "header = true, delim = ',', quote = '\"', escape = '\"', comment = ''"
SHOWN_ROWS_PER_RULE = 10
FLAG = "is_simulated"
INVISIBLE = r"[\p{Cc}\p{Cf}\p{Co}\x{00A0}\x{1680}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]"


def sql_text(value: object) -> str:
    """Return a value as an SQL text literal."""
    return "'" + str(value).replace("'", "''") + "'"


@dataclass(frozen=True)
class BrokenRows:
    """A rule and the rows of an external table that break it.

    Attributes:
        query: SQL that returns row_id and value of every such row.
        column: name of the column.
        wording: returns rule and advice for a value.
    """

    query: str
    column: str
    wording: Callable[[str], tuple[str, str]]


class ExternalTable:
    """The files of one location, as a table of texts in the gate's own database.

    Attributes:
        seed: the declaration of the seed of the same name, with is_simulated added.
        findings: what is wrong with the files.
        is_loaded: whether the rows could be read.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        seed: Seed,
        location: str,
        shown: Callable[[str], str],
    ) -> None:
        """Load the files.

        Args:
            connection: the gate's own database.
            seed: the declaration of the seed of the same name.
            location: path or glob.
            shown: returns a path as the user knows it.
        """
        self.seed = replace(seed, types={**seed.types, FLAG: "boolean"})
        self.connection = connection
        self.location = location
        self.shown = shown
        self.findings: list[Finding] = []
        self.is_parquet = location.endswith(".parquet")
        self.is_loaded = self._load()

    def report(self, file: str, line: int, rule: str, advice: str, value: str = "") -> None:
        """Add a finding about a file as a whole or one of its lines."""
        self.findings.append(Finding(self.shown(file), line, "", value, rule, advice))

    def _load(self) -> bool:
        """Load the rows of all files as texts; returns whether that was possible."""
        try:
            found = self.connection.execute(
                "select file from glob(?) order by file", [self.location]
            ).fetchall()
        except duckdb.Error as error:
            self._report_error(self.location, error)
            return False
        if not found:
            self.report(
                self.location, 0, "no file matches",
                "Correct the path; it is relative to the folder of the setting.",
            )  # fmt: skip
            return False
        name, columns = self.seed.name, ", ".join(f"{column} varchar" for column in self.seed.types)
        self.connection.execute(f"create or replace table {name} ({columns}, filename varchar)")
        if not all([self._load_file(file) for (file,) in found]):
            return False
        self.connection.execute(
            f"create or replace table {name}_files as"
            f" select filename, min(rowid) as first_row from {name} group by filename"
        )
        self.connection.execute(
            f"create or replace view {name}_rows as"
            f" select rows.rowid as row_id, rows.* from {name} as rows"
        )
        if self.connection.execute(f"select count(*) from {name}").fetchall() == [(0,)]:
            self.report(self.location, 0, "has no rows", "Correct the location, or leave it out.")
        return True

    def _load_file(self, file: str) -> bool:
        """Load one file, which must have the declared columns in any order; returns whether it did."""
        try:
            types = self._parquet_types(file) if self.is_parquet else csv_types(file)
            problems = header_problems(list(types), list(self.seed.types), is_ordered=False)
            for value, rule, advice in problems:
                self.report(file, 0 if self.is_parquet else 1, rule, advice, value)
            if problems:
                return False
            texts = [f"{as_text(name, types[name])} as {name}" for name in self.seed.types]
            reader = (
                f"read_parquet({sql_text(file)})"
                if self.is_parquet
                else f"read_csv({sql_text(file)}, auto_detect = false, {CSV_FORMAT},"
                f" new_line = {sql_text(line_end(file))}, columns = {struct(types)})"
            )
            self.connection.execute(
                f"insert into {self.seed.name}"
                f" select {', '.join(texts)}, {sql_text(file)} from {reader}"
            )
        except (duckdb.Error, OSError, UnicodeDecodeError, csv.Error) as error:
            self._report_error(file, error)
            return False
        return True

    def _parquet_types(self, file: str) -> dict[str, str]:
        """Return the type of every column of a Parquet file, in the order of the file."""
        described = self.connection.execute(f"describe from read_parquet({sql_text(file)})")
        return {name: column_type for name, column_type, *_ in described.fetchall()}

    def _report_error(self, file: str, error: Exception) -> None:
        """Add a finding for a file that cannot be read, with the line if the error names one."""
        message = str(error)
        line = re.search(r"CSV Error on Line: (\d+)", message)
        reasons = [
            text.strip()
            for text in message.splitlines()
            if text.strip() and "CSV Error on Line" not in text and "Original Line" not in text
        ]
        self.report(
            file, int(line[1]) if line else 0,
            f"cannot be read: {(reasons or [message])[0].rstrip('.')}",
            "It must be a whole Parquet file, or comma-separated UTF-8 text with a header.",
        )  # fmt: skip

    def check(self, broken: BrokenRows) -> None:
        """Add a finding for the first rows that break a rule, and one that counts the others."""
        rows = self.connection.execute(
            f"select files.filename, broken.row_id - files.first_row, broken.value,"
            f" count(*) over () from ({broken.query}) as broken"
            f" inner join {self.seed.name} as rows on broken.row_id = rows.rowid"
            f" inner join {self.seed.name}_files as files on rows.filename = files.filename"
            f" order by broken.row_id limit {SHOWN_ROWS_PER_RULE}"
        ).fetchall()
        for file, row, value, _ in rows:
            rule, advice = broken.wording(value or "")
            line = row + (1 if self.is_parquet else 2)
            self.findings.append(
                Finding(self.shown(file), line, broken.column, value or "", rule, advice)
            )
        if rows and rows[0][3] > len(rows):
            rule, advice = broken.wording(rows[-1][2] or "")
            rule = f"{rows[0][3] - len(rows):,} more rows: {rule}"
            self.findings.append(
                Finding(self.shown(self.location), 0, broken.column, "", rule, advice)
            )


def first_line(file: str) -> str:
    """Return the first line of a text file, which may be compressed as .gz, with its end.

    Raises:
        OSError: the file cannot be opened.
        UnicodeDecodeError: the line is not UTF-8.
    """
    opened = gzip.open(file, "rb") if file.endswith(".gz") else Path(file).open("rb")
    with opened as lines:
        return lines.readline().decode("utf-8-sig")


def line_end(file: str) -> str:
    r"""Return how the lines of a text file end, as DuckDB writes it: \n or \r\n."""
    return r"\r\n" if first_line(file).endswith("\r\n") else r"\n"


def csv_types(file: str) -> dict[str, str]:
    """Return the columns of a CSV file in the order of its header, all of them texts.

    A repeated column has a name of its own, so that it shows as unknown.

    Raises:
        csv.Error: the header has a quote that is misplaced or not closed.
    """
    (header,) = list(csv.reader([first_line(file).rstrip("\r\n")], strict=True)) or [[]]
    return {
        f"{column} (again)" if column in header[:position] else column: "VARCHAR"
        for position, column in enumerate(header)
    }


def struct(types: dict[str, str]) -> str:
    """Return columns and types as an SQL struct."""
    return f"{{{', '.join(f'{sql_text(name)}: {sql_text(kind)}' for name, kind in types.items())}}}"


def as_text(column: str, column_type: str) -> str:
    """Return SQL for a column as the text that a CSV file would have.

    Args:
        column: name of the column.
        column_type: its type in the file; always VARCHAR for CSV.
    """
    if column_type == "VARCHAR":
        return column
    if column_type == "FLOAT":
        return as_text(f"cast({column} as double)", "DOUBLE")
    text = f"cast({column} as varchar)"
    if column_type == "DOUBLE":
        # 1e-07 and 1e+16 in full
        in_full = (
            f"case when abs({column}) < 1 then cast(try_cast({column} as decimal(38, 15)) as varchar)"
            f" else cast(try_cast({column} as hugeint) as varchar) end"
        )
        text = f"case when contains({text}, 'e') then coalesce({in_full}, {text}) else {text} end"
    if column_type == "DOUBLE" or column_type.startswith("DECIMAL"):
        return (
            f"case when contains({text}, '.') then rtrim(rtrim({text}, '0'), '.') else {text} end"
        )
    return text


def is_bad_text(column: str) -> str:
    """Return SQL: whether a text has characters that look like others, see `text_problem`."""
    if column.endswith("_id"):
        return f"{column} <> '' and not regexp_full_match({column}, '[a-z0-9][a-z0-9_]*')"
    conditions = [
        f"{column} <> trim({column})",
        f"nfc_normalize({column}) <> {column}",
        f"regexp_matches({column}, '{INVISIBLE}')",
    ]
    if column.endswith("_name"):
        conditions.append(
            rf"regexp_matches(regexp_replace({column}, '\p{{Latin}}', '', 'g'), '\p{{L}}')"
        )
    return " or ".join(conditions)


def is_bad_value(column: str, column_type: str) -> str:
    """Return SQL: whether a text is not of its column's type, see `type_problem`."""
    if column_type == "boolean":
        return f"{column} not in ('true', 'false')"
    if column_type == "integer":
        return (
            f"not regexp_full_match({column}, '-?(0|[1-9][0-9]{{0,9}})')"
            f" or abs(try_cast({column} as bigint)) > {INTEGER_LIMIT}"
        )
    decimal_type = DECIMAL_TYPE.fullmatch(column_type)
    if decimal_type is None:
        raise ValueError(f"column type {column_type} is not known to the input gate")
    precision, scale = int(decimal_type[1]), int(decimal_type[2])
    pattern = rf"-?(0|[1-9][0-9]{{0,{precision - scale - 1}}})(\.[0-9]{{1,{scale}}})?"
    return f"not regexp_full_match({column}, '{pattern}')"


def value_rules(seed: Seed) -> Iterable[BrokenRows]:
    """Yield what each value of a row must be by itself: text, type, required, bounds, accepted."""

    def rule(condition: str, column: str, wording: Callable[[str], tuple[str, str]]) -> BrokenRows:
        query = f"select row_id, {column} as value from {seed.name}_rows where {condition}"
        return BrokenRows(query, column, wording)

    def text_wording(column: str) -> Callable[[str], tuple[str, str]]:
        unknown = ("contains a character that is not allowed", "Type it anew.")
        return lambda value: text_problem(value, column) or unknown

    def type_wording(column_type: str) -> Callable[[str], tuple[str, str]]:
        return lambda value: (
            type_problem(value, column_type) or ("must be a number", number_advice(value))
        )

    for column, column_type in seed.types.items():
        if column_type == "string":
            yield rule(is_bad_text(column), column, text_wording(column))
        else:
            yield rule(is_bad_value(column, column_type), column, type_wording(column_type))
    required = [FLAG]
    for arguments in seed.rules:
        key = [name for name in arguments["key"] if name not in arguments.get("nullable_key", [])]
        required += [*key, *arguments.get("required", [])]
        for column, (lowest, highest) in arguments.get("bounds", {}).items():
            yield rule(
                f"try_cast({column} as decimal(38, 12)) not between {lowest} and {highest}", column,
                lambda _, low=lowest, high=highest: (
                    f"must be between {low} and {high}", "Correct it."
                ),
            )  # fmt: skip
        for column, accepted in arguments.get("accepted_values", {}).items():
            yield rule(
                f"{column} not in ({', '.join(map(sql_text, accepted))})", column,
                lambda _, values=accepted: (f"must be one of {', '.join(values)}", "Correct it."),
            )  # fmt: skip
    for column in dict.fromkeys(required):
        yield rule(
            f"coalesce({column}, '') = ''", column,
            lambda _: ("must not be empty", "Fill it in."),
        )  # fmt: skip


def row_rules(seed: Seed, tables: dict[str, list[str]]) -> Iterable[BrokenRows]:
    """Yield what rows must be among each other and to other tables: keys and references.

    Args:
        seed: the declaration of the external table.
        tables: for every seed its name, and for a staging model those of all tables behind it.
    """
    for arguments in seed.rules:
        key: list[str] = arguments["key"]
        columns = ", ".join(f"rows.{column}" for column in key)
        value = " || ', ' || ".join(f"coalesce(rows.{column}, '')" for column in key)
        # hashes first: they need little memory, and rows with a hash of their own are unique
        repeated = (
            f"select hash({', '.join(key)}) from {seed.name}_rows"
            f" group by 1 having count(*) > 1"
        )
        yield BrokenRows(
            f"select row_id, value from (select rows.row_id, {value} as value,"
            f" row_number() over (partition by {columns} order by rows.row_id) as turn"
            f" from {seed.name}_rows as rows where hash({columns}) in ({repeated}))"
            f" where turn > 1",
            ", ".join(key),
            lambda _: ("must be unique, but stands in an earlier row already", "Remove one."),
        )  # fmt: skip
        for other in (seed.name, f"simulated_{seed.name}"):
            same = " and ".join(f"rows.{column} = seeds.{column}" for column in key)
            yield BrokenRows(
                f"select rows.row_id, {value} as value from {seed.name}_rows as rows"
                f" where exists (select 1 from seeds.{other} as seeds where {same})",
                ", ".join(key),
                lambda _, file=other: (
                    f"must be unique, but stands in {file}.csv already", "Remove one of the rows."
                ),
            )  # fmt: skip
        for reference in arguments.get("references", []):
            names: list[str] = reference["columns"]
            known = " union all ".join(
                f"select {', '.join(reference['to_columns'])} from {table}"
                for table in tables[reference["to"]]
            )
            found = " and ".join(
                f"rows.{column} = known.{target}"
                for column, target in zip(names, reference["to_columns"], strict=True)
            )
            value = " || ', ' || ".join(f"rows.{column}" for column in names)
            target = reference["to"].removeprefix("stg_")
            yield BrokenRows(
                f"select rows.row_id, {value} as value from {seed.name}_rows as rows"
                f" where {value} is not null"
                f" and not exists (select 1 from ({known}) as known where {found})",
                ", ".join(names),
                lambda _, name=target: (
                    f"must exist in {name}", "Correct it, or add the row it refers to."
                ),
            )  # fmt: skip


def simulation_rules(seed: Seed, city_tables: list[str]) -> Iterable[BrokenRows]:
    """Yield that what is simulated is flagged and stays in simulated rankings.

    Args:
        seed: the declaration of the external table.
        city_tables: all tables of cities.
    """
    rows = f"{seed.name}_rows as rows"
    if seed.name == "cities":
        yield BrokenRows(
            f"select rows.row_id, rows.city_name as value from {rows} where"
            f" (rows.is_simulated = 'true') <> regexp_matches(rows.city_name, '^Simul(iert|ated )')",
            "city_name",
            lambda _: (
                "a simulated city, and only a simulated one, must be named Simuliert... or"
                " Simulated ...", "Correct the name or is_simulated."
            ),
        )  # fmt: skip
        return
    in_real_ranking = (
        "exists (select 1 from seeds.rankings as rankings where"
        " rankings.ranking_id = rows.ranking_id and rankings.is_simulated_field = 'false')"
    )
    yield BrokenRows(
        f"select rows.row_id, rows.is_simulated as value from {rows}"
        f" where rows.is_simulated = 'true' and {in_real_ranking}",
        FLAG,
        lambda _: (
            "what is simulated must not stand in a real ranking",
            "Correct it, or set is_simulated_field of the ranking.",
        ),
    )  # fmt: skip
    cities = " union all ".join(f"select city_id, is_simulated from {name}" for name in city_tables)
    is_simulated_city = (
        f"rows.city_id in (select city_id from ({cities}) as cities where is_simulated = 'true')"
    )
    yield BrokenRows(
        f"select rows.row_id, rows.is_simulated as value from {rows}"
        f" where rows.is_simulated = 'false' and {is_simulated_city}",
        FLAG,
        lambda _: ("must be true for a simulated city", "Correct it."),
    )


def load_seeds(connection: duckdb.DuckDBPyConnection, seeds: list[Seed]) -> None:
    """Load all seeds, which passed the gate, as tables of texts into schema `seeds`."""
    connection.execute("create or replace schema seeds")
    for seed in seeds:
        columns = struct(dict.fromkeys(seed.types, "VARCHAR"))
        is_simulated = str(seed.name.startswith("simulated_")).lower()
        connection.execute(
            f"create table seeds.{seed.name} as select *, '{is_simulated}' as {FLAG} from read_csv("
            f"{sql_text(seed.path)}, auto_detect = false, {CSV_FORMAT}, columns = {columns})"
        )


def check_input(
    project_dir: Path,
    locations: dict[str, str],
    database: Path,
    shown: Callable[[str], str] = str,
    origins: dict[str, str] | None = None,
) -> list[Finding]:
    """Check all seeds of a project and the files of its locations.

    Args:
        project_dir: the dbt project.
        locations: path or glob by name of the seed whose rows it adds to.
        database: file to load external rows into; must not exist yet, and is left for
            `external_places`. Not written without locations.
        shown: returns a path of an external file as the user knows it.
        origins: for an assembled project, what `assemble_project` returned: the user's file of every
            seed file. The other seed files have a header only, as they must.

    Returns:
        All findings, by file and line. Rows of external files are checked once the seeds and the
        columns of all files are right.
    """
    if not locations:
        return seed_findings(project_dir, {}, origins)
    seeds = declared_seeds(project_dir)
    with duckdb.connect(
        str(database),
        config={
            "temp_directory": f"{database}.tmp",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    ) as connection:
        external = {
            seed.name: ExternalTable(connection, seed, locations[seed.name], shown)
            for seed in seeds
            if seed.name in locations
        }
        tables = {seed.name: [f"seeds.{seed.name}"] for seed in seeds}
        for name in ("cities", "field_members", "indicator_scores"):
            behind = [f"seeds.{name}", f"seeds.simulated_{name}"]
            is_loaded = name in external and external[name].is_loaded
            tables[f"stg_{name}"] = [*behind, name] if is_loaded else behind
        findings = [finding for table in external.values() for finding in table.findings]
        if all(table.is_loaded for table in external.values()):
            cities = external.get("cities")
            known_cities = (
                set(connection.execute("select city_id from cities").fetchall()) if cities else set()
            )
            found_in_seeds = seed_findings(project_dir, {"stg_cities": known_cities}, origins)
            findings += found_in_seeds
            if not found_in_seeds:
                load_seeds(connection, seeds)
                for table in external.values():
                    already_found = len(table.findings)
                    check_rows(table, tables)
                    findings += table.findings[already_found:]
    return sorted(findings, key=finding_order)


def seed_findings(
    project_dir: Path, outside: OutsideKeys, origins: dict[str, str] | None
) -> list[Finding]:
    """Return what is wrong with the seeds, under the names of the user's files.

    Args:
        project_dir: the dbt project.
        outside: keys that are known from elsewhere, as for `check_seeds`.
        origins: as for `check_input`.
    """
    return [
        replace(finding, file=origins[finding.file]) if origins else finding
        for finding in check_seeds(project_dir, outside)
        if not origins or finding.file in origins
    ]


def check_rows(table: ExternalTable, tables: dict[str, list[str]]) -> None:
    """Check every rule of an external table; `tables` as for `row_rules`."""
    for broken in value_rules(table.seed):
        table.check(broken)
    for broken in row_rules(table.seed, tables):
        table.check(broken)
    for broken in simulation_rules(table.seed, tables["stg_cities"]):
        table.check(broken)


def external_places(
    database: Path, name: str, key: dict[str, str], shown: Callable[[str], str], limit: int
) -> list[str]:
    """Return file and line of external rows with a key, as far as the gate loaded them.

    Args:
        database: the file that `check_input` wrote.
        name: name of the seed whose rows the external ones add to.
        key: value by column; columns that the table does not have are passed over.
        shown: returns a path as the user knows it.
        limit: number of places to return at most.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        columns: list[Any] = connection.execute(
            "select column_name from duckdb_columns() where schema_name = 'main'"
            " and table_name = ?",
            [name],
        ).fetchall()
        used = {column: value for column, value in key.items() if (column,) in columns}
        if not used:
            return []
        condition = " and ".join(f"coalesce(rows.{column}, '(empty)') = ?" for column in used)
        rows = connection.execute(
            f"select rows.filename, rows.rowid - files.first_row from {name} as rows"
            f" inner join {name}_files as files on rows.filename = files.filename"
            f" where {condition} order by rows.rowid limit {limit}",
            list(used.values()),
        ).fetchall()
    return [f"{shown(file)}:{row + (1 if file.endswith('.parquet') else 2)}" for file, row in rows]
