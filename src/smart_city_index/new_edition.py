"""Start an edition of a ranking with the tree and the members of another, without figures.

    sci new-edition smart_city_index 2025 2026 --source URL

The tree is copied under a name of its own, to be edited: its edition has is_method_changed beside
its tendencies. Where nothing changes, --same-methodology keeps the old tree.
"""

from __future__ import annotations

import argparse
import sys

from . import UserError
from .check import CheckedInput, add_input_arguments, checked_input, request_of, run_directory
from .gate import InputGate
from .seed_rows import (
    WITHOUT_FINGERPRINTS,
    Change,
    NewRow,
    check_changes,
    recorded_rows,
    with_rows,
    write_changes,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sci new-edition`."""
    parser.add_argument("ranking", help="ranking_id")
    parser.add_argument("edition", help="the edition whose tree is copied")
    parser.add_argument("new_edition", help="the new one, a later year")
    parser.add_argument("--source", required=True, metavar="URL", help="where it is published")
    parser.add_argument(
        "--methodology",
        metavar="ID",
        help="of the new tree; default: the old one with the new year",
    )
    parser.add_argument(
        "--same-methodology", action="store_true", help="nothing changes: copy no tree"
    )
    parser.add_argument("--write", action="store_true", help="write the rows")
    add_input_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Start an edition; returns the exit code."""
    request = request_of(arguments)
    with run_directory(request) as run_dir:
        with checked_input(request, run_dir, WITHOUT_FINGERPRINTS) as checked:
            changes = new_rows(checked, arguments)
            carried, gone = members(checked.gate, arguments)
        findings = check_changes(request, run_dir, changes)
        for finding in findings:
            print(finding, file=sys.stderr)
        if findings:
            print("Nothing is written.", file=sys.stderr)
            return 1
        if arguments.write:
            write_changes(changes)
    verb = "Wrote" if arguments.write else "Would write"
    for change in changes:
        print(f"{verb} {len(change.origins)} rows into {change.path}.")
    print(
        f"Members of {arguments.new_edition}: {carried}"
        + (f"; no longer: {', '.join(gone)}" if gone else "")
        + ". Who joins or leaves is a row or a last_edition in ranking_members.csv; a copied"
        " methodology has the name and the description of the old one: edit them."
    )
    if not arguments.write:
        print("Nothing is written: --write does.")
    return 0


def new_rows(checked: CheckedInput, arguments: argparse.Namespace) -> list[Change]:
    """Return the files with the rows of the new edition.

    Args:
        checked: the input as it is.
        arguments: those of the command line.

    Raises:
        UserError: the edition cannot be made from the other.
    """
    gate, ranking = checked.gate, arguments.ranking
    old, new = arguments.edition, arguments.new_edition
    editions = {
        row["edition"]: (file, line, row)
        for file, line, row in recorded_rows(gate, "editions", ranking_id=ranking)
    }
    if old not in editions:
        known = ", ".join(editions) or "none: there is no such ranking"
        raise UserError(f"{ranking} has no edition {old}; known are {known}")
    if new in editions:
        file, line, _ = editions[new]
        raise UserError(f"{file}:{line}: {ranking} has the edition {new} already")
    if not new.isdecimal() or int(new) <= max(map(int, editions)):
        raise UserError(f"the new edition must be a year after {max(editions, key=int)}: {new!r}")
    _, line, row = editions[old]
    methodology = row["methodology_id"]
    copied = arguments.methodology or (
        f"{methodology.removesuffix(f'_{old}')}_{new}" if not arguments.same_methodology else ""
    )
    if arguments.methodology and arguments.same_methodology:
        raise UserError("--methodology has no effect with --same-methodology")
    if copied and list(recorded_rows(gate, "methodologies", methodology_id=copied)):
        raise UserError(f"there is a methodology {copied} already: name another, --methodology ID")
    edition = {
        "ranking_id": ranking,
        "edition": new,
        "previous_edition": max(editions, key=int),
        "methodology_id": copied or methodology,
        "source": arguments.source,
    }
    origin = ("", 0)
    changes = [
        with_rows(
            checked, "editions", [NewRow(edition, origin)],
            after=lambda found: found["ranking_id"] == ranking,
        )
    ]  # fmt: skip
    for seed in ("methodologies", "framework") if copied else ():
        rows = [
            NewRow({**found, "methodology_id": copied, "source": arguments.source}, origin)
            for *_, found in recorded_rows(gate, seed, methodology_id=methodology)
        ]
        changes.append(
            with_rows(
                checked, seed, rows, after=lambda found: found["methodology_id"] == methodology
            )
        )
    return changes


def members(gate: InputGate, arguments: argparse.Namespace) -> tuple[int, list[str]]:
    """Return how many members the new edition has, and who of the copied one is none any more.

    A member without last_edition is one of every later edition: nothing is to be copied.

    Raises:
        UserError: the new edition would have no members.
    """
    old, new = int(arguments.edition), int(arguments.new_edition)
    before, after = (
        {
            row["city_id"]
            for *_, row in recorded_rows(gate, "ranking_members", ranking_id=arguments.ranking)
            if int(row["first_edition"]) <= edition <= int(row["last_edition"] or edition)
        }
        for edition in (old, new)
    )
    if not after:
        raise UserError(f"ranking_members.csv: {new} would have no members; all end before")
    return len(after), sorted(before - after)
