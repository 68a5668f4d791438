"""Read a CSV file once, as text, in the one dialect of this project.

The dialect: UTF-8, with or without byte order mark; lines end with LF or CRLF; fields are separated
by commas; a field may stand in double quotes, and a double quote inside it is doubled; the first
line is the header. Nothing is guessed from the content. What is wrong with the file as a whole is
an error here; what its values may be is up to the gate.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import hashlib
import os
import re
import stat
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Longer lines are no rows of figures; the limit also bounds what a header may make the gate do.
MAXIMUM_LINE_BYTES = 1 << 20
SHOWN_CHARACTERS = 60
SHOWN_NAMES = 5
# A file with more broken lines is another one than its name says.
MAXIMUM_BROKEN_LINES = 10_000
CHUNK_BYTES = 1 << 20
# A FIFO without a writer would wait for ever.
OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with the input.

    Attributes:
        file: the file, as the user knows it.
        line: line of the file (of a Parquet file: row), from 1; 0 if the whole file is meant.
        column: name of the column; empty if the whole line is meant.
        value: the value found, in full.
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
        """Return the finding as one line for people; a long value is shortened."""
        file = shortened(printable(self.file), 4 * SHOWN_CHARACTERS)
        place = f"{file}:{self.line}" if self.line else file
        value = self.value and f"value {shortened(self.value)!r}"
        where = ", ".join(filter(None, [place, self.column and f"column {self.column}", value]))
        return f"{where}: {self.rule}. {self.advice}"


class FileError(Exception):
    """A file cannot be read, or not beyond a line: what a finding says of it.

    Attributes:
        line: line of the file, 0 if the whole file is meant.
        value: what was found there.
        rule: the rule that is broken.
        advice: what to do.
    """

    def __init__(self, rule: str, advice: str, line: int = 0, value: str = "") -> None:
        super().__init__(rule)
        self.rule = rule
        self.advice = advice
        self.line = line
        self.value = value

    def finding(self, file: str) -> Finding:
        """Return the finding about a file."""
        return Finding(file, self.line, "", self.value, self.rule, self.advice)


def printable(text: str) -> str:
    """Return a text whose invisible characters are written as escapes."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in text
    )


def shortened(text: str, length: int = SHOWN_CHARACTERS) -> str:
    """Return a text, cut to a length with its full length behind it."""
    return text if len(text) <= length else f"{text[:length]}... ({len(text):,} characters)"


def few(names: Sequence[str]) -> str:
    """Return the first of some names, each shortened, and how many more there are."""
    shown = ", ".join(
        shortened(printable(name)) or "without a name" for name in names[:SHOWN_NAMES]
    )
    return f"{shown} and {len(names) - SHOWN_NAMES:,} more" if len(names) > SHOWN_NAMES else shown


