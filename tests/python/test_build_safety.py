"""Nothing wrong gets published, and nothing published is harmed by a failing or second build."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from smart_city_index import UserError, cli
from smart_city_index.build import CONTRADICTIONS_TEST
from smart_city_index.dbt_process import run_dbt
from smart_city_index.marts import export_marts
from tests.python.conftest import PROJECT_ROOT, Warehouse, run_build
from tests.python.fingerprints import record_fingerprints
from tests.python.test_determinism import LOCALE_C

FINGERPRINTS = "seeds/reference/source_fingerprints.csv"
SCORES = "seeds/results/indicator_scores.csv"
OPEN_DATA = "seeds/open_data/open_data_values.csv"
PUBLISHED = "seeds/results/published_results.csv"
# The line after the last one of PUBLISHED.
NEXT_LINE = (PROJECT_ROOT / PUBLISHED).read_bytes().count(b"\n") + 1


@pytest.fixture(scope="module")
def warehouse(
    published_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> Warehouse:
    """Return a copy of what is published, at a path that no SQL and no shell may trip over."""
    project_dir = tmp_path_factory.mktemp("safety") / "index; drop"
    shutil.copytree(published_warehouse.project_dir, project_dir)
    directory = project_dir / "warehouse"
    return Warehouse(project_dir, directory, directory / published_warehouse.database.name)


def content_hashes(directory: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a directory by relative path."""
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


@contextmanager
def edited(warehouse: Warehouse, edits: dict[str, tuple[str, str]]) -> Iterator[None]:
    """Replace a text in seed files (an empty text appends) and put the files back afterwards.

    The fingerprints are recorded anew, so that a build gets as far as the edit lets it.

    Args:
        warehouse: the published project.
        edits: for each file, the text to replace, which must stand in it once, and the new text.
    """
    originals = {
        file: (warehouse.project_dir / file).read_bytes() for file in (*edits, FINGERPRINTS)
    }
    try:
        for file, (old, new) in edits.items():
            text = originals[file].decode("utf-8")
            assert not old or text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
            path = warehouse.project_dir / file
            path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")
        record_fingerprints(warehouse.project_dir)
        yield
    finally:
        for file, original in originals.items():
            (warehouse.project_dir / file).write_bytes(original)


LOCKS = {
    "build/.build.lock": "another build is running",
    "warehouse/.publication.lock": "another build publishes into",
}
BAD_INPUTS = {
    "score above 100": (
        {
            SCORES: (
                "smart_city_index,2025,duesseldorf,payment,100.0,",
                "smart_city_index,2025,duesseldorf,payment,100.1,",
            )
        },
        [SCORES, "column raw_value, value '100.1'", "a score must be between 0 and 100.0"],
    ),
    "project points above the cap": (
        {
            SCORES: (
                "smart_city_index,2025,duesseldorf,mobility_projects,30.0,",
                "smart_city_index,2025,duesseldorf,mobility_projects,30.1,",
            )
        },
        [SCORES, "column raw_value, value '30.1'", "between 0 and the cap 30.0"],
    ),
    "duplicate row": (
        {SCORES: ("", "smart_city_index,2025,duesseldorf,payment,99.0,false,,,twice\n")},
        [SCORES, "duesseldorf, payment", "must be unique, but stands on line"],
    ),
    "unknown city": (
        {PUBLISHED: ("", "smart_city_index,2025,atlantis,overall,12,,,,nowhere\n")},
        [f"{PUBLISHED}:{NEXT_LINE}", "column city_id", "'atlantis'", "must exist in cities"],
    ),
    "unexplained contradiction": (
        {PUBLISHED: ("", "smart_city_index,2025,aachen,administration,6,,99.9,1,nowhere\n")},
        [PUBLISHED, "city_id=aachen", "explain it in known_contradictions.csv"],
    ),
    "score that is no number": (
        {
            SCORES: (
                "smart_city_index,2025,duesseldorf,payment,100.0,",
                "smart_city_index,2025,duesseldorf,payment,full,",
            )
        },
        [SCORES, "column raw_value", "'full'", "must be a number"],
    ),
}


