"""A folder of data stays data: nothing of it runs, nothing outside it is read or changed unseen."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from smart_city_index import cli
from smart_city_index.check import CheckedInput, InputError, Request, checked_input, run_directory
from smart_city_index.index_project import assemble_project
from smart_city_index.loaded import LoadError, compare_with_input
from tests.python.conftest import PROJECT_ROOT, copy_example
from tests.python.test_own_index import SCORES, add_setting, content_hashes

EVIL_MODEL = "def model(dbt, session):\n    raise SystemExit('ran')\n"


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    """Return a copy of the example."""
    copy_example(tmp_path / "regions")
    return tmp_path / "regions"


def outside(index_dir: Path) -> Path:
    """Return a directory beside the index that nobody may read or change, with files in it."""
    directory = index_dir.parent / "outside"
    (directory / "models").mkdir(parents=True)
    (directory / "seeds").mkdir()
    (directory / "models" / "years_of_work.sql").write_text("select 42\n")
    (directory / "seeds" / "only_copy.csv").write_text("a\n1\n")
    (directory / "dbt_project.yml").write_text("name: victim\n")
    (directory / "secret.txt").write_text("hunter2\n")
    return directory


def plant(file: Path, content: str = "") -> None:
    """Write a file, and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def bind_socket(path: Path) -> None:
    """Put a socket in the place of a file."""
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(path))


Plant = Callable[[Path], object]


