"""`sci diff` says which rows of which marts differ between two published files, and never miscounts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from smart_city_index import cli
from smart_city_index.diff import MartDifference, compare

MARTS = """
    create table ranks (city varchar, edition int, place int, note varchar, primary key (city, edition));
    insert into ranks select 'city_' || i, 2024 + i % 2, i, null from range(10) as t(i);
    create table findings (rule varchar, size double);
    insert into findings values ('jump', 'nan'), ('jump', 'nan'), ('drop', null);
    create table meta_build (mart_name varchar primary key, row_count int, built_at timestamp);
    insert into meta_build values ('ranks', 10, now());
"""

Files = Callable[..., tuple[Path, Path]]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Return a function that makes two files and changes the second one."""

    def make(*changes: str) -> tuple[Path, Path]:
        for name, statements in (("old", ()), ("new", changes)):
            with duckdb.connect(str(tmp_path / f"{name}.duckdb")) as connection:
                connection.execute(MARTS)
                for statement in statements:
                    connection.execute(statement)
        return tmp_path / "old.duckdb", tmp_path / "new.duckdb"

    return make


def only(differences: list[MartDifference]) -> MartDifference:
    """Return the one mart that differs."""
    (differing,) = [difference for difference in differences if difference]
    return differing


def test_equal_files(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """NULL, NaN and repeated rows are equal to themselves, and the time of the build does not count."""
    old, new = files("update meta_build set built_at = '2000-01-01'")
    assert cli.main(["diff", str(old), str(new)]) == 0
    assert capsys.readouterr().out == "3 of 3 marts are equal.\n"


def test_rows_are_added_removed_and_changed(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows are paired by the key; of what changed, columns and keys are named."""
    old, new = files(
        "update ranks set place = 99, note = 'x' where city = 'city_3'",
        "update ranks set note = 'y' where city = 'city_4'",
        "delete from ranks where city in ('city_5', 'city_6', 'city_7')",
        "insert into ranks values ('city_10', 2024, 1, null)",
    )
    difference = only(compare(old, new))
    assert (difference.added, difference.removed, difference.changed) == (1, 3, 2)
    assert difference.changes == {
        "place": (1, ["city_3, 2025"]),
        "note": (2, ["city_3, 2025", "city_4, 2024"]),
    }
    assert cli.main(["diff", str(old), str(new)]) == 1
    assert "ranks: 1 rows added, 3 removed, 2 changed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "counts", "columns"),
    [
        ("insert into findings values ('jump', 'nan')", (1, 0, 0), []),
        ("update findings set size = 1 where size is null", (1, 1, 0), []),
        ("alter table findings add column note varchar", (0, 0, 0), ["+ note"]),
        ("alter table findings drop column size", (0, 0, 0), ["- size"]),
        (
            "alter table findings alter size type decimal(9, 3)",
            (0, 0, 0),
            ["size DOUBLE -> DECIMAL(9,3)"],
        ),
        ("create schema other; create table other.findings (i int)", (0, 0, 0), []),
    ],
)
def test_marts_without_a_key(
    files: Files, change: str, counts: tuple[int, int, int], columns: list[str]
) -> None:
    """Without a key rows are added and removed only; columns and types that differ are named."""
    update = (
        "update findings set size = null where isnan(size)" if "decimal" in change else "select 1"
    )
    old, new = files(update, change)
    if "decimal" in change:
        with duckdb.connect(str(old)) as connection:
            connection.execute(update)
    (difference,) = [found for found in compare(old, new) if found.mart == "findings"]
    assert (difference.added, difference.removed, difference.changed) == counts
    assert difference.columns == columns


def test_a_key_that_changed_does_not_pair_rows(files: Files) -> None:
    """Where the new key is none in the old file, rows are added and removed, never below zero."""
    old, new = files(
        "drop table ranks",
        "create table ranks (edition int, city varchar, place int, note varchar, primary key (edition))",
        "insert into ranks values (2024, 'city_0', 0, null), (2025, 'city_9', 7, null)",
    )
    difference = only(compare(old, new))
    assert (difference.added, difference.removed, difference.changed) == (1, 9, 0)


def test_renamed_marts_and_columns(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """A new name that is told is no difference; one that fits nothing is an error."""
    old, new = files(
        'alter table ranks rename to "order"', 'alter table "order" rename column note to "a b"'
    )
    arguments = ["diff", str(old), str(new), "--renamed", "ranks=order", "--renamed"]
    assert cli.main([*arguments, "order.note=a b"]) == 0
    assert cli.main([*arguments, "order.nte=a b"]) == 2
    assert "nothing has the old name order.nte" in capsys.readouterr().err


def test_what_is_no_published_file(tmp_path: Path, files: Files) -> None:
    """A missing file, a text, a folder and a file without tables cannot be compared."""
    old, _ = files()
    (tmp_path / "text.duckdb").write_text("text")
    with duckdb.connect(str(tmp_path / "views.duckdb")) as connection:
        connection.execute("create view ranks as select 1 as place")
    for name in ("nothing.duckdb", "text.duckdb", "views.duckdb", "."):
        assert cli.main(["diff", str(old), str(tmp_path / name)]) == 2


def test_only_the_marts_that_a_run_of_dbt_has_built(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With dbt's results only its models are compared; what is no such file is said so."""
    old, new = files("update ranks set place = 99", "update findings set size = 1")
    results = tmp_path / "run_results.json"
    results.write_text(
        '{"results": [{"unique_id": "model.city.findings"}, {"unique_id": "test.city.ranks"}]}'
    )
    assert cli.main(["diff", str(old), str(new), "--dbt-run", str(results)]) == 1
    assert "0 of 1 marts are equal" in capsys.readouterr().out
    for text in ("", "[]", '{"results": 1}'):
        results.write_text(text)
        assert cli.main(["diff", str(old), str(new), "--dbt-run", str(results)]) == 2
        assert "run_results.json is no run_results.json of dbt" in capsys.readouterr().err
