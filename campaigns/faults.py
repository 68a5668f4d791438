"""Corrupt the seeds at random, many times, and count what the warehouse makes of it.

    python -m campaigns.faults [--mutations 400] [--seed 1] [--built PROJECT] [--json FILE]

Each mutation changes one seed file of a copy of the project in one way (KINDS). Then the input gate
runs; if it finds nothing, all models and data tests run (their compiled SQL, straight through
DuckDB, without the marts' constraints). The outcome is one of

    gate       the input gate names the file
    data test  a data test finds rows
    error      DuckDB refuses to load or compute
    harmless   everything passes and every mart is as it was
    changed    everything passes and a mart is not as it was

`changed` must be 0, except for the kinds of ALLOWED_CHANGES, which no check can tell from a
legitimate edit.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import shutil
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from tests.python.conftest import DATABASE_NAME, PROJECT_ROOT, WITHOUT_UNIT_TESTS, copy_project
from tests.python.dbt_build import Plan, built_without_dbt, fresh_build, make_plan
from tests.python.few_draws import use_few_draws

from smart_city_index.gate import check_project

OUTCOMES = ("gate", "data test", "error", "harmless", "changed")
# Run time and code version differ by nature.
EXCLUDED_MARTS = ("meta_build",)
TEST_OF_FILES = "seed_headers_match_declared_columns"
ALLOWED_CHANGES = {
    "row deleted": "a figure that is not there cannot be told from one that was never published",
    "file cut at a line": "the same, for the last rows of a file",
    "header only": "the same, for all rows of a seed that may be empty",
    "number emptied": "the same, for a figure that is optional, such as a population",
    "rank of a city with index moved": "the other published indices leave that place open too",
    "rank of a city without index moved": "nothing else that is published bears on such a rank",
    "tendency off by one, a rank unknown": "the place it implies in the edition before is free",
}

Records = list[list[str]]


@dataclass(frozen=True)
class Fault:
    """One mutation: the seed file, the kind, and the new content of the file."""

    file: Path
    kind: str
    content: bytes


class SeedText:
    """One seed file, to be mutated: its header, its rows, and a source of randomness."""

    def __init__(self, path: Path, generator: random.Random) -> None:
        """Read the file."""
        self.path = path
        self.generator = generator
        self.text = path.read_text(encoding="utf-8")
        self.header, *self.rows = list(csv.reader(io.StringIO(self.text)))

    def content(self, rows: Records | None = None, header: list[str] | None = None) -> bytes:
        """Return the file's bytes with other rows or another header."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerows([header or self.header, *(self.rows if rows is None else rows)])
        return buffer.getvalue().encode("utf-8")

    def with_value(self, columns: tuple[str, ...], change: Callable[[str], str]) -> bytes | None:
        """Return the bytes with one filled value of one of the columns changed, if there is one."""
        places = [
            (row_number, column_number)
            for column_number, column in enumerate(self.header)
            if column in columns
            for row_number, row in enumerate(self.rows)
            if row[column_number] and change(row[column_number]) != row[column_number]
        ]
        if not places:
            return None
        row_number, column_number = self.generator.choice(places)
        rows = [list(row) for row in self.rows]
        rows[row_number][column_number] = change(rows[row_number][column_number])
        return self.content(rows)

    def with_row(self, change: Callable[[Records, int], Records]) -> bytes | None:
        """Return the bytes with the rows changed at a random place, if there are rows."""
        if not self.rows:
            return None
        rows = [list(row) for row in self.rows]
        return self.content(change(rows, self.generator.randrange(len(rows))))


NUMBERS = (
    *("raw_value", "published_rank", "published_index", "published_tendency", "published_value"),
    *("weight", "edition", "first_edition", "population", "scale_maximum", "project_cap_share"),
)
IDENTIFIERS = (
    *("city_id", "indicator_id", "category_id", "ranking_id", "methodology_id", "node_id"),
    *("parent_node_id", "size_class_id"),
)
TEXTS = ("city_name", "state_name", "name_de", "name_en")


def number_to(replacement: Callable[[str], str]) -> Callable[[SeedText], bytes | None]:
    """Return a mutation of one number."""
    return lambda seed: seed.with_value(NUMBERS, replacement)


def in_columns(
    columns: tuple[str, ...], replacement: Callable[[str], str]
) -> Callable[[SeedText], bytes | None]:
    """Return a mutation of one value of the columns."""
    return lambda seed: seed.with_value(columns, replacement)


