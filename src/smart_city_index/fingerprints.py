"""Print the rows of source_fingerprints.csv that are to be recorded.

    sci fingerprints

A row per seed and source whose transcribed rows are not those recorded. What they were compared
with, and on which day, is left empty: whoever compares them fills it in; the gate asks for it.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator

from .check import add_input_arguments, checked_input, request_of, run_directory
from .gate import RECORDED, InputGate

SEED = "source_fingerprints"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sci fingerprints`."""
    add_input_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what is to be recorded; returns the exit code."""
    request = request_of(arguments)
    with (
        run_directory(request) as run_dir,
        checked_input(request, run_dir, frozenset({RECORDED})) as checked,
    ):
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(checked.gate.seeds[SEED].types)
        writer.writerows(rows_to_record(checked.gate))
    return 0


def rows_to_record(gate: InputGate) -> Iterator[tuple[str, str, int, str, str, str]]:
    """Yield a row of the seed for every source whose rows are not those recorded.

    Args:
        gate: the input, checked.
    """
    yield from gate.connection.execute(
        "select seed_name, source, row_count, fingerprint, '' as compared_with, '' as recorded_on"
        f" from ({gate.templates.macro('source_fingerprints')}) as found"
        f" anti join {SEED} using (seed_name, source, row_count, fingerprint)"
        " order by seed_name, source"
    ).fetchall()
