"""A publication is one thing: whole or not there, and nothing of others is touched."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import duckdb
import pytest

from smart_city_index import UserError, build, cli, publication
from smart_city_index.publication import current_publication, differences, publishing
from smart_city_index.site import build as site
from smart_city_index.site.site_builder import Extras
from tests.python.exports import (
    DATABASE,
    MARTS,
    ROW_COUNT,
    publish_export,
    versions_in,
    write_export,
)
from tests.python.test_build_safety import content_hashes


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Return a directory in which a first version is published."""
    publish_export(write_export(tmp_path / "first", "first"), tmp_path / "warehouse")
    return tmp_path / "warehouse"


def published_versions(warehouse: Path) -> set[str]:
    """Return the versions that the DuckDB file and the current publication name."""
    current = current_publication(warehouse)
    assert current
    assert differences(current) == []
    return versions_in(warehouse / DATABASE, None) | versions_in(
        current.database, current.directory / "parquet"
    )


def test_all_files_are_of_the_last_build(tmp_path: Path, warehouse: Path) -> None:
    """The DuckDB file, its manifest and all Parquet files change together."""
    assert published_versions(warehouse) == {"first"}
    publish_export(write_export(tmp_path / "second", "second"), warehouse)
    assert published_versions(warehouse) == {"second"}
    current = current_publication(warehouse)
    assert current
    assert current.row_counts == dict.fromkeys(MARTS, ROW_COUNT)
    manifest = (warehouse / "manifest.json").read_bytes()
    assert manifest == (current.directory / "manifest.json").read_bytes()


def test_readers_keep_what_they_opened(tmp_path: Path, warehouse: Path) -> None:
    """The publication before stays for those who read its manifest; older ones are removed."""
    directories = [current_publication(warehouse)]
    with duckdb.connect(str(warehouse / DATABASE), read_only=True) as reader:
        for version in ("second", "third"):
            publish_export(write_export(tmp_path / version, version), warehouse)
            directories.append(current_publication(warehouse))
            assert reader.execute("select distinct version from ranks").fetchall() == [("first",)]
    assert [one is not None and one.directory.exists() for one in directories] == [
        False,
        True,
        True,
    ]
    before = directories[1]
    assert before
    assert versions_in(before.database, before.directory / "parquet") == {"second"}


FOREIGN_FILES = (
    "parquet/my_sales.parquet",
    "x.duckdb.backup",
    "x.duckdb.publishing",
    "publications/notes.txt",
    "publications/staged-0123456789abcdef/draft.txt",
    "publications/20200101T000000Z-0123abcd/parquet/mine.parquet",
    "deep/er/draft.publishing",
    "manifest.json.bak",
)


def test_nothing_of_others_is_touched(tmp_path: Path, warehouse: Path) -> None:
    """Files beside the published ones, and beside the files of a publication, stay."""
    current = current_publication(warehouse)
    assert current
    foreign = [warehouse / name for name in FOREIGN_FILES] + [current.directory / "my.csv"]
    for file in foreign:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine")
    for version in ("second", "third", "fourth"):
        publish_export(write_export(tmp_path / version, version), warehouse)
    assert [file.read_text() for file in foreign] == ["mine"] * len(foreign)
    assert not current.database.exists()


def outside(warehouse: Path) -> Path:
    """Return a directory beside the warehouse that nobody may change, with a file in it."""
    directory = warehouse.parent / "outside"
    directory.mkdir()
    (directory / "secret.txt").write_text("hunter2\n")
    return directory


Trap = Callable[[Path], object]
TRAPS: dict[str, Trap] = {
    "publications that are a link": lambda trap: (trap / "publications").symlink_to(outside(trap)),
    "publications that are a file": lambda trap: (trap / "publications").write_text(""),
    "a database that is a folder": lambda trap: (trap / DATABASE).mkdir(),
    "a database that is a link": lambda trap: (trap / DATABASE).symlink_to(
        outside(trap) / "secret.txt"
    ),
    "a database of somebody else": lambda trap: (trap / DATABASE).write_text("mine"),
    "a lock that is a link": lambda trap: (trap / ".publication.lock").symlink_to(
        outside(trap) / "secret.txt"
    ),
    "a lock that is a second name": lambda trap: os.link(
        outside(trap) / "secret.txt", trap / ".publication.lock"
    ),
    "a lock that is a FIFO": lambda trap: os.mkfifo(trap / ".publication.lock"),
    "a manifest of somebody else": lambda trap: (trap / "manifest.json").write_text("{}"),
    "a manifest that is a link": lambda trap: (trap / "manifest.json").symlink_to(
        outside(trap) / "secret.txt"
    ),
}


@pytest.mark.parametrize("case", TRAPS)
def test_a_prepared_warehouse_is_refused(tmp_path: Path, case: str) -> None:
    """What stands in the place of published files is found before the build, and nothing changes."""
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    TRAPS[case](warehouse)
    before = content_hashes(tmp_path)
    with pytest.raises(UserError, match=r"take it away|manifest of a publication"):
        publish_export(write_export(tmp_path / "export", "first"), warehouse)
    after = content_hashes(tmp_path)
    assert {name: after.get(name) for name in before} == before
    assert not current_or_none(warehouse)


def current_or_none(warehouse: Path) -> object:
    """Return what is published; None if nothing is, or the manifest is none."""
    try:
        return current_publication(warehouse)
    except UserError:
        return None


