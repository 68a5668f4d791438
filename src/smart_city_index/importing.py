"""Turn what a person can copy into checked rows of the seeds.

    sci import page duesseldorf.txt --ranking smart_city_index --edition 2025 --source URL

Shows what is understood, line by line, and what is not. With --write the rows are written, if
nothing is left that is not understood, contradicts another figure, or breaks a rule of the gate.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from . import UserError
from .check import CheckedInput, add_input_arguments, checked_input, request_of, run_directory
from .copied_text import (
    INDEX,
    RANK,
    READERS,
    Edition,
    Node,
    Options,
    Reading,
    Statement,
    read_lines,
)
from .cross_check import CrossCheck, Known, Recorded
from .gate import InputGate
from .reader import FileError
from .seed_rows import (
    WITHOUT_FINGERPRINTS,
    Change,
    NewRow,
    Row,
    check_changes,
    recorded_rows,
    with_rows,
    write_changes,
)

NO_RANK = 10**9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sci import`."""
    parser.add_argument(
        "kind",
        choices=READERS,
        help="page: a city's page; table: lines such as 6 +11 NAME 85.8;"
        " sheet: CSV with semicolons, a row per city",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the copied text")
    parser.add_argument("--ranking", metavar="ID", help="ranking_id, if there are several")
    parser.add_argument("--edition", metavar="YEAR", help="if no line is RANKING YEAR")
    parser.add_argument("--category", metavar="ID", help="of a table without a heading")
    parser.add_argument("--source", required=True, metavar="URL", help="where it is published")
    parser.add_argument(
        "--leave-out",
        action="append",
        default=[],
        metavar="LINES|NAME",
        help="lines (3,7-9) not to read, a node that a page lacks, or a column of a sheet",
    )
    parser.add_argument(
        "--name", action="append", default=[], metavar="LINE=ID", help="what a line is about"
    )
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="CITY:NODE:FIGURE",
        help="a contradiction of the publisher's",
    )
    parser.add_argument("--digits", type=int, metavar="N", help="digits after the point")
    parser.add_argument("--write", action="store_true", help="write the rows")
    add_input_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Import a text; returns the exit code."""
    request = request_of(arguments)
    shown = str(arguments.file)
    try:
        options = options_of(arguments)
        lines, encoding = read_lines(arguments.file)
        with run_directory(request) as run_dir:
            with checked_input(request, run_dir, WITHOUT_FINGERPRINTS) as checked:
                ranking, edition = edition_of(checked.gate, lines, arguments)
                known = read_known(checked.gate, ranking, edition)
                reading = understand(arguments.kind, shown, lines, known.about, options)
                changes = compare(checked, known, reading, arguments.source, arguments.accept)
            if changes and not reading.findings:
                reading.findings += check_changes(request, run_dir, changes)
            if encoding != "utf-8-sig":
                print(f"{shown} is no UTF-8 and was read as Windows-1252.")
            for line, note in sorted(reading.notes.items()):
                print(f"{shown}:{line}: {note}")
            for finding in sorted(reading.findings, key=lambda found: found.line):
                print(finding, file=sys.stderr)
            if reading.findings:
                print(f"{len(reading.findings)} findings: nothing is written.", file=sys.stderr)
                return 1
            if not changes:
                print("Nothing changes: every figure is recorded already.")
                return 0
            if arguments.write:
                write_changes(changes)
    except FileError as error:
        print(error.finding(shown), file=sys.stderr)
        return 1
    for change in changes:
        verb = "Wrote" if arguments.write else "Would write"
        print(f"{verb} {len(change.origins)} rows into {change.path}.")
    if arguments.write:
        index = f" --index {arguments.index}" if arguments.index else ""
        print(
            "Now compare the rows with their source. Where source_fingerprints.csv is kept, enter"
            f" there what `sci fingerprints{index}` prints, with what you compared them with and"
            f" the day; then `sci check{index}`. Contradictions that you accepted belong into"
            " known_contradictions.csv."
        )
    else:
        print("Nothing is written: --write does.")
    return 0


def options_of(arguments: argparse.Namespace) -> Options:
    """Return what the command line says about a text.

    Raises:
        UserError: it cannot be meant so.
    """
    lines: set[int] = set()
    names: set[str] = set()
    for text in arguments.leave_out:
        if re.fullmatch(r"\d{1,6}(-\d{1,6})?(,\d{1,6}(-\d{1,6})?)*", text):
            for part in text.split(","):
                first, _, last = part.partition("-")
                lines.update(range(int(first), int(last or first) + 1))
        else:
            names.add(text)
    given = dict(text.partition("=")[::2] for text in arguments.name)
    if not all(line.isdecimal() and name for line, name in given.items()):
        raise UserError("--name must be LINE=IDENTIFIER")
    if not re.fullmatch(r"https?://\S+", arguments.source) and arguments.kind != "sheet":
        raise UserError("--source must be the address of what was copied")
    if not arguments.source.strip():
        raise UserError("--source must say where the figures are published")
    return Options(
        frozenset(lines),
        frozenset(names),
        {int(line): name for line, name in given.items()},
        arguments.digits,
        arguments.category,
    )


def edition_of(gate: InputGate, lines: list[str], arguments: argparse.Namespace) -> tuple[str, str]:
    """Return the ranking and the edition that a text is about.

    Raises:
        UserError: they are not certain, or there are none such.
    """
    rankings = {row["ranking_id"]: row for *_, row in recorded_rows(gate, "rankings")}
    ranking = arguments.ranking or (next(iter(rankings)) if len(rankings) == 1 else "")
    if ranking not in rankings:
        raise UserError(f"--ranking must be one of {', '.join(rankings)}")
    editions = [row["edition"] for *_, row in recorded_rows(gate, "editions", ranking_id=ranking)]
    found = {
        year
        for name in (rankings[ranking]["name_de"], rankings[ranking]["name_en"])
        for year in editions
        if f"{name} {year}" in (" ".join(line.split()) for line in lines)
    } | ({arguments.edition} if arguments.edition else set())
    if len(found) != 1 or not found <= set(editions):
        shown = f", found {' and '.join(sorted(found))}" if found else ""
        raise UserError(f"--edition must be one of {', '.join(editions)}{shown}")
    return ranking, found.pop()


def tree(gate: InputGate, methodology: str) -> dict[str, Node]:
    """Return the nodes of a methodology in the order of its tree."""
    rows = {
        row["node_id"]: row
        for *_, row in recorded_rows(gate, "framework", methodology_id=methodology)
    }

    def order(name: str) -> tuple[tuple[int, str], ...]:
        above = rows[name]["parent_node_id"]
        return (*(order(above) if above else ()), (int(rows[name]["sort_order"]), name))

    nodes = [(name, Node(row, order(name))) for name, row in rows.items()]
    return dict(sorted(nodes, key=lambda item: item[1].order))


def read_known(gate: InputGate, ranking: str, edition: str) -> Known:
    """Return what the seeds say about an edition."""
    editions = list(recorded_rows(gate, "editions"))
    row = {(r["ranking_id"], r["edition"]): r for *_, r in editions}[ranking, edition]
    trees = {r["methodology_id"]: tree(gate, r["methodology_id"]) for *_, r in editions}
    orders = {
        (r["ranking_id"], r["edition"]): {
            name: node.order for name, node in trees[r["methodology_id"]].items()
        }
        for *_, r in editions
    }
    members: dict[str, set[str]] = {edition: set(), row["previous_edition"]: set()}
    for *_, member in recorded_rows(gate, "ranking_members", ranking_id=ranking):
        for year, cities in members.items():
            last = member["last_edition"] or year
            if year and int(member["first_edition"]) <= int(year) <= int(last):
                cities.add(member["city_id"])
    (methodology,) = recorded_rows(gate, "methodologies", methodology_id=row["methodology_id"])
    (title,) = recorded_rows(gate, "rankings", ranking_id=ranking)
    about = Edition(
        [f"{title[2][name]} {edition}" for name in ("name_de", "name_en")],
        methodology[2],
        trees[row["methodology_id"]],
        {
            r["city_id"]: r
            for *_, r in recorded_rows(gate, "cities")
            if r["city_id"] in members[edition]
        },
        members[edition] - members[row["previous_edition"]],
        {
            r["line_id"]: {r["label_de"].casefold(), r["label_en"].casefold()}
            for *_, r in recorded_rows(gate, "profile_labels")
        },
    )
    known = Known(ranking, edition, about, orders)
    where = {"ranking_id": ranking, "edition": edition}
    for seed, node in (("published_results", "category_id"), ("indicator_scores", "indicator_id")):
        for file, line, r in recorded_rows(gate, seed, **where):
            known.recorded[r["city_id"], r[node]] = Recorded(file, line, r)
    for file, line, r in recorded_rows(gate, "city_facts", edition=edition):
        known.recorded[r["city_id"], ""] = Recorded(file, line, r)
    where["edition"] = row["previous_edition"]
    for *_, r in recorded_rows(gate, "published_results", **where):
        if r[RANK]:
            known.previous_ranks[r["category_id"], r["city_id"]] = int(r[RANK])
    where["edition"] = edition
    for *_, r in recorded_rows(gate, "known_contradictions", **where):
        known.contradictions[r["city_id"], r["category_id"], r["figure"]] = r
    return known


def understand(kind: str, file: str, lines: list[str], about: Edition, options: Options) -> Reading:
    """Return a text of a kind, as far as it is understood."""
    reading = Reading(file, lines, about, options)
    READERS[kind](reading)
    return reading


def compare(
    checked: CheckedInput, known: Known, reading: Reading, source: str, accepted: Iterable[str]
) -> list[Change]:
    """Return the files with the rows that a text adds or completes, and note what each line says.

    What contradicts a recorded figure or another one is a finding of the reading.
    """
    rows: dict[str, list[NewRow]] = {}
    for statement in reading.statements.values():
        seed, row, status = compared(known, reading, statement, source)
        figures = ", ".join(
            f"{column.removeprefix('published_')} {value}"
            for column, value in statement.figures.items()
            if column != "index_digits"
        )
        what = f"{statement.city}, {statement.node or 'facts'}: {figures}"
        note = "; ".join([f"{what}: {status}", *statement.notes])
        before = reading.notes.get(statement.line)
        reading.notes[statement.line] = f"{before} | {note}" if before else note
        if row:
            rows.setdefault(seed, []).append(row)
    CrossCheck(known, reading, set(accepted)).run()
    if reading.findings:
        return []
    keys: dict[str, Callable[[Row], Any]] = {
        "published_results": lambda r: (
            r["ranking_id"], int(r["edition"]),
            known.orders[r["ranking_id"], r["edition"]][r["category_id"]],
            int(r[RANK] or NO_RANK), r["city_id"],
        ),
        "indicator_scores": lambda r: (
            r["ranking_id"], int(r["edition"]), r["city_id"],
            known.orders[r["ranking_id"], r["edition"]][r["indicator_id"]],
        ),
        "city_facts": lambda r: (r["city_id"], int(r["edition"])),
    }  # fmt: skip
    return [
        with_rows(
            checked,
            seed,
            sorted(new, key=lambda row: keys[seed](row.values)),
            sort_key=keys[seed],
        )
        for seed, new in rows.items()
    ]


def compared(
    known: Known, reading: Reading, statement: Statement, source: str
) -> tuple[str, NewRow | None, str]:
    """Return the seed of a statement, the row to be written if there is one, and what it is."""
    city, node = statement.city, statement.node
    if not node:
        seed, base = "city_facts", {"city_id": city, "edition": known.edition}
    else:
        is_category = known.about.nodes[node].is_category
        seed = "published_results" if is_category else "indicator_scores"
        base = {"ranking_id": known.ranking, "edition": known.edition, "city_id": city}
        base |= {"category_id": node} if is_category else {"indicator_id": node}
        base |= {RANK: ""} if is_category else {"is_not_applicable": "false"}
    origin = (reading.file, statement.line)
    recorded = known.recorded.get((city, node))
    if recorded is None:
        return seed, NewRow({**base, **statement.figures, "source": source}, origin), "new"
    added: Row = {}
    status = "recorded already"
    for column, value in statement.figures.items():
        old = recorded.row[column]
        if column == "index_digits":
            added |= {column: value} if INDEX in added else {}
        elif not old and recorded.row.get("is_not_applicable") != "true":
            added[column] = value
        elif not old or not agree(old, value):
            status = "contradicts what is recorded"
            reading.find(
                statement.line,
                value,
                f"contradicts {old or 'not applicable'} in {recorded.file}:{recorded.line}"
                f" ({recorded.row['source']}); here: {source}",
                "Nothing is overwritten: correct that row if it is wrong, or --leave-out "
                f"{statement.line}.",
                column,
            )
    if not added:
        return seed, None, status
    sources = recorded.row["source"].split(" ; ")
    joined = " ; ".join(sources if source in sources else [*sources, source])
    values = {**recorded.row, **added, "source": joined}
    return seed, NewRow(values, origin, recorded.line), f"completes {', '.join(added)}"


def agree(one: str, other: str) -> bool:
    """Return whether two figures are the same, to the digits of the one that has fewer."""
    figures = sorted((Decimal(one), Decimal(other)), key=lambda figure: figure.as_tuple().exponent)
    return figures[0].quantize(figures[1], ROUND_HALF_UP) == figures[1]