@contextlib.contextmanager
def opened(path: Path, *, is_unpacked: bool = True) -> Iterator[BinaryIO]:
    """Open a regular file; anything else is refused.

    Args:
        path: the file.
        is_unpacked: whether to unpack a file .gz.

    Raises:
        FileError: it is missing, no regular file, or cannot be opened.
    """
    try:
        descriptor = os.open(path, OPEN_FLAGS)
    except FileNotFoundError as error:
        raise FileError("is missing", "Restore the file.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileError(f"cannot be opened: {reason}", "Make it a readable file.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileError("is no regular file", "Put a file with the data in its place.")
    with os.fdopen(descriptor, "rb") as stream:
        if is_unpacked and path.suffix == ".gz":
            with gzip.open(stream) as unpacked:
                yield unpacked  # type: ignore[misc]
        else:
            yield stream


def sha256_of(stream: BinaryIO) -> str:
    """Return the SHA-256 of a file from where it stands to its end, in hexadecimal digits."""
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def text_lines(stream: BinaryIO) -> Iterator[str]:
    """Yield the lines of a text file with their ends.

    Args:
        stream: the file, at its beginning.

    Raises:
        FileError: the file is not whole UTF-8 text.
    """
    number = 0
    line = b"\n"
    while True:
        try:
            following = stream.readline(MAXIMUM_LINE_BYTES + 1)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise FileError(
                f"cannot be read: {error}", "Check that the file is whole.", number
            ) from error
        if not following:
            break
        number, line = number + 1, following
        if number == 1:
            if line[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise FileError("is UTF-16", "Save the file as UTF-8.", 1)
            line = line.removeprefix(BYTE_ORDER_MARK)
        if len(line) > MAXIMUM_LINE_BYTES:
            raise FileError(
                f"is longer than {MAXIMUM_LINE_BYTES:,} bytes", "Correct the line.", number
            )
        if b"\0" in line:
            raise FileError("contains a NUL byte", "Save the file as text in UTF-8.", number)
        if b"\r" in line.removesuffix(b"\r\n"):
            raise FileError(
                "contains a carriage return that does not end the line",
                "Save the file with line ends LF or CRLF.", number,
            )  # fmt: skip
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise FileError("is not UTF-8", "Save the file as UTF-8.", number) from error
    if number and not line.endswith(b"\n"):
        raise FileError(
            "does not end with a line break",
            "Check that the file was not cut off, and end its last line.", number,
        )  # fmt: skip


def records(stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a CSV file, each with the line on which it begins.

    Args:
        stream: the file, at its beginning.

    Raises:
        FileError: the file is not in the project's dialect.
    """
    reader = csv.reader(text_lines(stream), strict=True)
    line = 1
    try:
        for fields in reader:
            yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise FileError("has a text that is too long", "Shorten it.", line) from error
        raise FileError(
            f"has a quote that is not closed or misplaced ({error})",
            "Close the quote; double a quote inside a quoted text.", line,
        ) from error  # fmt: skip


def rows(
    stream: BinaryIO,
    columns: Sequence[str],
    *,
    optional: Collection[str] = (),
    is_ordered: bool = True,
) -> Iterator[tuple[int, list[str] | FileError]]:
    """Yield the rows of a CSV file below its header.

    Args:
        stream: the file, at its beginning.
        columns: the columns that the header must have.
        optional: those of them that may be left out, and are empty then.
        is_ordered: whether they must stand in that order.

    Yields:
        Line and fields, in the order of `columns`; a fault instead of the fields of a row that has
        more or fewer.

    Raises:
        FileError: the file is not in the project's dialect, or has another header.
    """
    read = records(stream)
    _, header = next(read, (0, []))
    if not any(name.strip() for name in header):
        raise FileError("is empty", "Restore the file with its header.")
    expected = [column for column in columns if column in header or column not in optional]
    check_header(header, expected, is_ordered=is_ordered)
    # a column that is left out stands for the empty text behind the fields
    order = [header.index(column) if column in header else len(header) for column in columns]
    in_order = order == list(range(len(header)))
    broken_lines = 0
    for line, fields in read:
        if len(fields) != len(header) or not any(fields):
            broken_lines += 1
            if broken_lines > MAXIMUM_BROKEN_LINES:
                raise FileError("has too many such lines", "Check that it is the right file.", line)
            found = ",".join(fields)
            rule = f"has {len(fields)} fields instead of {len(header)}"
            advice = (
                "Add or remove commas; write a decimal point, not a comma; put a text that"
                " contains a comma in quotes."
            )
            if not any(fields):
                rule, advice, found = "is an empty line", "Remove it.", ""
            yield line, FileError(rule, advice, line, found)
        elif in_order:
            yield line, fields
        else:
            padded = [*fields, ""]
            yield line, [padded[position] for position in order]


def check_header(header: Sequence[str], columns: Sequence[str], *, is_ordered: bool) -> None:
    """Compare a header with the columns that it must have.

    Args:
        header: the columns found.
        columns: the columns it must have.
        is_ordered: whether their order counts.

    Raises:
        FileError: they differ; it names all differences.
    """
    if list(header) == list(columns):
        return
    advice = f"The header must be {','.join(columns)}."
    if len(header) == 1 and re.search(r"[;\t|]", header[0]):
        raise FileError("is not separated by commas", advice, 1, header[0])
    if [name.strip().lower() for name in header] == list(columns):
        raise FileError("has capitals or spaces in its column names", advice, 1)
    found = Counter(header)
    expected = set(columns)
    differences = {
        "lacks columns": [column for column in columns if column not in found],
        "has unknown columns": [column for column in found if column not in expected],
        "repeats columns": [column for column, count in found.items() if count > 1],
    }
    named = [f"{rule} ({few(names)})" for rule, names in differences.items() if names]
    if named:
        raise FileError(" and ".join(named), advice, 1)
    if is_ordered:
        raise FileError("has its columns in another order", advice, 1, ",".join(header))
