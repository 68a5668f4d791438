"""Publish the files of a build as one thing.

    warehouse/
      smart_city_index.duckdb     the DuckDB file of the current publication: what BI tools open
      manifest.json               names the current publication and lists its files
      publications/NAME/          its files, whole, never changed: the same DuckDB file, parquet/,
                                  and its manifest

A publication gets its name by one rename when all its files are whole and on disk. Who reads one
file opens the DuckDB file, who reads several reads manifest.json and takes all of them from the
directory that it names: neither ever sees parts of two builds. The publication before stays for
those who are reading it; older ones are removed, and of them only what their manifest lists.

    sci verify
    sci verify --index my_index
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from . import UserError, home_dir
from .bi_views import PARQUET_PREFIX
from .directories import fresh_directory, held_lock, sync_directory
from .interruption import not_any_more_interruptible
from .reader import CHUNK_BYTES, sha256_of

MANIFEST = "manifest.json"
MANIFEST_FORMAT = 1
PUBLICATIONS = "publications"
LOCK = ".publication.lock"
STAGED = "staged"
PUBLICATION_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
FILE_PATH = re.compile(r"\w+\.duckdb|parquet/\w+\.parquet")


@dataclass(frozen=True)
class PublishedFile:
    """A file of a publication, as its manifest lists it.

    Attributes:
        path: path relative to the publication's directory, with slashes.
        sha256: SHA-256 of its content, in hexadecimal digits.
        bytes: its size.
        rows: number of rows of a Parquet file; None for the DuckDB file.
    """

    path: str
    sha256: str
    bytes: int
    rows: int | None


@dataclass(frozen=True)
class Publication:
    """What a manifest says.

    Attributes:
        directory: directory of the files.
        files: the files, the DuckDB file among them.
    """

    directory: Path
    files: list[PublishedFile]

    @property
    def database_file(self) -> PublishedFile:
        """The DuckDB file's entry."""
        (entry,) = [file for file in self.files if file.path.endswith(".duckdb")]
        return entry

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.directory / self.database_file.path

    @property
    def row_counts(self) -> dict[str, int]:
        """Rows per mart, by name; views for BI tools are none."""
        return {
            Path(file.path).stem: file.rows
            for file in self.files
            if file.rows is not None and not Path(file.path).stem.startswith(PARQUET_PREFIX)
        }


def read_manifest(file: Path, publications: Path) -> Publication | None:
    """Read a manifest.

    Args:
        file: the manifest.
        publications: directory of the publications.

    Returns:
        What it says; None if there is none.

    Raises:
        UserError: the file is no manifest of a publication.
    """
    if not os.path.lexists(file):
        return None
    try:
        if file.is_symlink() or not file.is_file():
            raise ValueError("no regular file")
        content = json.loads(file.read_bytes())
        files = [PublishedFile(**entry) for entry in content["files"]]
        folder, _, name = content["directory"].partition("/")
        if folder != PUBLICATIONS or not PUBLICATION_NAME.fullmatch(name):
            raise ValueError("no directory of a publication")
        publication = Publication(publications / name, files)
        if not all(FILE_PATH.fullmatch(entry.path) for entry in files):
            raise ValueError("no path of a published file")
        _ = publication.database_file
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{file} is not the manifest of a publication ({error})") from error
    return publication


def current_publication(warehouse_dir: Path) -> Publication | None:
    """Return what is published in a directory; None if nothing is.

    Raises:
        UserError: its manifest is none.
    """
    return read_manifest(warehouse_dir / MANIFEST, warehouse_dir / PUBLICATIONS)


def named_directories(warehouse_dir: Path) -> list[Path]:
    """Return the directories that have the name of a publication."""
    return [
        directory
        for directory in sorted((warehouse_dir / PUBLICATIONS).glob("*Z-*"))
        if PUBLICATION_NAME.fullmatch(directory.name) and not directory.is_symlink()
    ]


def publications(warehouse_dir: Path) -> Iterator[Publication]:
    """Yield the publications of a directory, the current one among them."""
    for directory in named_directories(warehouse_dir):
        with contextlib.suppress(UserError):
            found = read_manifest(directory / MANIFEST, directory.parent)
            if found and found.directory == directory:
                yield found


