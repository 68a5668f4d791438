"""Turn what a person can copy into checked rows of the seeds.

    sci import page duesseldorf.txt --ranking smart_city_index --edition 2025 --source URL

Shows what is understood, line by line, and what is not. With --write the rows are written, if
nothing is left that is not understood, contradicts another figure, or breaks a rule of the gate.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from . import UserError
from .check import CheckedInput, add_input_arguments, checked_input, request_of, run_directory
from .copied_text import (
    INDEX,
    RANK,
    READERS,
    SCORE,
    TENDENCY,
    Edition,
    Node,
    Options,
    Reading,
    Statement,
    read_lines,
)
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

Interval = tuple[Decimal, Decimal]
NO_RANK = 10**9


@dataclass(frozen=True)
class Recorded:
    """A row that the seeds have: where it stands, and its texts by column."""

    file: str
    line: int
    row: Row


@dataclass
class Known:
    """What the seeds say about an edition.

    Attributes:
        ranking, edition: which one it is.
        about: its tree and its cities.
        orders: place of every node in its tree, by ranking and edition.
        recorded: rows of figures by city and node (of a city's facts: an empty text).
        previous_ranks: recorded ranks of the edition before, by node and city.
        contradictions: rows of known_contradictions by city, node and figure.
    """

    ranking: str
    edition: str
    about: Edition
    orders: Mapping[tuple[str, str], Mapping[str, Any]]
    recorded: dict[tuple[str, str], Recorded] = field(default_factory=dict)
    previous_ranks: dict[tuple[str, str], int] = field(default_factory=dict)
    contradictions: dict[tuple[str, str, str], Row] = field(default_factory=dict)


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
    except UserError as error:
        print(error, file=sys.stderr)
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
        if re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", text):
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


def interval(text: str, digits: int) -> Interval:
    """Return what a figure printed with so many digits may stand for."""
    half = Decimal(5).scaleb(-digits - 1)
    return Decimal(text) - half, Decimal(text) + half


class CrossCheck:
    """Compares what a text states with what else is known of the edition.

    Attributes:
        known: what the seeds say.
        reading: the text; takes up the findings.
        accepted: contradictions that the user accepts, CITY:NODE:FIGURE.
        figures: texts by city and node, those of the seeds and of the text.
    """

    def __init__(self, known: Known, reading: Reading, accepted: set[str]) -> None:
        self.known = known
        self.nodes = known.about.nodes
        self.reading = reading
        self.accepted = accepted
        self.unused = set(accepted)
        self.figures: dict[tuple[str, str], Row] = {
            key: dict(recorded.row) for key, recorded in known.recorded.items()
        }
        for key, statement in reading.statements.items():
            old = {column: text for column, text in self.figures.get(key, {}).items() if text}
            self.figures[key] = {**statement.figures, **old}

    def run(self) -> None:
        """Find every contradiction in which a figure of the text takes part."""
        stated = [key for key in self.reading.statements if key[1]]
        nodes = {node for _, node in stated if self.nodes[node].is_category}
        parents = {(city, self.nodes[node].parent) for city, node in stated}
        for city, node in sorted({*stated, *parents}):
            if node and self.nodes[node].is_category:
                self.check_index(city, node)
        for node in nodes:
            self.check_ranks(node, {city for city, other in stated if other == node})
        for name in sorted(self.unused if not self.reading.findings else ()):
            self.reading.find(0, name, "--accept has no effect", "Leave it out.")

    def contradiction(
        self, city: str, node: str, figure: str, rule: str, computed: Interval | None = None
    ) -> None:
        """Take up a contradiction, unless it is a known one or accepted.

        Args:
            city: the city.
            node: the node.
            figure: rank, tendency or index.
            rule: what contradicts it.
            computed: what the other figures give, if they do.
        """
        name = f"{city}:{node}:{figure}"
        value = self.figures[city, node][f"published_{figure}"]
        listed = self.known.contradictions.get((city, node, figure))
        is_listed = listed is not None and Decimal(listed["published_value"]) == Decimal(value)
        if is_listed and listed and computed:
            least, greatest = interval(listed["contradicting_value"], self.digits(city, node))
            is_listed = computed[0] <= greatest and least <= computed[1]
        if name in self.accepted or is_listed:
            self.unused.discard(name)
            return
        children = [name for name, child in self.nodes.items() if child.parent == node]
        line = next(filter(None, (self.line(city, name) for name in (node, *children))))
        advice = f"Look at the source; if it is the publisher's, say --accept {name}."
        self.reading.find(line, value, f"{rule} ({city}, {node})", advice, f"published_{figure}")

    def line(self, city: str, node: str) -> int:
        """Return the line of the text that states a figure; 0 if none does."""
        statement = self.reading.statements.get((city, node))
        return statement.line if statement else 0

    def other(self, city: str, node: str) -> str:
        """Return a city with its line, if the text states its figure."""
        line = self.line(city, node)
        return f"{city} (line {line})" if line else city

    def digits(self, city: str, node: str) -> int:
        """Return the digits after the point of an index or a score that is known."""
        figures = self.figures[city, node]
        text = figures.get("index_digits")
        return int(text) if text else len(figures.get(SCORE, "").partition(".")[2])

    def known_interval(self, city: str, node: str) -> Interval | None:
        """Return what an index or a score that is printed may stand for; None if there is none."""
        row = self.figures.get((city, node), {})
        text = row.get(INDEX) if self.nodes[node].is_category else row.get(SCORE)
        if not text or not (
            self.nodes[node].is_category or self.nodes[node].row["normalisation"] == "none"
        ):
            return None
        return interval(text, self.digits(city, node))

    def computed(self, city: str, node: str) -> Interval | None:
        """Return the index that the figures right below a node give; None if they do not."""
        row = self.nodes[node].row
        children = [name for name, child in self.nodes.items() if child.parent == node]
        intervals = [self.known_interval(city, child) for child in children]
        if row["aggregation"] != "arithmetic" or not children or None in intervals:
            return None
        share = Decimal(row["project_cap_share"] or 0)
        scale = Decimal(self.known.about.methodology["scale_maximum"])
        ends = []
        for end in (0, 1):
            total, weights, points = Decimal(0), Decimal(0), Decimal(0)
            for child, found in zip(children, intervals, strict=True):
                assert found is not None
                if self.nodes[child].row["role"] == "project":
                    points += found[end]
                else:
                    weight = Decimal(self.nodes[child].row["weight"])
                    total, weights = total + weight * found[end], weights + weight
            points = min(points, share * scale * weights)
            ends.append((total + points) / weights / (1 + share))
        return ends[0], ends[1]

    def check_index(self, city: str, node: str) -> None:
        """Compare a printed index with what the figures below it give."""
        printed, computed = self.known_interval(city, node), self.computed(city, node)
        if printed and computed and (computed[1] < printed[0] or printed[1] < computed[0]):
            shown = " to ".join(f"{end:.3f}" for end in computed)
            rule = f"is not the index that the figures below it give, which is {shown}"
            self.contradiction(city, node, "index", rule, computed)

    def check_ranks(self, node: str, stated: set[str]) -> None:
        """Compare ranks, tendencies and indices of a node with those of all other cities.

        Args:
            node: the category.
            stated: the cities that the text states it of.
        """
        is_exact = self.known.about.methodology["rank_taken_on"] == "unrounded"
        ranked: list[tuple[int, str]] = []
        for (city, other), row in self.figures.items():
            if other == node and row.get(RANK):
                ranked.append((int(row[RANK]), city))
        ranked.sort()
        for (rank, city), (next_rank, next_city) in pairwise(ranked):
            if rank == next_rank and is_exact and {city, next_city} & stated:
                named, holder = (city, next_city) if city in stated else (next_city, city)
                rule = f"is also the rank of {self.other(holder, node)}"
                self.contradiction(named, node, "rank", rule)
        with_index = [
            (rank, city, found)
            for rank, city in ranked
            if (found := self.known_interval(city, node))
        ]
        for (rank, city, index), (next_rank, next_city, next_index) in pairwise(with_index):
            is_wrong = next_index[0] >= index[1] or (
                not is_exact and rank == next_rank and index != next_index
            )
            if is_wrong and {city, next_city} & stated:
                named, other = (city, next_city) if city in stated else (next_city, city)
                rule = f"does not stand in the order of the ranks: see {self.other(other, node)}"
                self.contradiction(named, node, "index", rule)
        self.check_tendencies(node, ranked, stated)

    def check_tendencies(self, node: str, ranked: list[tuple[int, str]], stated: set[str]) -> None:
        """Compare tendencies with the ranks before, recorded or implied by other tendencies."""
        before = {
            rank: city for (other, city), rank in self.known.previous_ranks.items() if other == node
        }
        is_exact = self.known.about.methodology["rank_taken_on"] == "unrounded"
        for rank, city in sorted(ranked, key=lambda item: item[1] in stated):
            tendency = self.figures[city, node].get(TENDENCY)
            if not tendency:
                continue
            implied = rank + int(tendency)
            recorded = self.known.previous_ranks.get((node, city), implied)
            rule = ""
            if city in self.known.about.newcomers:
                rule = "must be empty: the city was not in the edition before"
            elif implied != recorded:
                rule = f"is not rank {recorded} of the edition before less rank {rank}"
            elif is_exact and before.setdefault(implied, city) != city:
                other = self.other(before[implied], node)
                rule = f"implies the rank {implied} before, which is that of {other}"
            if rule and city in stated:
                self.contradiction(city, node, "tendency", rule)
