"""Directories that several runs share: who may write now, and what a killed run left behind."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from . import UserError


@contextlib.contextmanager
def held_lock(file: Path, refusal: str) -> Iterator[None]:
    """Hold the lock of a directory, which ends with this process at the latest.

    Args:
        file: the lock file, made if it is missing; it stays.
        refusal: what to say if another process holds it.

    Raises:
        UserError: another process holds it, or it cannot be used.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            found = file.lstat()
            if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
                raise UserError(f"{file} is no regular file: take it away")
        lock = FileLock(file, timeout=0, mode=0o644)
        lock.acquire()
    except Timeout as error:
        raise UserError(refusal) from error
    except OSError as error:
        raise UserError(f"cannot write to {file.parent}: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def fresh_directory(parent: Path, prefix: str) -> Iterator[Path]:
    """Yield a fresh directory, removed at the end, or at the next call if this process is killed.

    To be called by who holds a lock: a file beside it, `.PREFIX`, names the directory in use.

    Args:
        parent: where to make it.
        prefix: how its name begins.

    Raises:
        UserError: it cannot be made.
    """
    record = parent / f".{prefix}"
    directory = parent / f"{prefix}-{secrets.token_hex(8)}"
    try:
        remove_recorded(record)
        # recorded first: whatever is killed when, nothing is left that no one knows of
        with record.open("x", encoding="ascii") as stream:
            stream.write(directory.name)
        directory.mkdir()
    except OSError as error:
        raise UserError(f"cannot write to {parent}: {error.strerror}") from error
    try:
        yield directory
    finally:
        remove_recorded(record)


def remove_recorded(record: Path) -> None:
    """Remove the directory that a record names, and the record."""
    # a link, or a FIFO, which would wait for ever, is no record
    if record.is_symlink() or not record.is_file():
        return
    name = record.read_bytes()[:100].decode("ascii", "replace")
    # who is killed while writing the record has not made the directory
    if re.fullmatch(rf"{re.escape(record.name[1:])}-[0-9a-f]{{16}}", name):
        directory = record.parent / name
        if directory.is_dir() and not directory.is_symlink():
            shutil.rmtree(directory, ignore_errors=True)
            if directory.exists():
                # the next run tries again
                return
    record.unlink(missing_ok=True)


def sync_directory(directory: Path) -> None:
    """Write the names in a directory to disk, where the system knows such a thing."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
