"""The input gate: read all input once, and report what is wrong with it before a model runs.

The gate reads every file into a database of its own, as text, and runs the rules there, all of them
in SQL: those for single values (values.py), the row tests that are declared with the seeds
(seeds/*/*.yml), and the data tests in tests/input/, which look at several files together. dbt runs
the same tests. What the gate has read is what a build loads (`write_seed`, `write_external`).

Causes come before consequences: if a file cannot be read, only that is said; the tests across files
run on rows that are right by themselves.
"""

from __future__ import annotations

import csv
import difflib
import os
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from .declarations import FLAG, LOCATIONS, RowTest, Seed, declared_seeds, project_vars
from .reader import FileError, Finding, check_header, opened, rows, sha256_of, shortened
from .sql_templates import SqlTemplates
from .values import advice_for, broken_rule, details, kind_of, sql_text

SHOWN_PER_RULE = 10
SHOWN_PLACES = 2
NO_PLACES = (
    "select null::integer as gate_file, null::bigint as gate_line, null::varchar as row_key,"
    " null::map(varchar, varchar) as texts where false"
)
FETCHED_ROWS = 10_000
# Limits of the build that hold for the gate too.
LIMITS = {"memory_limit": "SMART_CITY_INDEX_MEMORY", "threads": "SMART_CITY_INDEX_THREADS"}
# Prefix of the tables with rows from outside.
EXTERNAL = "external_"
# The names of columns in a key as tests write it, see macro row_key.
KEY_COLUMN = "(?:^|, )([a-z_0-9]+)="
# The test that compares transcribed figures with their recorded fingerprints.
RECORDED = "figures_are_those_recorded"
# The tests in tests/input, in the order in which one fault follows from another.
TEST_STAGES = (
    ("seed_rows_agree_with_each_other", "framework_is_a_tree"),
    ("simulated_rows_are_flagged", "figures_belong_to_the_edition_and_tree"),
    (
        "indicator_values_fit_their_normalisation",
        "published_figures_fit_the_edition",
        "cities_fit_their_rankings",
    ),
    # the fingerprint of what another rule finds changes once it is corrected
    (RECORDED,),
)
# Types of a Parquet file whose values have one text that a CSV file would have.
PARQUET_TYPES = re.compile(
    r"VARCHAR|BOOLEAN|FLOAT|DOUBLE|DECIMAL\(.*\)|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?"
)
# What valid_rows says of a key that stands more than once.
NOT_UNIQUE = "must be unique, found that many rows"


@dataclass(frozen=True)
class SourceFile:
    """A file of the input.

    Attributes:
        path: where it is read from.
        shown: how the user knows it.
    """

    path: Path
    shown: str


@dataclass(frozen=True)
class ReadFile:
    """A file that was read.

    Attributes:
        file: the file.
        sha256: SHA-256 of its bytes, in hexadecimal digits.
    """

    file: SourceFile
    sha256: str


@dataclass
class Report:
    """What the gate found.

    Attributes:
        all_findings: CSV file with all findings.
        shown: the findings to show, at most ten of a rule.
        total: number of all findings.
        counts: number of findings of each rule, by file, column and rule.
    """

    all_findings: Path
    shown: list[Finding] = field(default_factory=list)
    total: int = 0
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def is_cut(self) -> bool:
        """Return whether there are more findings than are shown."""
        return self.total > len(self.shown)

    def lines(self) -> list[str]:
        """Return the report as lines for people, in the order of files and lines."""
        number = "1 finding" if self.total == 1 else f"{self.total:,} findings"
        lines = [f"{number} in the input:"]
        lines += map(str, sorted(self.shown, key=lambda f: (f.file, f.line, f.column)))
        for (file, column, rule), count in sorted(self.counts.items()):
            if count > SHOWN_PER_RULE:
                where = f"{file}, column {column}" if column else file
                lines.append(f"{where}: {count - SHOWN_PER_RULE:,} more: {rule}")
        return lines