@contextlib.contextmanager
def publishing(warehouse_dir: Path, published_name: str) -> Iterator[None]:
    """Hold the lock of the published files, so that one build at a time is on its way to them.

    What a killed publisher left half done is put right first.

    Args:
        warehouse_dir: directory of the published files.
        published_name: name of the DuckDB file.

    Raises:
        UserError: another build holds it, or the directory cannot be written to or holds something
            else in the place of published files.
    """
    refusal = f"another build publishes into {warehouse_dir}: wait until it has ended"
    database = warehouse_dir / published_name
    directory = warehouse_dir / PUBLICATIONS
    with held_lock(warehouse_dir / LOCK, refusal):
        for path, is_right in ((directory, Path.is_dir), (database, Path.is_file)):
            if path.is_symlink() or (path.exists() and not is_right(path)):
                raise UserError(f"{path} is a link, or no {path.suffix or 'folder'}: take it away")
        try:
            directory.mkdir(exist_ok=True)
            # that they cannot be written to is better found now than after the build
            with fresh_directory(warehouse_dir, STAGED), fresh_directory(directory, STAGED):
                pass
            finish_killed_publication(warehouse_dir, database)
        except OSError as error:
            raise UserError(f"cannot write to {warehouse_dir}: {error.strerror}") from error
        current = current_publication(warehouse_dir)
        if current and current.database_file.path != published_name:
            raise UserError(
                f"{warehouse_dir} holds the publication of {current.database_file.path}: take it"
                " away, or name another directory with --warehouse-dir"
            )
        if database.exists() and not current:
            raise UserError(f"{database} is not listed in a {MANIFEST} beside it: take it away")
        yield


def finish_killed_publication(warehouse_dir: Path, database: Path) -> None:
    """Put manifest.json right if a publisher was killed after it had replaced the DuckDB file.

    Args:
        warehouse_dir: directory of the published files.
        database: the DuckDB file.
    """
    if not database.exists():
        return
    current = current_publication(warehouse_dir)
    with database.open("rb") as stream:
        found = sha256_of(stream)
    if current and current.database_file.sha256 == found:
        return
    for publication in publications(warehouse_dir):
        if publication.database_file.sha256 == found:
            replace_by_link(publication.directory / MANIFEST, warehouse_dir / MANIFEST)


def staged_file(source: Path, target: Path, path: str, rows: int | None) -> PublishedFile:
    """Copy a finished file, whole and on disk.

    Args:
        source: finished file, possibly on another file system.
        target: the copy, read-only; must not exist yet.
        path: its path in the manifest.
        rows: its number of rows in the manifest.

    Raises:
        OSError: the copy does not fit or cannot be written.
    """
    with source.open("rb") as original, target.open("xb") as copy:
        shutil.copyfileobj(original, copy, CHUNK_BYTES)
        copy.flush()
        os.fsync(copy.fileno())
    # where a file without write permission cannot be replaced either, it keeps it
    if os.name == "posix":
        target.chmod(0o444)
    with target.open("rb") as copy:
        return PublishedFile(path, sha256_of(copy), target.stat().st_size, rows)