def test_paths_of_a_manifest_stay_inside(tmp_path: Path, warehouse: Path) -> None:
    """A manifest that names files elsewhere is none, and nothing that it names is removed."""
    secret = outside(warehouse) / "secret.txt"
    current = current_publication(warehouse)
    assert current
    manifest = json.loads((current.directory / "manifest.json").read_text())
    manifest["files"].append(
        {"path": "../../../outside/secret.txt", "sha256": "", "bytes": 8, "rows": 1}
    )
    (current.directory / "manifest.json").unlink()
    (current.directory / "manifest.json").write_text(json.dumps(manifest))
    for version in ("second", "third"):
        publish_export(write_export(tmp_path / version, version), warehouse)
    assert secret.read_text() == "hunter2\n"
    assert current.directory.exists()


def test_staged_copies_are_not_written_through_links(tmp_path: Path, warehouse: Path) -> None:
    """Records and directories that somebody prepared are not followed."""
    victim = outside(warehouse)
    export = write_export(tmp_path / "second", "second")
    record = warehouse / "publications" / ".staged"
    record.symlink_to(victim / "secret.txt")
    with pytest.raises(UserError, match=r"cannot write to .*publications: File exists"):
        publish_export(export, warehouse)
    record.unlink()
    record.write_text("")
    (warehouse / "staged-0123456789abcdef").symlink_to(victim)
    (warehouse / ".staged").write_text("staged-0123456789abcdef")
    publish_export(export, warehouse)
    assert published_versions(warehouse) == {"second"}
    assert (victim / "secret.txt").read_text() == "hunter2\n"


def test_a_full_disk_leaves_everything_as_it_was(
    tmp_path: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the last file does not fit, nothing is published and no copy is left behind."""
    copy_content = shutil.copyfileobj

    def copy_until_full(source: BinaryIO, target: BinaryIO, length: int) -> None:
        if source.name.endswith("texts.parquet"):
            raise OSError(errno.ENOSPC, "No space left on device")
        copy_content(source, target, length)

    export = write_export(tmp_path / "second", "second")
    before = content_hashes(warehouse)
    monkeypatch.setattr(shutil, "copyfileobj", copy_until_full)
    with pytest.raises(UserError, match="No space left on device"):
        publish_export(export, warehouse)
    assert content_hashes(warehouse) == before


def test_a_file_that_cannot_be_replaced_stops_the_publication(
    tmp_path: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a system does not replace a file that a program has open, all stays as it was."""

    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(errno.EACCES, f"Permission denied: {source}", target)

    before = content_hashes(warehouse)
    monkeypatch.setattr(publication, "replace_by_link", refuse)
    with pytest.raises(UserError, match="a program that has the file open"):
        publish_export(write_export(tmp_path / "second", "second"), warehouse)
    assert content_hashes(warehouse) == before


def test_a_publisher_that_was_killed_in_between(tmp_path: Path, warehouse: Path) -> None:
    """After the DuckDB file, and before the manifest: whoever comes next puts the manifest right."""
    manifest = (warehouse / "manifest.json").read_bytes()
    publish_export(write_export(tmp_path / "second", "second"), warehouse)
    (warehouse / "manifest.json").unlink()
    (warehouse / "manifest.json").write_bytes(manifest)
    with publishing(warehouse, DATABASE):
        assert published_versions(warehouse) == {"second"}


def test_one_directory_is_for_one_index(warehouse: Path) -> None:
    """The files of another index are not mixed with those that are there."""
    with (
        pytest.raises(UserError, match=r"holds the publication of x\.duckdb"),
        publishing(warehouse, "y.duckdb"),
    ):
        pass


def test_no_mart_is_emptied_unseen(warehouse: Path) -> None:
    """A mart that had rows and has none is an error, unless it is named."""
    counts = {**dict.fromkeys(MARTS, ROW_COUNT), "texts": 0}
    with pytest.raises(UserError, match=r"no rows any more(.|\n)*texts: 2,000 rows"):
        build.check_emptied(counts, warehouse, set())
    build.check_emptied(counts, warehouse, {"texts"})
    with pytest.raises(UserError, match="no mart: tests"):
        build.check_emptied(counts, warehouse, {"tests"})


def test_a_site_is_of_one_publication(
    tmp_path: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is published while a site is written, all of it is of the build it began with."""

    def write_while_publishing(
        connection: duckdb.DuckDBPyConnection, _folder: Path, extras: Extras, _settings: object
    ) -> None:
        for version in ("second", "third", "fourth"):
            publish_export(write_export(tmp_path / version, version), warehouse)
        assert extras.publication
        parquet = extras.publication.directory / "parquet"
        assert versions_in(extras.publication.database, parquet) == {"first"}
        assert connection.execute("select distinct version from texts").fetchall() == [("first",)]

    monkeypatch.setattr(site, "write_site", write_while_publishing)
    site.build_site(warehouse, tmp_path / "site", Extras())
    assert published_versions(warehouse) == {"fourth"}


def test_verify(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`sci verify` finds a file that was changed, or is missing, after it was published."""
    arguments = ["verify", "--warehouse", str(warehouse)]
    assert cli.main(arguments) == 0
    assert "4 files are as they were published" in capsys.readouterr().out
    current = current_publication(warehouse)
    assert current
    ranks, texts = (
        current.directory / "parquet" / f"{name}.parquet" for name in ("ranks", "texts")
    )
    ranks.chmod(0o644)
    ranks.write_bytes(ranks.read_bytes()[:-1] + b"?")
    texts.unlink()
    (warehouse / DATABASE).unlink()
    assert cli.main(arguments) == 1
    assert [line.split("/")[-1] for line in capsys.readouterr().err.splitlines()] == [
        "ranks.parquet is not the file that was published",
        "texts.parquet cannot be read: No such file or directory",
        "x.duckdb cannot be read: No such file or directory",
    ]
    assert cli.main(["verify", "--warehouse", str(warehouse / "none")]) == 1
    assert "nothing is published" in capsys.readouterr().err
