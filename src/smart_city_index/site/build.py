"""Build the static site from the published file.

The site is written beside the output folder and takes its place when it is whole: a failed build
leaves the site of the last one.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from .. import PROJECT_DIR
from .pages import PAGES
from .site_builder import CONTENT_SECURITY_POLICY, Extras, Site, SiteError

DATABASE = PROJECT_DIR / "warehouse" / "smart_city_index.duckdb"
OUTPUT = PROJECT_DIR / "build" / "site"
DBT_DOCS = PROJECT_DIR / "target" / "static_index.html"

ROOT_PAGE = f"""<!doctype html>
<html lang="de">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{CONTENT_SECURITY_POLICY}">
<meta http-equiv="refresh" content="0; url=de/index.html">
<title>Smart City Index</title>
<link rel="icon" href="assets/icon.svg" type="image/svg+xml">
<p><a href="de/index.html">Smart City Index (Deutsch)</a> ·
<a href="en/index.html" lang="en">Smart City Index (English)</a></p>
</html>
"""


def write_site(connection: duckdb.DuckDBPyConnection, folder: Path, extras: Extras) -> None:
    """Write all pages, data, assets and queries into an empty folder.

    Args:
        connection: the published file.
        folder: where to write.
        extras: what to write besides the pages.

    Raises:
        SiteError: a text, query or mart is missing.
    """
    site = Site(connection, folder, extras)
    site.write("index.html", ROOT_PAGE)
    site.copy_folder("assets", "*.*")
    site.copy_folder("queries", "*.sql")
    for page in PAGES:
        print(f"Writing {page.__name__.rpartition('.')[2]}", flush=True)
        page.build(site)


def replace_folder(new: Path, target: Path) -> None:
    """Put a finished folder in the place of an older one.

    Args:
        new: the finished folder, on the same file system.
        target: where it belongs.

    Raises:
        OSError: it cannot be moved; the older one is put back.
    """
    old = Path(tempfile.mkdtemp(prefix=".old-site-", dir=target.parent))
    if target.exists():
        target.rename(old / target.name)
    try:
        new.rename(target)
    except OSError:
        if (old / target.name).exists():
            (old / target.name).rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def build_site(database: Path, output: Path, extras: Extras) -> None:
    """Build the site of a published file.

    Args:
        database: the published file.
        output: folder of the site; an older site in it is replaced as a whole.
        extras: what the site holds besides its pages.

    Raises:
        SiteError: the file is missing or cannot be read, or the site cannot be built from it.
        OSError: the site cannot be written.
    """
    if not database.is_file():
        raise SiteError(f"{database} does not exist: run make build first")
    output.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".new-site-", dir=output.parent))
    folder.chmod(0o755)
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            write_site(connection, folder, extras)
        replace_folder(folder, output)
    except duckdb.Error as error:
        raise SiteError(f"{database} cannot be read: {error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `sci site`."""
    parser.add_argument(
        "--database", type=Path, default=DATABASE, metavar="FILE", help="the published file"
    )
    parser.add_argument(
        "--output", type=Path, default=OUTPUT, metavar="DIR", help="where the site is written"
    )
    parser.add_argument(
        "--without-downloads",
        action="store_true",
        help="leave out the files to download and dbt's documentation",
    )


def run(arguments: argparse.Namespace) -> int:
    """Build the site; returns the exit code."""
    extras = Extras(downloads=not arguments.without_downloads, dbt_docs=DBT_DOCS)
    started = time.monotonic()
    output = arguments.output.resolve()
    try:
        build_site(arguments.database, output, extras)
    except (SiteError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Built {output} in {time.monotonic() - started:.1f} s. Open {output / 'index.html'}")
    return 0