def swapped_header(seed: SeedText) -> bytes | None:
    """Swap two neighbouring names of the header, leaving the values where they are."""
    position = seed.generator.randrange(len(seed.header) - 1)
    header = list(seed.header)
    header[position], header[position + 1] = header[position + 1], header[position]
    return seed.content(header=header)


def swapped_columns(seed: SeedText) -> bytes | None:
    """Swap two neighbouring columns, header and values."""
    position = seed.generator.randrange(len(seed.header) - 1)
    rows = [list(row) for row in seed.rows]
    header = list(seed.header)
    for row in [header, *rows]:
        row[position], row[position + 1] = row[position + 1], row[position]
    return seed.content(rows, header)


def rank_moved(has_index: bool) -> Callable[[SeedText], bytes | None]:
    """Return a mutation that gives a published rank with (or without) an index another value."""

    def mutate(seed: SeedText) -> bytes | None:
        if "published_rank" not in seed.header:
            return None
        rank, index = seed.header.index("published_rank"), seed.header.index("published_index")
        rows = [list(row) for row in seed.rows]
        places = [row for row in rows if row[rank] and bool(row[index]) == has_index]
        row = seed.generator.choice(places)
        row[rank] = str(seed.generator.choice([n for n in range(1, 82) if str(n) != row[rank]]))
        return seed.content(rows)

    return mutate


def tendency_moved(has_both_ranks: bool) -> Callable[[SeedText], bytes | None]:
    """Return a mutation of a published tendency whose ranks are both known (or not)."""

    def mutate(seed: SeedText) -> bytes | None:
        if "published_tendency" not in seed.header:
            return None
        rows = [dict(zip(seed.header, row, strict=True)) for row in seed.rows]
        ranked = {
            (int(row["edition"]), row["city_id"], row["category_id"])
            for row in rows
            if row["published_rank"]
        }
        keys = [(int(row["edition"]), row["city_id"], row["category_id"]) for row in rows]
        places = [
            row
            for row, (edition, city, category) in zip(rows, keys, strict=True)
            if row["published_tendency"]
            and has_both_ranks
            == ({(edition, city, category), (edition - 1, city, category)} <= ranked)
        ]
        row = seed.generator.choice(places)
        row["published_tendency"] = str(int(row["published_tendency"]) + 1)
        return seed.content([list(row.values()) for row in rows])

    return mutate


def header_named(change: Callable[[list[str]], list[str]]) -> Callable[[SeedText], bytes | None]:
    """Return a mutation of the header alone."""
    return lambda seed: seed.content(header=change(list(seed.header)))


def quoted(seed: SeedText) -> bytes | None:
    """Put every filled value in quotes, which changes nothing."""
    if '"' in seed.text:
        return None
    lines = [
        ",".join(f'"{value}"' if value else "" for value in row)
        for row in [seed.header, *seed.rows]
    ]
    return ("\n".join(lines) + "\n").encode()