def publish(
    export_dir: Path,
    warehouse_dir: Path,
    published_name: str,
    row_counts: dict[str, int],
    origin: dict[str, Any],
) -> Publication:
    """Publish the files of a build; to be called while holding the lock of `publishing`.

    Args:
        export_dir: directory that `export_marts` filled.
        warehouse_dir: directory of the published files.
        published_name: name of the DuckDB file.
        row_counts: rows per mart, by name.
        origin: what else the manifest says of the build and its input.

    Returns:
        What is published now.

    Raises:
        UserError: a file could not be written; what was published is as it was.
    """
    sources: dict[str, int | None] = {published_name: None}
    sources |= {f"parquet/{mart}.parquet": rows for mart, rows in sorted(row_counts.items())}
    before = current_publication(warehouse_dir)
    directory = warehouse_dir / PUBLICATIONS
    try:
        with fresh_directory(directory, STAGED) as staged:
            (staged / "parquet").mkdir()
            files = [
                staged_file(export_dir / path, staged / path, path, rows)
                for path, rows in sources.items()
            ]
            now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
            listed = [vars(file) for file in files]
            name = f"{now}-{secrets.token_hex(4)}"
            manifest = {
                "format": MANIFEST_FORMAT, "directory": f"{PUBLICATIONS}/{name}", **origin,
                "files": listed,
            }  # fmt: skip
            with (staged / MANIFEST).open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(json.dumps(manifest, indent=1) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            sync_directory(staged / "parquet")
            sync_directory(staged)
            # what follows are renames
            not_any_more_interruptible()
            staged.rename(directory / name)
        sync_directory(directory)
        publication = Publication(directory / name, files)
        try:
            replace_by_link(publication.database, warehouse_dir / published_name)
        except OSError as error:
            remove_publication(publication)
            raise UserError(
                f"cannot replace {warehouse_dir / published_name}: {error.strerror}; on some"
                " systems a program that has the file open must close it first"
            ) from error
        replace_by_link(publication.directory / MANIFEST, warehouse_dir / MANIFEST)
    except OSError as error:
        raise UserError(f"cannot write to {warehouse_dir}: {error.strerror}") from error
    kept = {publication.directory, before.directory if before else None}
    for older in publications(warehouse_dir):
        if older.directory not in kept:
            remove_publication(older)
    for empty in named_directories(warehouse_dir):
        if not (empty / MANIFEST).exists():
            with contextlib.suppress(OSError):
                empty.rmdir()
    return publication


def replace_by_link(source: Path, target: Path) -> None:
    """Put a second name of a file, or a copy where there is no such thing, in the place of another.

    Raises:
        OSError: it cannot be written, or the other one cannot be replaced.
    """
    with fresh_directory(target.parent, STAGED) as staged:
        link = staged / target.name
        try:
            os.link(source, link)
        except OSError:
            staged_file(source, link, target.name, None)
        link.replace(target)
    sync_directory(target.parent)


def remove_publication(publication: Publication) -> None:
    """Remove what the manifest of a publication lists, and its directories once they are empty.

    What is in use, which some systems do not remove, stays until the next publication.
    """
    directory = publication.directory
    if (directory / "parquet").is_symlink():
        return
    with contextlib.suppress(OSError):
        for file in publication.files:
            (directory / file.path).unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            (directory / "parquet").rmdir()
        # the last file: who is killed before leaves a publication that the next one removes
        (directory / MANIFEST).unlink()
        directory.rmdir()


def differences(publication: Publication) -> list[str]:
    """Compare the files of a publication with its manifest.

    Returns:
        What is wrong, one line per file.
    """
    found = []
    for file in publication.files:
        try:
            with (publication.directory / file.path).open("rb") as stream:
                if sha256_of(stream) != file.sha256:
                    found.append(f"{file.path} is not the file that was published")
        except OSError as error:
            found.append(f"{file.path} cannot be read: {error.strerror}")
    return found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sci verify`."""
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder")
    parser.add_argument(
        "--warehouse", type=Path, metavar="DIR",
        help="directory of the published files; default: warehouse/ of the index",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Compare the published files with their manifest; returns the exit code."""
    warehouse = arguments.warehouse or home_dir(arguments.index) / "warehouse"
    publication = current_publication(warehouse)
    if publication is None:
        raise UserError(f"nothing is published in {warehouse}")
    wrong = differences(publication)
    opened = warehouse / publication.database_file.path
    try:
        with opened.open("rb") as stream:
            if sha256_of(stream) != publication.database_file.sha256:
                wrong.append(f"{opened} is not the file that was published")
    except OSError as error:
        wrong.append(f"{opened} cannot be read: {error.strerror}")
    for line in wrong:
        print(line, file=sys.stderr)
    if not wrong:
        print(f"{publication.directory}: {len(publication.files)} files are as they were published")
    return 1 if wrong else 0
