"""Build the static site from what is published.

The site is written beside the output folder and takes its place when it is whole: a failed build
leaves the site of the last one.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import duckdb

from .. import PROJECT_DIR, UserError, home_dir
from ..publication import Publication, current_publication, differences
from .pages import PAGES
from .settings import SITE_YML, Settings, checked_address, load_settings
from .sharing import write_addresses, write_tables
from .site_builder import Extras, Site, SiteError

WAREHOUSE = "warehouse"
OUTPUT = Path("build") / "site"
# Names every file of a site, so that a later build replaces these and nothing else.
FILE_LIST = "site_files.txt"
DBT_DOCS = PROJECT_DIR / "target" / "static_index.html"


def search_entries(site: Site) -> list[list[str]]:
    """Return name and page of every city that has one, each once: in the first ranking with it."""
    names = {row["city_id"]: row["city_name"] for row in site.rows("cities")}
    pages: dict[str, str] = {}
    for row in site.rows("editions"):
        for city_id in names:
            page = site.city_page(row["ranking_id"], city_id)
            if page:
                pages.setdefault(city_id, page)
    return sorted([names[city_id], page] for city_id, page in pages.items())


def write_site(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    extras: Extras,
    settings: Settings | None,
) -> None:
    """Write all pages, data, assets and queries into an empty folder.

    Args:
        connection: the published file.
        folder: where to write.
        extras: what to write besides the pages.
        settings: names and words of the index.

    Raises:
        SiteError: a text, query or mart is missing.
    """
    site = Site(connection, folder, extras, settings)
    site.write("index.html", site.rendered("front_door.html", site.languages[0]))
    site.write_data("cities", search_entries(site))
    site.copy_folder("assets", "*.*")
    site.copy_folder("queries", "*.sql")
    for page in PAGES:
        print(f"Writing {page.__name__.rpartition('.')[2]}", flush=True)
        page.build(site)
    write_tables(site)
    write_addresses(site, folder)


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


def files_in(folder: Path) -> set[str]:
    """Return the paths of all files in a folder, relative to it."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }


def check_output(output: Path) -> None:
    """Refuse a folder that holds anything but a site.

    Args:
        output: the folder to be replaced; it need not exist.

    Raises:
        SiteError: it is no folder, or there are files in it that are not of a site.
    """
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise SiteError(f"{output} is no folder: name another one with --output")
    listed = set()
    if (output / FILE_LIST).is_file():
        listed = {FILE_LIST, *(output / FILE_LIST).read_text("utf-8").splitlines()}
    foreign = sorted(files_in(output) - listed)
    if foreign:
        raise SiteError(
            f"{output} would be replaced, but {foreign[0]} is no file of the site that was built"
            " there: name another folder with --output"
        )


def copied_publication(warehouse_dir: Path, folder: Path) -> Publication:
    """Copy what is published, so that all of a site is of one build.

    Args:
        warehouse_dir: directory of the published files.
        folder: where to copy to; must not exist yet.

    Returns:
        The copy.

    Raises:
        SiteError: nothing is published, or its files are not those of its manifest.
        UserError: the manifest is none.
    """
    publication = current_publication(warehouse_dir)
    if publication is None:
        raise SiteError(f"nothing is published in {warehouse_dir}: run make build first")
    try:
        shutil.copytree(publication.directory, folder)
    except (OSError, shutil.Error) as error:
        raise SiteError(f"{publication.directory} cannot be read: {error}") from error
    copy = replace(publication, directory=folder)
    if wrong := differences(copy):
        raise SiteError(f"{publication.directory}: {wrong[0]}: run make build")
    return copy


def build_site(
    warehouse_dir: Path, output: Path, extras: Extras, settings: Settings | None = None
) -> None:
    """Build the site of what is published.

    Args:
        warehouse_dir: directory of the published files.
        output: folder of the site; an older site in it is replaced as a whole.
        extras: what the site holds besides its pages.
        settings: names and words of the index; without them, those of this project.

    Raises:
        SiteError: nothing is published or it cannot be read, or the site cannot be built from it.
        OSError: the site cannot be written.
    """
    check_output(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".new-site-", dir=output.parent))
    try:
        publication = copied_publication(warehouse_dir, work / "publication")
        folder = work / "site"
        folder.mkdir()
        try:
            with duckdb.connect(str(publication.database), read_only=True) as connection:
                write_site(connection, folder, replace(extras, publication=publication), settings)
        except duckdb.Error as error:
            raise SiteError(f"{publication.database} cannot be read: {error}") from error
        (folder / FILE_LIST).write_text("\n".join(sorted(files_in(folder))) + "\n", "utf-8")
        replace_folder(folder, output)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `sci site`."""
    parser.add_argument(
        "--index", type=Path, metavar="DIR",
        help="folder of an index with its site.yml; the default is this project's",
    )  # fmt: skip
    parser.add_argument(
        "--warehouse", type=Path, metavar="DIR",
        help="directory of the published files; the default is that of the index",
    )  # fmt: skip
    parser.add_argument(
        "--output", type=Path, metavar="DIR",
        help="where the site is written; the default is build/site, in the folder of the index",
    )  # fmt: skip
    parser.add_argument(
        "--base-url", metavar="URL", help="where the site will stand, for links that need it"
    )
    parser.add_argument(
        "--without-downloads",
        action="store_true",
        help="leave out the files to download and dbt's documentation",
    )


def run(arguments: argparse.Namespace) -> int:
    """Build the site; returns the exit code."""
    index: Path | None = arguments.index
    warehouse = arguments.warehouse or home_dir(index) / WAREHOUSE
    extras = Extras(downloads=not arguments.without_downloads, dbt_docs=None if index else DBT_DOCS)
    started = time.monotonic()
    output = (arguments.output or home_dir(index) / OUTPUT).resolve()
    try:
        settings = load_settings(index / SITE_YML) if index else load_settings()
        if arguments.base_url:
            address = checked_address(arguments.base_url, "--base-url")
            settings = replace(settings, base_url=address)
        build_site(warehouse, output, extras, settings)
    except (UserError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Built {output} in {time.monotonic() - started:.1f} s. Open {output / 'index.html'}")
    return 0