def each(*plants: Plant) -> Plant:
    """Return what does several things one after the other."""

    def do_each(index_dir: Path) -> None:
        for do in plants:
            do(index_dir)

    return do_each


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nscores_location: *c\n"
# fmt: off
HOSTILE: dict[str, tuple[Plant, str]] = {
    "SQL": (lambda index: plant(index / "models" / "evil.sql", "select 1"), "evil.sql: is code"),
    "a Python model": (lambda index: plant(index / "models" / "evil.py", EVIL_MODEL), "evil.py: is code"),
    "a package": (lambda index: plant(index / "dbt_packages" / "x" / "models" / "evil.py", EVIL_MODEL), "evil.py: is code"),
    "a list of packages": (lambda index: plant(index / "packages.yml"), "packages.yml: is code"),
    "a dbt project": (lambda index: plant(index / "dbt_project.yml"), "dbt_project.yml: is code"),
    "a profile": (lambda index: plant(index / "profiles.yml"), "profiles.yml: is code"),
    "a link to a file": (lambda index: (index / "cities.csv").symlink_to(outside(index) / "seeds" / "only_copy.csv"), "cities.csv: is a link"),
    "a link to a folder": (lambda index: (index / "more").symlink_to(outside(index)), "more: is a link"),
    "a dead link": (lambda index: (index / "cities.csv").symlink_to("nowhere"), "cities.csv: is a link"),
    "settings that are a link": (each(lambda index: (index / "index.yml").unlink(), lambda index: (index / "index.yml").symlink_to(outside(index) / "secret.txt")), "index.yml: is a link"),
    "build that is a link": (lambda index: (index / "build").symlink_to(outside(index)), "build: is a link or no folder"),
    "warehouse that is a link": (lambda index: (index / "warehouse").symlink_to(outside(index)), "warehouse: is a link or no folder"),
    "build that is a file": (lambda index: plant(index / "build"), "build: is a link or no folder"),
    "a lock that is a link": (each(lambda index: (index / "build").mkdir(), lambda index: (index / "build" / ".build.lock").symlink_to(outside(index) / "secret.txt")), "is no regular file"),
    "a lock that is a FIFO": (each(lambda index: (index / "build").mkdir(), lambda index: os.mkfifo(index / "build" / ".build.lock")), "is no regular file"),
    "a FIFO": (lambda index: os.mkfifo(index / "cities.csv"), "cities.csv: is no regular file"),
    "a FIFO with another name": (lambda index: os.mkfifo(index / "notes.txt"), "notes.txt: is no regular file"),
    "a socket": (lambda index: bind_socket(index / "cities.csv"), "cities.csv: is no regular file"),
    "a folder named like a file": (each(lambda index: (index / "rankings.csv").unlink(), lambda index: (index / "rankings.csv").mkdir()), "rankings.csv: is missing"),
    "settings that are a FIFO": (each(lambda index: (index / "index.yml").unlink(), lambda index: os.mkfifo(index / "index.yml")), "index.yml: is no regular file"),
    "a location above": (lambda index: add_setting(index, "scores_location: ../outside/*.csv\n"), "scores_location leaves the folder"),
    "a location deep above": (lambda index: add_setting(index, "scores_location: scores/../../outside/x.csv\n"), "scores_location leaves the folder"),
    "a location through a link": (each(outside, lambda index: (index / "data").symlink_to(index.parent / "outside"), lambda index: add_setting(index, "scores_location: data/seeds/only_copy.csv\n")), "data: is a link"),
    "a location that is no data file": (each(outside, lambda index: add_setting(index, f"scores_location: {index.parent}/outside/secret.txt\n")), "is no data file"),
    "a location in /proc": (lambda index: add_setting(index, "scores_location: /proc/self/environ\n"), "is no data file"),
    "a location that is a device": (lambda index: add_setting(index, "scores_location: /dev/zero\n"), "is no data file"),
    "a location on the network": (lambda index: add_setting(index, "scores_location: https://example.org/x.csv\n"), "is no file on this machine"),
    "a search of the machine": (lambda index: add_setting(index, "scores_location: /**/*.csv\n"), "must not search the whole machine"),
    "categories that are paths": (lambda index: plant(index / "index.yml", "league_table_categories: [../../x]\n"), "must name at least one category_id"),
    "categories that are SQL": (lambda index: plant(index / "index.yml", "league_table_categories: ['health, 1 as x --']\n"), "must name at least one category_id"),
    "no categories": (lambda index: plant(index / "index.yml", "league_table_categories: []\n"), "must name at least one category_id"),
    "aliases that multiply": (lambda index: plant(index / "index.yml", BOMB), "anchors and aliases (& and *) are not allowed"),
    "lists in lists": (lambda index: plant(index / "index.yml", "a: " + "[" * 9000 + "]" * 9000), "nested deeper than"),
    "settings of a megabyte": (lambda index: plant(index / "index.yml", "a: b\n" * 300_000), "is longer than 65,536 bytes"),
    "settings that run code": (lambda index: plant(index / "index.yml", "a: !!python/object/apply:os.system [true]\n"), "cannot be read as YAML"),
    "a setting twice": (lambda index: plant(index / "index.yml", "enforce_primary_keys: true\nenforce_primary_keys: false\n"), "enforce_primary_keys is set twice"),
    "a location in a hidden folder": (lambda index: add_setting(index, "scores_location: .x/**/*.csv\n"), "must not name hidden folders"),
    "a location in build": (lambda index: add_setting(index, "scores_location: build/*.csv\n"), "must not name hidden folders, build or warehouse"),
    "a location that begins anywhere": (lambda index: add_setting(index, "scores_location: '**/*.csv'\n"), "must begin with the name of a folder"),
    "a location of many searches": (lambda index: add_setting(index, "scores_location: s/**/**/**/**/*.csv\n"), "must have ** once at most"),
    "a location that cannot be printed": (lambda index: add_setting(index, 'scores_location: "a\\ud800b.csv"\n'), "must be a readable path"),
    "a date that is none": (lambda index: plant(index / "index.yml", "a: 2024-13-45\n"), "cannot be read as YAML"),
    "a number that is none": (lambda index: plant(index / "index.yml", "a: !!int abc\n"), "cannot be read as YAML"),
    "settings that are false": (lambda index: plant(index / "index.yml", "false\n"), "must hold lines such as"),
    "settings in capitals": (lambda index: (index / "index.yml").rename(index / "INDEX.YML"), "must be named index.yml"),
    "categories that YAML takes for truth": (lambda index: plant(index / "index.yml", "league_table_categories: [no]\n"), "in quotes if YAML takes it for something else"),
    "folders without an end": (lambda index: (index / "/".join("d" * 30)).mkdir(parents=True), "lies too deep"),
    "a lock with two names": (each(outside, lambda index: (index / "build").mkdir(), lambda index: os.link(index.parent / "outside" / "secret.txt", index / "build" / ".build.lock")), "is no regular file"),
    "a number of rows without files": (lambda index: plant(index / "index.yml", "scores_row_count: 3\n"), "scores_row_count has no effect without scores_location"),
}
# fmt: on


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_data_is_refused(
    index_dir: Path, case: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is refused in a sentence that names it, and nothing beside the folder changes."""
    monkeypatch.chdir(index_dir.parent)
    setup, sentence = HOSTILE[case]
    setup(index_dir)
    before = content_hashes(index_dir.parent / "outside")
    exit_code = cli.main(["check", "--index", "regions"])
    printed = capsys.readouterr()
    assert exit_code == 1
    assert sentence in printed.err
    assert "hunter2" not in printed.err
    assert len(printed.err) < 2000
    assert content_hashes(index_dir.parent / "outside") == before


def request(index_dir: Path) -> Request:
    """Return what a build of an index asks for."""
    return Request(PROJECT_ROOT, index_dir, {}, index_dir / "build", index_dir / "warehouse")


def test_what_stands_in_the_build_directory_is_not_used(index_dir: Path) -> None:
    """A project that the folder brings along is left alone: the project is written elsewhere."""
    evil = index_dir / "build" / "project" / "dbt_packages" / "evil" / "models" / "evil.py"
    plant(evil, EVIL_MODEL)
    plant(index_dir / "build" / "project" / "models" / "evil.py", EVIL_MODEL)
    with (
        run_directory(request(index_dir)) as run_dir,
        checked_input(request(index_dir), run_dir) as checked,
    ):
        assemble_project(checked, PROJECT_ROOT, run_dir / "project")
        names = {path.name for path in (run_dir / "project").rglob("*")}
        assert "evil.py" not in names
        assert "dbt_packages" not in names
        assert not [path for path in (run_dir / "project").rglob("*") if path.suffix == ".py"]
    assert evil.exists()
    assert sorted(path.name for path in (index_dir / "build").iterdir()) == [
        ".build.lock",
        "project",
    ]


def test_only_the_directory_of_a_killed_run_is_removed(index_dir: Path) -> None:
    """The record names it; other names, links and what only looks like one stay."""
    build_dir = index_dir / "build"
    killed, mine, link = (f"run-{digit * 16}" for digit in "0af")
    for name in (killed, mine, "run-mine", "export"):
        plant(build_dir / name / "file.txt", "kept")
    (build_dir / link).symlink_to(outside(index_dir))
    left = {mine, link, "run-mine", "export", ".build.lock"}
    for named in (killed, link, "run-mine", f"../outside/{mine}", "../outside", "export"):
        (build_dir / ".run").write_text(named)
        with run_directory(request(index_dir)):
            pass
        assert {path.name for path in build_dir.iterdir()} == left
    assert len(list((index_dir.parent / "outside").rglob("*"))) == 6


def checked_then(index_dir: Path, change: Callable[[], object], tmp_path: Path) -> Path:
    """Return the project of an index one of whose files changes once it has been checked."""
    with (
        run_directory(request(index_dir)) as run_dir,
        checked_input(request(index_dir), run_dir) as checked,
    ):
        change()
        assemble_project(checked, PROJECT_ROOT, tmp_path / "project")
    return tmp_path / "project"


def test_what_was_checked_is_what_is_built(index_dir: Path, tmp_path: Path) -> None:
    """Files that are replaced after the check do not reach the project, seeds and others alike."""
    scores = index_dir / SCORES
    row_count = len(scores.read_text(encoding="utf-8").splitlines()) - 1
    add_setting(index_dir, f"scores_row_count: {row_count}")
    keys = index_dir / "entities" / "official_keys.csv"
    original = keys.read_bytes()

    def replace_files() -> None:
        scores.write_text("not even a header\n")
        keys.write_text("replaced\n")

    project = checked_then(index_dir, replace_files, tmp_path)
    assert (project / "seeds/reference/official_keys.csv").read_bytes() == original
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select count(*) from '{project / 'external' / 'indicator_scores.parquet'}'"
        ).fetchall()
    assert found == [(row_count,)]


def load(checked: CheckedInput, database: Path) -> duckdb.DuckDBPyConnection:
    """Return a database that holds what an engine would have loaded: the staging models."""
    connection = duckdb.connect(str(database))
    connection.execute("create schema main_staging")
    for model in checked.gate.staging_models():
        file = database.with_name(f"{model}.parquet")
        checked.gate.connection.execute(f"copy (from {model}) to '{file}' (format parquet)")
        connection.execute(f"create table main_staging.{model} as from '{file}'")
    return connection


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "delete from {scores} where raw_value = (select max(raw_value) from {scores})",
            "were loaded",
        ),
        (
            "update {scores} set raw_value = raw_value + 0.000001 where rowid = 7",
            "raw_value has other",
        ),
        ("update {scores} set source = '' where rowid = 7", "source has other values"),
        ("update {cities} set city_name = null where rowid = 1", "city_name has other values"),
        (
            "update {scores} set city_id = case rowid when 0 then 'region_02' else city_id end",
            "city_id has other values",
        ),
        (
            (
                "update {scores} as one set raw_value = other.raw_value from {scores} as other"
                " where one.rowid in (7, 9) and other.rowid = 16 - one.rowid"
            ),
            "the values belong to other rows",
        ),
    ],
)
def test_other_rows_than_those_checked_are_noticed(
    index_dir: Path, tmp_path: Path, change: str, message: str
) -> None:
    """One row less, one digit or one text other than checked is named with table and column."""
    names = {"scores": "main_staging.stg_indicator_scores", "cities": "main_staging.stg_cities"}
    with (
        run_directory(request(index_dir)) as run_dir,
        checked_input(request(index_dir), run_dir) as checked,
        load(checked, tmp_path / "loaded.duckdb") as connection,
    ):

        def query(sql: str) -> list[tuple[object, ...]]:
            return connection.execute(sql).fetchall()

        compare_with_input(checked.gate, query, "main_staging")
        connection.execute(change.format(**names))
        with pytest.raises(LoadError, match=message):
            compare_with_input(checked.gate, query, "main_staging")


def test_all_findings_are_left_in_a_file(index_dir: Path) -> None:
    """Where the report is cut, a CSV file in the build directory holds every finding."""
    scores = index_dir / SCORES
    header, *rows = scores.read_text(encoding="utf-8").splitlines()
    broken = [row.replace(",false,", ",falsch,").replace(",true,", ",wahr,") for row in rows]
    scores.write_text("\n".join([header, *broken]) + "\n", encoding="utf-8")
    with (
        pytest.raises(InputError, match=r"findings.csv\.$") as raised,
        run_directory(request(index_dir)) as run_dir,
        checked_input(request(index_dir), run_dir),
    ):
        pass
    assert f"{len(rows)} findings in the input" in str(raised.value)
    assert f"{len(rows) - 10} more: must be true or false" in str(raised.value)
    found = (index_dir / "build" / "findings.csv").read_text(encoding="utf-8").splitlines()
    assert len(found) == len(rows) + 1


def test_project_of_an_index_is_a_new_directory(
    index_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sci project` writes a dbt project where there is nothing, and nowhere else."""
    monkeypatch.chdir(index_dir.parent)
    assert cli.main(["project", "--index", "regions", "project"]) == 0
    assert (index_dir.parent / "project" / "seeds" / "methodology" / "rankings.csv").exists()
    before = content_hashes(index_dir.parent / "project")
    assert cli.main(["project", "--index", "regions", "project"]) == 1
    assert "is there already" in capsys.readouterr().err
    assert content_hashes(index_dir.parent / "project") == before
    shutil.rmtree("project")


def test_the_project_of_an_index_passes_the_check(index_dir: Path, tmp_path: Path) -> None:
    """`sci spark` begins with it: what the index leaves out is a seed without rows there."""
    project = tmp_path / "project"
    assert cli.main(["project", "--index", str(index_dir), str(project)]) == 0
    assert cli.main(["check", "--project-dir", str(project)]) == 0
