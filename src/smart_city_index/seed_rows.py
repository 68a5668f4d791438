"""Add rows to CSV files of an index: checked by the gate first, written whole or not at all."""

from __future__ import annotations

import bisect
import contextlib
import csv
import io
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import UserError
from .check import CheckedInput, InputError, Request, checked_input
from .directories import sync_directory
from .gate import EXTERNAL, RECORDED, InputGate
from .reader import BYTE_ORDER_MARK, Finding

Row = dict[str, str]
WITHOUT_FINGERPRINTS = frozenset({RECORDED})


@dataclass(frozen=True)
class NewRow:
    """A row to be written.

    Attributes:
        values: texts by column; a column that is not named is empty.
        origin: file and line that it comes from, for findings.
        replaces: line of the row that it takes the place of, from 1; 0 if it is new.
    """

    values: Row
    origin: tuple[str, int]
    replaces: int = 0


@dataclass(frozen=True)
class Change:
    """A file with its new rows.

    Attributes:
        seed: name of the seed.
        path: the file.
        old: its bytes as they are, None if there is no file.
        new: its bytes as they shall be.
        origins: where each new row comes from, by its line in the new file.
    """

    seed: str
    path: Path
    old: bytes | None
    new: bytes
    origins: dict[int, tuple[str, int]]


def recorded_rows(gate: InputGate, seed: str, **where: str) -> Iterator[tuple[str, int, Row]]:
    """Yield file, line and texts of the rows of a seed, those from outside included.

    Args:
        gate: the input.
        seed: name of the seed.
        where: text that a column must have, by its name.
    """
    tables = [name for name, found in gate.tables.items() if found.added_to == seed]
    for table in filter(gate.tables.__contains__, [seed, *tables, f"{EXTERNAL}{seed}"]):
        condition = " and ".join([f"{column} = ?" for column in where] or ["true"])
        columns = list(gate.tables[table].types)
        for file, line, *texts in gate.connection.execute(
            f"select gate_file, gate_line, {', '.join(columns)} from texts.{table}"
            f" where {condition} order by gate_file, gate_line",
            list(where.values()),
        ).fetchall():
            yield gate.files[file], line, dict(zip(columns, [t or "" for t in texts], strict=True))


def seed_path(checked: CheckedInput, seed: str) -> Path:
    """Return the file of a seed, which an index folder may not have yet."""
    if checked.folder is None:
        return checked.gate.seeds[seed].path.resolve()
    files = checked.folder.seed_files
    return files[seed].path if seed in files else checked.folder.path.resolve() / f"{seed}.csv"


def with_rows(
    checked: CheckedInput,
    seed: str,
    new_rows: Sequence[NewRow],
    *,
    sort_key: Callable[[Row], Any] | None = None,
    after: Callable[[Row], bool] | None = None,
) -> Change:
    """Return a file with new rows; every other row keeps its bytes.

    Args:
        checked: the input as it is.
        seed: name of the seed.
        new_rows: the rows.
        sort_key: where the file is in its order, new rows keep it; otherwise they go to the end.
        after: without a sort key: they go behind the last row for which this is true.
    """
    path = seed_path(checked, seed)
    old = path.read_bytes() if path.exists() else None
    columns = list(checked.gate.seeds[seed].types)
    header, *lines = (old or (",".join(columns) + "\n").encode()).splitlines(keepends=True)
    columns = next(csv.reader([header.removeprefix(BYTE_ORDER_MARK).decode()]))
    end = "\r\n" if header.endswith(b"\r\n") else "\n"

    def parsed(line: bytes) -> Row:
        return dict(zip(columns, next(csv.reader([line.decode()])), strict=True))

    def written(row: NewRow) -> bytes:
        text = io.StringIO()
        values = [row.values.get(column, "") for column in columns]
        csv.writer(text, lineterminator=end).writerow(values)
        return text.getvalue().encode()

    entries: list[tuple[bytes, NewRow | None]] = [(line, None) for line in lines]
    keys = [sort_key(parsed(line)) for line in lines] if sort_key else []
    if sort_key and keys == sorted(keys):
        for number in sorted((row.replaces for row in new_rows if row.replaces), reverse=True):
            del entries[number - 2], keys[number - 2]
        for row in new_rows:
            key = sort_key(row.values)
            position = bisect.bisect_right(keys, key)
            keys.insert(position, key)
            entries.insert(position, (written(row), row))
    else:
        matching = [n for n, line in enumerate(lines) if after and after(parsed(line))]
        for row in new_rows:
            if row.replaces:
                entries[row.replaces - 2] = (written(row), row)
        position = matching[-1] + 1 if matching else len(entries)
        entries[position:position] = [(written(row), row) for row in new_rows if not row.replaces]
    origins = {line: row.origin for line, (_, row) in enumerate(entries, 2) if row}
    return Change(seed, path, old, header + b"".join(line for line, _ in entries), origins)


def check_changes(request: Request, run_dir: Path, changes: Sequence[Change]) -> list[Finding]:
    """Return what the gate finds in the input with the changes; the files stay as they are.

    Fingerprints are left out: whoever has compared the rows records them afterwards.

    Args:
        request: what is changed.
        run_dir: fresh directory to work in.
        changes: the files.
    """
    after = run_dir / "after"
    after.mkdir()
    staged = {change.seed: after / f"{change.seed}.csv" for change in changes}
    for change in changes:
        staged[change.seed].write_bytes(change.new)
    origins = {change.path.name: change.origins for change in changes}
    try:
        with checked_input(request, after, WITHOUT_FINGERPRINTS, staged):
            return []
    except InputError as error:
        return [
            replace(finding, file=origin[0], line=origin[1])
            if (origin := origins.get(Path(finding.file).name, {}).get(finding.line))
            else finding
            for finding in error.findings
        ]


def write_changes(changes: Sequence[Change]) -> None:
    """Write files: all of them beside their places first, then each in one step.

    Args:
        changes: the files.

    Raises:
        UserError: a file cannot be written, or has changed since it was read.
    """
    temporary: Mapping[Path, Path] = {
        change.path: change.path.with_name(f".{change.path.name}.new") for change in changes
    }
    try:
        for change in changes:
            with temporary[change.path].open("wb") as stream:
                stream.write(change.new)
                stream.flush()
                os.fsync(stream.fileno())
            if change.old is not None:
                shutil.copymode(change.path, temporary[change.path])
        for change in changes:
            if (change.path.read_bytes() if change.path.exists() else None) != change.old:
                raise UserError(f"{change.path} was changed meanwhile: start anew")
        for change in changes:
            temporary[change.path].replace(change.path)
            sync_directory(change.path.parent)
    except OSError as error:
        raise UserError(f"cannot write {error.filename}: {error.strerror}") from error
    finally:
        for file in temporary.values():
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