class InputGate:
    """Everything that an index is computed from, read once.

    Attributes:
        connection: the gate's own database, with a table of texts per seed in schema `texts`, views
            of the declared types under the seeds' names, and the staging models.
        report: what is wrong.
        read_files: the files that were read whole.
    """

    def __init__(
        self,
        project_dir: Path,
        scratch: Path,
        *,
        is_large: bool = False,
        settings: dict[str, Any] | None = None,
    ) -> None:
        """Open a gate.

        Args:
            project_dir: the dbt project whose declarations, macros and tests are used.
            scratch: directory to work in; must be there and empty.
            is_large: whether the rows may be too many to be held in memory.
            settings: vars that go before those of the project.
        """
        self.settings = settings or {}
        self.project_dir = project_dir
        self.scratch = scratch
        self.seeds = {seed.name: seed for seed in declared_seeds(project_dir)}
        self.report = Report(scratch / "findings.csv")
        self.files: list[str] = []
        self.read_files: list[ReadFile] = []
        self.tables: dict[str, Seed] = {}
        self.faulty_columns: defaultdict[str, set[str]] = defaultdict(set)
        self.connection = duckdb.connect(
            str(scratch / "input.duckdb") if is_large else ":memory:",
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                **{
                    option: os.environ[name]
                    for option, name in LIMITS.items()
                    if os.environ.get(name)
                },
            },
        )
        self.connection.execute("create schema texts; create schema good")
        self.writer = self.report.all_findings.open("w", encoding="utf-8", newline="")
        self.written = csv.writer(self.writer, lineterminator="\n")
        self.written.writerow(["file", "line", "column", "value", "rule", "advice"])

    def __enter__(self) -> InputGate:
        """Return the gate."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the database and the file of findings."""
        self.connection.close()
        self.writer.close()

    def check(
        self,
        seed_files: dict[str, SourceFile],
        external_files: dict[str, list[SourceFile]] | None = None,
        row_counts: dict[str, int] | None = None,
        without: frozenset[str] = frozenset(),
    ) -> Report:
        """Read all files and run all rules.

        Args:
            seed_files: the file of every seed, by the seed's name; a seed without one has no rows.
            external_files: files whose rows are added to those of a seed, by the seed's name.
            row_counts: number of rows that these must have together, by the seed's name.
            without: tests in tests/input to leave out.

        Returns:
            What is wrong.
        """
        if not external_files:
            # seeds are small: to share the work takes longer than to do it
            self.connection.execute("set threads = 1")
        for name, declared in self.seeds.items():
            # all rows may come from outside
            may_be_empty = declared.may_be_empty or name in (external_files or {})
            seed = replace(declared, may_be_empty=may_be_empty)
            self.read(name, seed, [seed_files[name]] if name in seed_files else [])
        for name, files in (external_files or {}).items():
            types = {**self.seeds[name].types, FLAG: "boolean"}
            seed = replace(self.seeds[name], types=types, may_be_empty=False)
            self.read(f"{EXTERNAL}{name}", seed, files)
            found = self._single(f"select count(*) from texts.{EXTERNAL}{name}")
            expected = (row_counts or {}).get(name, found)
            if found != expected and not self.report.total:
                rule = f"must have {expected:,} rows together with its likes, found {found:,}"
                advice = "Check that no file is cut off or missing."
                self.find(FileError(rule, advice).finding(files[0].shown))
        if not self.report.total:
            self._check_values()
            self._make_views(external_files or {})
            for table, seed in self.tables.items():
                for test in seed.tests:
                    self._check_rows(table, seed, test)
        if not self.report.total:
            self._check_across_files(without)
        self.writer.flush()
        return self.report

    def find(self, finding: Finding, rule: str | None = None) -> None:
        """Take up a finding.

        Args:
            finding: what is wrong.
            rule: the rule that it counts for, where wordings of one rule differ.
        """
        self.report.total += 1
        self.written.writerow(
            [finding.file, finding.line or "", finding.column, finding.value, finding.rule,
             finding.advice]
        )  # fmt: skip
        group = (finding.file, finding.column, rule or finding.rule)
        self.report.counts[group] += 1
        if self.report.counts[group] <= SHOWN_PER_RULE:
            self.report.shown.append(finding)

    def staging_models(self) -> dict[str, list[str]]:
        """Return the columns of every staging model, by its name."""
        return {
            model: [name for name, *_ in self.connection.execute(f"describe {model}").fetchall()]
            for model in sorted(file.stem for file in self.project_dir.glob("models/staging/*.sql"))
        }

    def write_seed(self, name: str, path: Path) -> None:
        """Write the rows of a seed, as they were read, as a CSV file in the project's dialect.

        Args:
            name: name of the seed.
            path: the file to write.
        """
        columns = ", ".join(self.tables[name].types)
        self.connection.execute(
            f"copy (select {columns} from texts.{name} order by gate_file, gate_line)"
            f" to {sql_text(path)}"
            " (format csv, header true, delimiter ',', quote '\"', escape '\"', nullstr '')"
        )

    def write_external(self, name: str, path: Path) -> None:
        """Write the rows that files from outside add to a seed as a Parquet file of declared types.

        Args:
            name: name of the seed.
            path: the file to write.
        """
        self.connection.execute(
            f"copy (from {EXTERNAL}{name}) to {sql_text(path)} (format parquet)"
        )

    def places(self, table_name: str, row_key: str) -> list[str]:
        """Return file and line of the input rows that a data test names.

        Args:
            table_name: seed or staging model, as the test names it.
            row_key: key as data tests name it: edition=2025, city_id=aachen.
        """
        parts = re.split(KEY_COLUMN, row_key)
        key = dict(zip(parts[1::2], parts[2::2], strict=True))
        found: list[tuple[int, int]] = []
        for table in self._behind(table_name):
            known = {
                column: value for column, value in key.items() if column in self.tables[table].types
            }
            if known:
                condition = " and ".join(f"coalesce({column}, '(empty)') = ?" for column in known)
                found += self.connection.execute(
                    f"select gate_file, gate_line from texts.{table} where {condition}"
                    f" order by all limit {SHOWN_PLACES}",
                    list(known.values()),
                ).fetchall()
        return [f"{self.files[file]}:{line}" for file, line in found[:SHOWN_PLACES]]

    def read(self, table: str, seed: Seed, files: list[SourceFile]) -> None:
        """Read files into a table of texts; what is wrong with a file is a finding."""
        columns = ", ".join(f"{column} varchar" for column in seed.types)
        self.connection.execute(
            f"create table texts.{table} (gate_file integer, gate_line bigint, {columns})"
        )
        self.tables[table] = seed
        found_before = self.report.total
        row_count = 0
        for file in files:
            self.files.append(file.shown)
            try:
                sha256 = file_sha256(file.path)
                is_parquet = file.path.suffix == ".parquet"
                row_count += (self._read_parquet if is_parquet else self._read_csv)(
                    table, seed, file
                )
                if file_sha256(file.path) != sha256:
                    raise FileError("changed while it was read", "Wait for what is writing to it.")
                self.read_files.append(ReadFile(file, sha256))
            except FileError as error:
                self.find(error.finding(file.shown))
        if files and not row_count and not seed.may_be_empty and self.report.total == found_before:
            empty = FileError("has a header but no rows", "Restore the rows.")
            self.find(empty.finding(files[0].shown))

    def _read_csv(self, table: str, seed: Seed, file: SourceFile) -> int:
        """Add the rows of a CSV file to a table of texts; returns their number.

        Raises:
            FileError: the file is not in the project's dialect, or has another header.
        """
        number = len(self.files) - 1
        is_ordered = not table.startswith(EXTERNAL)
        row_count = 0
        plain_file = self.scratch / "rows.csv"
        with (
            opened(file.path) as stream,
            plain_file.open("w", encoding="utf-8", newline="") as plain,
        ):
            for line, fields in rows(
                stream, list(seed.types), optional=seed.optional_columns, is_ordered=is_ordered
            ):
                if isinstance(fields, FileError):
                    self.find(fields.finding(file.shown))
                else:
                    plain.write(quoted_row(line, fields))
                    row_count += 1
        kinds = {"gate_line": "BIGINT", **dict.fromkeys(seed.types, "VARCHAR")}
        struct = ", ".join(f"'{column}': '{kind}'" for column, kind in kinds.items())
        loaded: int = self._single(
            f"insert into texts.{table} select {number}, *"
            f" from read_csv({sql_text(plain_file)},"
            " auto_detect = false, hive_partitioning = false, header = false,"
            " delim = ',', quote = '\"', escape = '\"',"
            f" comment = '', new_line = '\\n', max_line_size = 67108864,"
            f" columns = {{{struct}}})"
        )
        plain_file.unlink()
        if loaded != row_count:
            raise FileError("cannot be loaded as it was read", "Report this as a bug.")
        return loaded

    def _read_parquet(self, table: str, seed: Seed, file: SourceFile) -> int:
        """Add the rows of a Parquet file to a table of texts; returns their number.

        Raises:
            FileError: the file is no Parquet file, or has other columns.
        """
        # a folder named a=b is no column
        options = "file_row_number = true, hive_partitioning = false"
        reader = f"read_parquet({sql_text(file.path)}, {options})"
        try:
            described = self.connection.execute(f"describe from {reader}").fetchall()
            types = {name: kind for name, kind, *_ in described if name != "file_row_number"}
            left_out = set(seed.optional_columns) - types.keys()
            expected = [column for column in seed.types if column not in left_out]
            check_header(list(types), expected, is_ordered=False)
            for column, kind in types.items():
                if not PARQUET_TYPES.fullmatch(kind):
                    raise FileError(
                        f"has column {column} of type {shortened(kind)}",
                        "Write texts, numbers or booleans.",
                    )
            texts = ", ".join(
                "null" if column in left_out else as_text(column, types[column])
                for column in seed.types
            )
            loaded: int = self._single(
                f"insert into texts.{table} select {len(self.files) - 1}, file_row_number + 1,"
                f" {texts} from {reader}"
            )
        except duckdb.Error as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise FileError(
                f"cannot be read: {reason}", "It must be a whole Parquet file."
            ) from error
        return loaded

    def _check_values(self) -> None:
        """Check every value by itself; the rows with a finding are kept in table faulty_rows."""
        self.connection.execute("create table faulty_rows (gate_file integer, gate_line bigint)")
        by_rules = defaultdict(list)
        for table, seed in self.tables.items():
            for column, column_type in seed.types.items():
                # texts recur: looking at each one once makes large files quick
                by_rules[broken_rule("value", kind_of(column, column_type))].append(
                    f"select {sql_text(table)} as table_name, {sql_text(column)} as column_name,"
                    f" value from (select distinct {column} as value from texts.{table})"
                )
        # materialised: a pattern takes longer to prepare than to match, once per part of a union
        values = ", ".join(
            f"values_{number} as materialized ({' union all '.join(queries)})"
            for number, queries in enumerate(by_rules.values())
        )
        checked = " union all ".join(
            f"select *, {rule} as rule from values_{number}" for number, rule in enumerate(by_rules)
        )
        # pushed down, the filter would prepare and match every pattern once more
        self.connection.execute("set disabled_optimizers = 'filter_pushdown'")
        self.connection.execute(
            f"create or replace table broken as"
            f" with {values} select * from ({checked}) where rule is not null"
        )
        self.connection.execute("reset disabled_optimizers")
        for table, column in self.connection.execute(
            "select distinct table_name, column_name from broken order by all"
        ).fetchall():
            self.faulty_columns[table].add(column)
            rows_found = (
                f"from texts.{table} as rows inner join broken on rows.{column} = broken.value"
                f" where table_name = {sql_text(table)} and column_name = {sql_text(column)}"
            )
            self.connection.execute(
                f"insert into faulty_rows select gate_file, gate_line {rows_found}"
            )
            for file, line, value, rule in self._stream(
                f"select gate_file, gate_line, value, rule {rows_found} order by all"
            ):
                wording, advice = details(value, rule), advice_for(value, column, rule)
                self.find(Finding(self.files[file], line, column, value, wording, advice), rule)

    def _make_views(self, external_files: Iterable[str]) -> None:
        """Make views of declared types, of the rows without a finding, and the staging models."""
        for table, seed in self.tables.items():
            typed = ", ".join(
                f"try_cast({column} as {'varchar' if kind == 'string' else kind}) as {column}"
                for column, kind in seed.types.items()
            )
            self.connection.execute(f"create view {table} as select {typed} from texts.{table}")
            is_faulty = "(gate_file, gate_line) in (select (gate_file, gate_line) from faulty_rows)"
            is_good = f"where not {is_faulty}" if self.faulty_columns[table] else ""
            self.connection.execute(
                f"create view good.{table} as select {typed} from texts.{table} {is_good}"
            )
        # where the rows come from does not matter here, only that they are there
        locations = {LOCATIONS[name]: EXTERNAL for name in external_files}
        variables = {**project_vars(self.project_dir), **self.settings, **locations}
        self.templates = SqlTemplates(self.project_dir, variables)
        for file in sorted(self.project_dir.glob("models/staging/*.sql")):
            self.connection.execute(f"create view {file.stem} as {self.templates.render(file)}")

    def _check_rows(self, table: str, seed: Seed, test: RowTest) -> None:
        """Run a row test on a table."""
        arguments = dict(test.arguments)
        # what refers to a value with a finding follows from it
        arguments["references"] = [
            reference
            for reference in arguments.get("references", [])
            if not any(
                self.faulty_columns[target] & set(reference["to_columns"])
                for target in self._behind(reference["to"])
            )
        ]
        if FLAG in seed.types:
            arguments["required"] = [*arguments.get("required", []), FLAG]
        self._run(self.templates.test("valid_rows", f"good.{table}", arguments), [table])

    def _check_across_files(self, without: frozenset[str]) -> None:
        """Run the row tests of models whose rows come from several files, and tests/input.

        Args:
            without: tests in tests/input to leave out.
        """
        for name in LOCATIONS:
            behind = self._behind(f"stg_{name}")
            if sum(self._single(f"select count(*) > 0 from texts.{table}") for table in behind) > 1:
                for test in self.seeds[name].tests:
                    model = f"stg_{name}"
                    self._run(self.templates.test("valid_rows", model, test.arguments), behind)
        files = {file.stem: file for file in self.project_dir.glob("tests/input/*.sql")}
        unnamed = sorted(files.keys() - {name for names in TEST_STAGES for name in names})
        for names in (*TEST_STAGES, unnamed):
            if not self.report.total:
                for name in names:
                    if name not in without:
                        self._run(self.templates.render(files[name]), [])

    def _behind(self, name: str) -> list[str]:
        """Return the tables whose rows a seed or staging model holds."""
        base = name.removeprefix("stg_")
        added = [seed.name for seed in self.seeds.values() if seed.added_to == base]
        tables = [base, *added, f"{EXTERNAL}{base}"]
        return [table for table in tables if table in self.tables]

    def _run(self, query: str, tables: list[str]) -> None:
        """Run a test and take up the rows that it returns.

        Args:
            query: SQL that returns row_key, column_name, found and rule of every broken rule, and
                table_name if it looks at several tables.
            tables: tables that the rows stand in, if the query does not name them.
        """
        broken_count = self._single(
            # once per key and rule: rows that share a key are found below, by the key
            f"create or replace table broken as"
            f" select {'' if tables else 'table_name, '}row_key, column_name, rule,"
            f" min(found) as found, regexp_extract_all(row_key, '{KEY_COLUMN}', 1) as key_columns"
            f" from ({query}) group by all"
        )
        if not broken_count:
            return
        table_name = "''" if tables else "table_name"
        groups = self.connection.execute(
            f"select distinct {table_name} as name, key_columns from broken order by all"
        ).fetchall()
        for name, key in groups:
            self._take_up(tables or self._behind(name), key, f"{table_name} = {sql_text(name)}")

    def _take_up(self, tables: list[str], key: list[str], condition: str) -> None:
        """Take up broken rows as findings, with their places.

        Args:
            tables: the tables that the rows may stand in.
            key: columns of their keys.
            condition: SQL condition for the rows of table `broken`.
        """
        known = self._rows_by_key(tables, key) or NO_PLACES
        for row_key, column, found, rule, file, line, texts, first_file, first_line in self._stream(
            "select row_key, column_name, found, rule, gate_file, gate_line, texts,"
            " first_value(gate_file) over same_row, first_value(gate_line) over same_row"
            f" from broken left join ({known}) as known using (row_key)"
            f" where {condition} and key_columns = {key!r}"
            " window same_row as"
            " (partition by row_key, column_name, rule order by gate_file, gate_line)"
            " order by gate_file, gate_line, row_key, column_name, rule"
        ):
            # what stands behind a colon differs from row to row
            group = rule.partition(": ")[0]
            if file is None:
                # what is missing has no line
                shown, wording = self._file_of(tables), f"{rule} ({row_key})"
                advice = self._advice(rule, "")
                self.find(Finding(shown, 0, column, found or "", wording, advice), group)
                continue
            value, wording = found or "", rule
            if all(name in texts for name in column.split(", ")):
                value = ", ".join(texts[name] or "" for name in column.split(", "))
            if rule == NOT_UNIQUE:
                if (file, line) == (first_file, first_line):
                    continue
                where = f"at {self.files[first_file]}:{first_line}"
                where = f"on line {first_line}" if first_file == file else where
                wording = f"must be unique, but stands {where} already"
            shown_column = column if all(name in texts for name in column.split(", ")) else ""
            # to look for what was meant takes time: only for what is shown
            is_shown = self.report.counts[self.files[file], shown_column, group] < SHOWN_PER_RULE
            advice = self._advice(rule, value) if is_shown else "Correct it."
            wording = wording.replace(" in stg_", " in ")
            self.find(Finding(self.files[file], line, shown_column, value, wording, advice), group)

    def _rows_by_key(self, tables: list[str], key: list[str]) -> str:
        """Return SQL for the rows of tables that have the columns of a key; empty if none has.

        Returns:
            SQL with columns gate_file, gate_line, row_key and texts (a map of all columns).
        """
        queries = []
        for table in tables:
            columns = list(self.tables[table].types)
            if set(key) <= set(columns):
                names = ", ".join(map(sql_text, columns))
                values = ", ".join(columns)
                row_key = self.templates.macro("row_key", key)
                queries.append(
                    f"select gate_file, gate_line, {row_key} as row_key,"
                    f" map([{names}], [{values}]) as texts from texts.{table}"
                )
        return " union all ".join(queries)

    def _advice(self, rule: str, value: str) -> str:
        """Return what to do about a row that breaks a rule of a test."""
        if rule == NOT_UNIQUE:
            return "Remove one of the rows."
        if rule == "must not be empty":
            return "Fill it in."
        if rule.startswith("must be empty if, and only if,"):
            return "Leave the row out if there is no figure: a missing value is an absent row."
        if rule == "what is simulated must not stand in a real ranking":
            return "Correct it, or set is_simulated_ranking of the ranking."
        if re.match("(must be recorded|is not that of the rows): ", rule):
            return (
                "Compare the rows with the source; if they are right, enter what `sci fingerprints`"
                " prints, with what they were compared with and the day."
            )
        known = [name for name in self._known_values(rule) if name != value]
        near = difflib.get_close_matches(value, known, n=1)
        if rule.startswith("must exist in"):
            proposal = f"Is it {near[0]}? If not, add" if near else "Correct it, or add"
            return f"{proposal} the row it refers to."
        if near:
            return f"Is it {near[0]}?"
        # a rule names the seeds that set it
        setting = re.search(r"\(([a-z_, ]+)\)$", rule)
        if setting:
            seeds = setting[1].replace(", ", " or ")
            return f"Correct it; if it is right, correct {seeds}."
        return "Correct it."

    def _known_values(self, rule: str) -> list[str]:
        """Return the values that a rule allows, as far as it is about a single column."""
        if rule.startswith("must be one of "):
            return rule.removeprefix("must be one of ").split(", ")
        if re.match("must be an? (indicator|category) of", rule):
            table, key = "framework", ["node_id"]
        elif rule.startswith("must exist in "):
            table = rule.removeprefix("must exist in ").removeprefix("stg_")
            key = self.seeds[table].tests[0].arguments["key"]
        else:
            return []
        if len(key) > 1:
            return []
        queries = [f"select {key[0]} from texts.{name}" for name in self._behind(table)]
        found = self.connection.execute(" union ".join(queries) + " limit 5000").fetchall()
        return [value for (value,) in found if value]

    def _file_of(self, tables: list[str]) -> str:
        """Return the first file of some tables, or the name that it would have."""
        for table in tables:
            file: int | None = self._single(f"select min(gate_file) from texts.{table}")
            if file is not None:
                return self.files[file]
        return f"{tables[0]}.csv" if tables else "the input"

    def _single(self, query: str) -> Any:
        """Return the single value of a query."""
        return self.connection.execute(query).fetchall()[0][0]

    def _stream(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, which may be very many, while others run."""
        cursor = self.connection.cursor()
        cursor.execute(query)
        while batch := cursor.fetchmany(FETCHED_ROWS):
            yield from batch


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits.

    Raises:
        FileError: it is no regular file, or cannot be read.
    """
    with opened(path, is_unpacked=False) as stream:
        try:
            return sha256_of(stream)
        except OSError as error:
            raise FileError(f"cannot be read: {error}", "Check that the file is whole.") from error


def check_project(project_dir: Path) -> list[Finding]:
    """Return what is wrong with the seeds of a project, at most ten findings of a rule.

    Args:
        project_dir: the dbt project.
    """
    with tempfile.TemporaryDirectory() as scratch, InputGate(project_dir, Path(scratch)) as gate:
        gate.check(own_seed_files(gate, project_dir))
        found = gate.report.shown
    return sorted(found, key=lambda finding: (finding.file, finding.line, finding.column))


def own_seed_files(gate: InputGate, project_dir: Path) -> dict[str, SourceFile]:
    """Return the files of a project's own seeds; a CSV file that is none of them is a finding.

    Args:
        gate: the gate, which takes up the finding.
        project_dir: the dbt project.
    """
    declared = {seed.path for seed in gate.seeds.values()}
    for path in sorted(project_dir.glob("seeds/**/*.csv")):
        if path not in declared:
            undeclared = FileError("is declared in no YAML file", "Declare or remove it.")
            gate.find(undeclared.finding(str(path.relative_to(project_dir))))
    return {
        name: SourceFile(seed.path, str(seed.path.relative_to(project_dir)))
        for name, seed in gate.seeds.items()
    }


def quoted_row(line: int, fields: list[str]) -> str:
    """Return a row as CSV with its line in front and every field in quotes: nothing is to guess.

    Args:
        line: line of the file that it comes from.
        fields: its fields.
    """
    text = '","'.join(fields)
    if text.count('"') != 2 * (len(fields) - 1):
        text = '","'.join(field.replace('"', '""') for field in fields)
    return f'{line},"{text}"\n'


def as_text(column: str, column_type: str) -> str:
    """Return SQL for a column of a Parquet file as the text that a CSV file would have.

    Args:
        column: name of the column.
        column_type: its type in the file.
    """
    if column_type == "VARCHAR":
        return column
    if column_type == "FLOAT":
        return as_text(f"cast({column} as double)", "DOUBLE")
    text = f"cast({column} as varchar)"
    if column_type == "DOUBLE":
        # 1e-07 and 1e+16 in full
        in_full = (
            f"case when abs({column}) < 1"
            f" then cast(try_cast({column} as decimal(38, 15)) as varchar)"
            f" else cast(try_cast({column} as hugeint) as varchar) end"
        )
        is_exact = f"try_cast({in_full} as double) = {column}"
        text = f"case when contains({text}, 'e') and {is_exact} then {in_full} else {text} end"
    if column_type == "DOUBLE" or column_type.startswith("DECIMAL"):
        return (
            f"case when contains({text}, '.') then rtrim(rtrim({text}, '0'), '.') else {text} end"
        )
    return text