def run_dbt_for(node: str) -> Callable[..., int]:
    """Return a function that runs dbt as `sci build` does, on a node and what it is made of."""
    return lambda words, *rest: run_dbt([*words, "--select", f"+{node}"], *rest)


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_is_named_and_nothing_is_published(
    warehouse: Warehouse,
    case: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The message names file, row, column and rule; the published files stay byte for byte."""
    edits, expected_texts = BAD_INPUTS[case]
    before = content_hashes(warehouse.directory)
    if case == "unexplained contradiction":
        # a build of the test that finds it, with all that it reads: nothing else is published either
        monkeypatch.setattr("smart_city_index.build.run_dbt", run_dbt_for(CONTRADICTIONS_TEST))
    with edited(warehouse, edits):
        assert cli.main(["build", "--project-dir", str(warehouse.project_dir)]) == 1
    errors = capsys.readouterr().err
    for text in [*expected_texts, "Nothing was published"]:
        assert text in errors
    assert content_hashes(warehouse.directory) == before


def test_second_build_is_refused(warehouse: Warehouse) -> None:
    """While a build holds the lock of the build directory or of the warehouse no other one starts."""
    before = content_hashes(warehouse.directory)
    for lock, message in LOCKS.items():
        with FileLock(warehouse.project_dir / lock):
            completed = run_build(warehouse.project_dir)
        assert completed.returncode == 1
        assert message in completed.stderr
    assert content_hashes(warehouse.directory) == before


def same_values(warehouse: Warehouse, city: str, other: str) -> str:
    """Return rows with the open data of a city for another one, of the newest edition."""
    rows = (warehouse.project_dir / OPEN_DATA).read_text(encoding="utf-8").splitlines(keepends=True)
    start = f"open_data_index,2026,{city},"
    return "".join(row.replace(city, other, 1) for row in rows if row.startswith(start))


def capped_scores(warehouse: Warehouse, city: str) -> str:
    """Return rows of scores for a made-up city: Düsseldorf's of 2025, none above 30."""
    lines = (warehouse.project_dir / SCORES).read_text(encoding="utf-8").splitlines()
    rows = [line.split(",") for line in lines if line.startswith("smart_city_index,2025,")]
    return "".join(
        f"smart_city_index,2025,{city},{indicator},{min(float(score), 30.0)},false,,,made up\n"
        for _, _, _, indicator, score, *_ in rows
    )


SMUGGLED_TEXTS = [
    "'); drop table dim_cities; --",
    "{{ this_is_jinja() }}",
    "' || (select 1/0) || '",
    "1=1+1",
]
# They name other directories and a failing flag.
DBT_VARIABLES = {
    "DBT_TARGET_PATH": "/nonexistent/target",
    "DBT_PROFILES_DIR": "/nonexistent",
    "DBT_EMPTY": "true",
}


def test_a_build_on_more_rows(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    """Rows are all that new cities need, texts arrive letter by letter, and readers are left alone.

    No DBT_ variable of the environment arrives at all, and texts do in the locale C. All in one build,
    because it takes long.
    """
    city = "Nordrhein-Westfalen,100001,,,made up\n"
    edits = {
        SCORES: ("", capped_scores(warehouse, "neustadt")),
        PUBLISHED: ("", "smart_city_index,2025,neustadt,mobility,70,,33.3,1,made up\n"),
        "seeds/reference/cities.csv": ("", f"neustadt,Neustadt,NW,{city}"),
        "seeds/reference/official_keys.csv": ("", "neustadt,05999999,made up\n"),
        "seeds/methodology/ranking_members.csv": (
            "",
            "smart_city_index,neustadt,2025,,made up\nopen_data_index,neustadt,2026,,made up\n",
        ),
        OPEN_DATA: ("", same_values(warehouse, "duesseldorf", "neustadt")),
        "seeds/reference/best_practices.csv": (
            "",
            "".join(
                f'smart_city_index,2025,duesseldorf,{number},"{text}","{text}","{text}","{text}",,x\n'
                for number, text in enumerate(SMUGGLED_TEXTS, start=2)
            ),
        ),
    }
    for name, value in {**DBT_VARIABLES, **LOCALE_C}.items():
        monkeypatch.setenv(name, value)
    held_file = warehouse.database.stat().st_ino
    with duckdb.connect(str(warehouse.database), read_only=True) as reader:
        count_before = reader.execute("select count(*) from league_table").fetchall()
        with edited(warehouse, edits):
            completed = run_build(warehouse.project_dir)
        assert completed.returncode == 0, completed.stderr
        with subtests.test("reader"):
            assert reader.execute("select count(*) from league_table").fetchall() == count_before
            assert warehouse.database.stat().st_ino != held_file
    with duckdb.connect(str(warehouse.database), read_only=True) as connection:
        rows = connection.execute(
            "select ranking_id, category_id, rank, rank_source, index_displayed, tendency"
            " from fct_index_results where city_id = 'neustadt'"
            " and category_id in ('overall', 'mobility') order by 1 desc, 2"
        ).fetchall()
        # a city with the same values takes the same place
        of_duesseldorf = {
            category: figures
            for category, *figures in connection.execute(
                "select category_id, rank, rank_source, index_displayed from fct_index_results"
                " where edition_key = 'open_data_index_2026' and city_id = 'duesseldorf'"
            ).fetchall()
        }
        verdicts = connection.execute(
            "select figure, verdict from published_reconciliation where city_id = 'neustadt'"
            " order by 1"
        ).fetchall()
        texts = connection.execute(
            "select label_de, text_de from city_profiles where ranking_id = 'smart_city_index'"
            " and edition = 2025 and section = 'best_practice' and line_id <> 'best_practice_1'"
            " order by line_number"
        ).fetchall()
    with subtests.test("cities"):
        assert rows == [
            ("smart_city_index", "mobility", 70, "published", "33.3", None),
            ("smart_city_index", "overall", None, None, "32.9", None),
            ("open_data_index", "mobility", *of_duesseldorf["mobility"], None),
            ("open_data_index", "overall", *of_duesseldorf["overall"], None),
        ]
        assert verdicts == [("index", "match"), ("rank", "consistent")]
    with subtests.test("texts"):
        assert texts == [(text, text) for text in SMUGGLED_TEXTS]


def test_exactly_the_declared_marts_are_published(tmp_path: Path) -> None:
    """A table that no mart declares, in whatever schema, or a mart that is missing stops the build."""
    for number, statement in enumerate(
        ["create table extra (i int)", "create schema other; create table other.extra (i int)",
         "create view extra as select 1", "drop table mart"]
    ):  # fmt: skip
        database = tmp_path / f"built_{number}.duckdb"
        with duckdb.connect(str(database)) as connection:
            connection.execute("create table mart (i int)")
            connection.execute(statement)
        with pytest.raises(UserError, match="not exactly the declared marts were built"):
            export_marts(database, tmp_path / f"export_{number}", "x.duckdb", {"mart": []})


def test_rows_are_published_in_key_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the order in which rows were written, Parquet files have the same bytes."""
    # these tables are none that a view could be of
    monkeypatch.setattr("smart_city_index.marts.create_views", lambda *_: {})
    exports = []
    for order in ("asc", "desc"):
        database = tmp_path / f"{order}.duckdb"
        with duckdb.connect(str(database)) as connection:
            for mart, key in (("keyed", ", primary key (i)"), ("keyless", "")):
                connection.execute(f"create table {mart} (i int, t varchar{key})")
                connection.execute(
                    f"insert into {mart} select i, md5(i::varchar) from range(5000) as r(i) order by i {order}"
                )
        exports.append(tmp_path / f"export_{order}")
        export_marts(database, exports[-1], "x.duckdb", {"keyed": ["i"], "keyless": []})
    for mart in ("keyed", "keyless"):
        first, second = ((export / f"parquet/{mart}.parquet").read_bytes() for export in exports)
        assert first == second