def cut_at_byte(seed: SeedText) -> bytes:
    """Cut the file somewhere inside a line."""
    content = seed.text.encode("utf-8")
    return content[: seed.generator.randrange(len(content) // 2, len(content) - 2)]


def cut_at_line(seed: SeedText) -> bytes | None:
    """Leave out the last rows."""
    if len(seed.rows) < 2:
        return None
    return seed.content(seed.rows[: seed.generator.randrange(1, len(seed.rows))])


KINDS: dict[str, Callable[[SeedText], bytes | None]] = {
    "NaN": number_to(lambda value: "NaN"),
    "infinity": number_to(lambda value: "Infinity"),
    "text for a number": number_to(lambda value: "many"),
    "number emptied": number_to(lambda value: ""),
    "NULL spelt out": number_to(lambda value: "NULL"),
    "decimal comma": number_to(lambda value: value.replace(".", ",") + ",5"),
    "thousands separator": number_to(lambda value: f"1.000.{value}"),
    "more digits": number_to(lambda value: f"{float(value):.10f}1"),
    "negative": number_to(lambda value: f"-{value.lstrip('-')}9"),
    "score above 100": in_columns(("raw_value", "published_index"), lambda value: "100.1"),
    "number times a thousand": number_to(lambda value: f"{value.split('.')[0]}000"),
    "rank 0": in_columns(("published_rank",), lambda value: "0"),
    "rank above the field": in_columns(("published_rank",), lambda value: "84"),
    "rank of a city with index moved": rank_moved(has_index=True),
    "rank of a city without index moved": rank_moved(has_index=False),
    "tendency off by one, both ranks known": tendency_moved(has_both_ranks=True),
    "tendency off by one, a rank unknown": tendency_moved(has_both_ranks=False),
    "unknown identifier": in_columns(IDENTIFIERS, lambda value: f"{value}x"),
    "identifier in capitals": in_columns(IDENTIFIERS, str.upper),
    "look-alike letter": in_columns((*IDENTIFIERS, *TEXTS), lambda value: value.replace("a", "а")),
    "decomposed name": in_columns(TEXTS, lambda value: unicodedata.normalize("NFD", value)),
    "trailing space": in_columns((*IDENTIFIERS, *TEXTS, *NUMBERS), lambda value: f"{value} "),
    "unknown rule": in_columns(
        (
            "normalisation",
            "aggregation",
            "missing_value_rule",
            "rank_taken_on",
            "role",
            "node_type",
        ),
        lambda value: f"{value}_2",
    ),
    "weight 0": in_columns(("weight",), lambda value: "0"),
    "previous edition in a circle": in_columns(("previous_edition",), lambda value: "2025"),
    "source emptied": in_columns(("source",), lambda value: ""),
    "row twice": lambda seed: seed.with_row(lambda rows, n: [*rows, rows[n]]),
    "row deleted": lambda seed: seed.with_row(lambda rows, n: rows[:n] + rows[n + 1 :]),
    "field dropped": lambda seed: seed.with_row(
        lambda rows, n: [*rows[:n], rows[n][:-1], *rows[n + 1 :]]
    ),
    "field added": lambda seed: seed.with_row(
        lambda rows, n: [*rows[:n], [*rows[n], "x"], *rows[n + 1 :]]
    ),
    "blank line": lambda seed: seed.with_row(lambda rows, n: [*rows[:n], [], *rows[n:]]),
    "rows in another order": lambda seed: seed.with_row(lambda rows, n: rows[n:] + rows[:n]),
    "quotes around every value": quoted,
    "quote not closed": lambda seed: seed.text.encode() + b'"',
    "header name changed": header_named(lambda names: [*names[:-1], f"{names[-1]}_2"]),
    "header name dropped": header_named(lambda names: names[:-1]),
    "header name added": header_named(lambda names: [*names, "note_2"]),
    "header names swapped": swapped_header,
    "columns swapped": swapped_columns,
    "semicolons": lambda seed: seed.text.replace(",", ";").encode(),
    "byte order mark": lambda seed: b"\xef\xbb\xbf" + seed.text.encode(),
    "Latin-1": lambda seed: None if seed.text.isascii() else seed.text.encode("latin-1", "replace"),
    "NUL byte": lambda seed: seed.text.encode() + b"\x00",
    "CRLF": lambda seed: seed.text.replace("\n", "\r\n").encode(),
    "empty file": lambda seed: b"",
    "header only": lambda seed: seed.content([]),
    "file cut inside a line": cut_at_byte,
    "file cut at a line": cut_at_line,
}


def make_faults(seed_files: list[Path], count: int, generator: random.Random) -> list[Fault]:
    """Return mutations of all kinds in turn, each of a random file that the kind fits.

    Args:
        seed_files: the files to choose from.
        count: number of mutations.
        generator: source of randomness.
    """
    faults: list[Fault] = []
    while len(faults) < count:
        for kind, mutate in KINDS.items():
            for path in generator.sample(seed_files, len(seed_files)):
                content = mutate(SeedText(path, generator))
                if content is not None and content != path.read_bytes():
                    faults.append(Fault(path, kind, content))
                    break
    return faults[:count]


def mart_checksums(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return a checksum over all rows of every mart."""
    marts = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'main'"
    ).fetchall()
    return {
        mart: connection.execute(
            f"select md5(string_agg(cast(mart as varchar), '|' order by cast(mart as varchar)))"
            f" from main.{mart} as mart"
        ).fetchall()[0][0]
        for (mart,) in marts
        if mart not in EXCLUDED_MARTS
    }


def seed_checksums(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return a checksum over all rows of every seed, in their order."""
    seeds = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'main_seeds'"
    ).fetchall()
    return {
        seed: connection.execute(
            f"select md5(string_agg(cast(seed as varchar), '|' order by rowid))"
            f" from main_seeds.{seed} as seed"
        ).fetchall()[0][0]
        for (seed,) in seeds
    }


def outcome_of(
    plan: Plan, expected_seeds: dict[str, str], expected: dict[str, str]
) -> tuple[str, str]:
    """Check and build the project as it is now.

    Where the same rows were loaded in the same order, the models would compute what they have
    computed: then only the data test that reads the files themselves is run.

    Args:
        plan: the build without dbt.
        expected_seeds: checksums of the seeds of the untouched project.
        expected: checksums of the marts of the untouched project.

    Returns:
        The outcome, and what said it: a finding, a test, an error or the marts that changed.
    """
    findings = check_project(plan.project_dir)
    if findings:
        return "gate", str(findings[0])
    try:
        with built_without_dbt(replace(plan, models=[])) as connection:
            is_same = seed_checksums(connection) == expected_seeds
            for statement in [] if is_same else plan.models:
                connection.execute(statement)
            for name, query, expected_count in plan.tests:
                if is_same and name != TEST_OF_FILES:
                    continue
                ((found,),) = connection.execute(query).fetchall()
                if found > 0 and expected_count == 0:
                    return "data test", name
            if is_same:
                return "harmless", ""
            found_checksums = mart_checksums(connection)
    except duckdb.Error as error:
        return "error", str(error).splitlines()[0]
    changed = [mart for mart in expected if found_checksums[mart] != expected[mart]]
    return ("changed", ", ".join(changed)) if changed else ("harmless", "")


def run_campaign(count: int, seed: int, built: Path | None) -> list[dict[str, str]]:
    """Run the campaign.

    Args:
        count: number of mutations.
        seed: seed of the randomness.
        built: a copy of the project that dbt has built with its data tests, which is left as it
            is; None to build one.

    Returns:
        Per mutation its kind, file, outcome and what said it.
    """
    results = []
    with tempfile.TemporaryDirectory() as directory:
        project_dir = Path(directory) / "project"
        if built:
            shutil.copytree(built, project_dir)
        else:
            use_few_draws(copy_project(project_dir))
            fresh_build(project_dir, *WITHOUT_UNIT_TESTS)
        os.chdir(project_dir)  # relative paths in the SQL mean the project
        try:
            plan = make_plan(project_dir, project_dir / "build" / "faults" / DATABASE_NAME)
            with built_without_dbt(plan) as connection:
                expected_seeds, expected = seed_checksums(connection), mart_checksums(connection)
            seed_files = sorted(project_dir.glob("seeds/**/*.csv"))
            for fault in make_faults(seed_files, count, random.Random(seed)):
                original = fault.file.read_bytes()
                fault.file.write_bytes(fault.content)
                outcome, detail = outcome_of(plan, expected_seeds, expected)
                fault.file.write_bytes(original)
                file = fault.file.relative_to(project_dir).as_posix()
                results.append(
                    {"kind": fault.kind, "file": file, "outcome": outcome, "detail": detail}
                )
                print(f"{len(results)}/{count} {outcome:>9}  {fault.kind}: {file}", flush=True)
        finally:
            os.chdir(PROJECT_ROOT)
    return results


def unexplained_changes(results: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the mutations that changed a mart unseen, though their kind must not."""
    return [
        result
        for result in results
        if result["outcome"] == "changed" and result["kind"] not in ALLOWED_CHANGES
    ]


def print_table(results: list[dict[str, str]]) -> None:
    """Print the number of mutations per kind and outcome, and the totals."""
    counts = Counter((result["kind"], result["outcome"]) for result in results)
    print(f"\n{'kind':<36}" + "".join(f"{outcome:>11}" for outcome in OUTCOMES))
    for kind in KINDS:
        row = [counts[kind, outcome] for outcome in OUTCOMES]
        print(f"{kind:<36}" + "".join(f"{number:>11}" for number in row))
    totals = Counter(result["outcome"] for result in results)
    print(f"{'all':<36}" + "".join(f"{totals[outcome]:>11}" for outcome in OUTCOMES))
    for kind, reason in ALLOWED_CHANGES.items():
        print(f"{counts[kind, 'changed']} changed by '{kind}': {reason}")


def main() -> int:
    """Run the campaign and print its table; returns 1 if a mart changed unseen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutations", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--built", type=Path, metavar="PROJECT")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    json_file = arguments.json.resolve() if arguments.json else None
    results = run_campaign(arguments.mutations, arguments.seed, arguments.built)
    if json_file:
        json_file.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print_table(results)
    for result in unexplained_changes(results):
        print(f"changed unseen: {result['kind']}: {result['file']}: {result['detail']}")
    return 1 if unexplained_changes(results) else 0


if __name__ == "__main__":
    sys.exit(main())
