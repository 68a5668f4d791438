"""An index kept in a folder of its own is built by data alone, and comes out exactly right.

The example, examples/simulated_regions, differs from the Smart City Index in every setting. It is
copied away from the repository, built by sci build --index, and recomputed in exact fractions.
"""

from __future__ import annotations

import csv
import hashlib
import random
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
import yaml
from filelock import FileLock

from smart_city_index import cli
from smart_city_index.check import Request, checked_input, run_directory
from smart_city_index.index_project import database_name
from tests.python.conftest import (
    EXAMPLE,
    PROJECT_ROOT,
    Differences,
    OwnIndex,
    copy_example,
    run_index_build,
)
from tests.python.exact_index import ExactEdition, exact_editions, read_rows

SCORES = Path("scores") / "indicator_scores.csv"
LIMIT = 1e-10


@pytest.fixture(scope="module")
def connection(own_index: OwnIndex) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the published file, read-only."""
    with duckdb.connect(str(own_index.database), read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def editions() -> dict[tuple[str, int], ExactEdition]:
    """Return the example, recomputed."""
    return exact_editions(EXAMPLE)


def content_hashes(directory: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a directory by relative path."""
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_every_index_and_rank_agrees_with_exact_fractions(
    connection: duckdb.DuckDBPyConnection,
    editions: dict[tuple[str, int], ExactEdition],
    differences: Differences,
) -> None:
    """Scores, indices and ranks of all nodes, cities and editions, missing ones included."""
    rows = connection.execute(
        "select ranking_id, edition, city_id, category_id, index_value, rank, rank_source"
        " from fct_index_results union all"
        " select ranking_id, edition, city_id, indicator_id, score, rank, 'computed'"
        " from fct_indicator_scores"
    ).fetchall()
    expected_count = sum(len(e.cities) * len(e.tree) for e in editions.values())
    assert len(rows) == expected_count > 600
    for ranking, year, city, node, index, rank, basis in rows:
        edition = editions[ranking, year]
        expected = edition.indices[node][city]
        assert (index is None) == (expected is None), (ranking, year, city, node)
        if expected is not None:
            difference = abs(Fraction(index) - expected)
            scale = Fraction(edition.settings["scale_maximum"])
            differences.add("own index, share of the scale", float(difference / scale), LIMIT)
        if basis != "published":
            assert rank == edition.ranks[node].get(city), (ranking, year, city, node)


def test_every_tendency_agrees(
    connection: duckdb.DuckDBPyConnection, editions: dict[tuple[str, int], ExactEdition]
) -> None:
    """The rank in the edition named as previous less the rank now; none for who was not in it."""
    previous = {
        (row["ranking_id"], int(row["edition"])): int(row["previous_edition"] or 0)
        for row in read_rows(EXAMPLE, "editions")
    }
    published = {
        (row["ranking_id"], int(row["edition"]), row["city_id"], row["category_id"]): int(
            row["published_rank"]
        )
        for row in read_rows(EXAMPLE, "published_results")
    }
    rows = connection.execute(
        "select ranking_id, edition, city_id, category_id, tendency from fct_index_results"
    ).fetchall()
    counted = 0
    for ranking, year, city, node, tendency in rows:
        before = editions.get((ranking, previous[ranking, year]))
        old_rank = before.ranks[node].get(city) if before and node in before.ranks else None
        new_rank = (
            editions[ranking, year]
            .ranks[node]
            .get(city, published.get((ranking, year, city, node)))
        )
        expected = None if old_rank is None or new_rank is None else old_rank - new_rank
        assert tendency == expected, (ranking, year, city, node)
        counted += tendency is not None
    assert counted > 100


def test_the_example_differs_in_every_setting() -> None:
    """Every value of every setting that the methodology knows occurs in the example."""
    nodes = read_rows(EXAMPLE, "framework")
    methodologies = read_rows(EXAMPLE, "methodologies")

    def values(rows: list[dict[str, str]], column: str) -> set[str]:
        return {row[column] for row in rows if row[column]}

    assert values(nodes, "normalisation") == {
        "none", "percentile_rank", "distance_to_reference", "min_max", "goalposts"
    }  # fmt: skip
    assert values(nodes, "direction") == {"higher_is_better", "lower_is_better"}
    assert values(nodes, "aggregation") == {"arithmetic", "geometric"}
    assert values(nodes, "role") == {"regular", "project"}
    assert values(nodes, "is_capped") == values(nodes, "is_logarithmic") == {"true", "false"}
    assert values(methodologies, "missing_value_rule") == {"renormalise", "zero", "no_index"}
    assert values(methodologies, "rank_taken_on") == {"rounded", "unrounded"}
    assert values(methodologies, "scale_maximum") == {"1", "100", "1000"}
    assert "true" in values(read_rows(EXAMPLE, "indicator_scores"), "is_not_applicable")
    assert {row["is_simulated_ranking"] for row in read_rows(EXAMPLE, "rankings")} == {"true"}


def test_the_edge_cases_of_the_example_occur(connection: duckdb.DuckDBPyConnection) -> None:
    """Depths, gaps, a tie, a zero, a cap and cities that come and go are in the marts."""
    counts = connection.execute(
        "select (select list(distinct heights.height order by heights.height) from"
        "   (select max(height) as height from dim_categories group by ranking_id, edition)"
        "   as heights),"
        " (select list(distinct status order by status) from fct_indicator_scores),"
        " (select count(*) > 0 from fct_index_results where tied_with is not null),"
        " (select count(*) > 0 from fct_index_results where index_value = 0 and category_id = 'overall'),"
        " (select count(*) > 0 from fct_indicator_scores where role = 'project' and score > 100),"
        " (select count(*) > 0 from fct_index_results where is_new_in_edition),"
        " (select max(index_value) > 100 from fct_index_results)"
    ).fetchall()
    expected_statuses = ["missing", "not_applicable", "scored"]
    assert counts == [([1, 2, 3], expected_statuses, True, True, True, True, True)]


def test_every_mart_has_rows_or_says_why_not(connection: duckdb.DuckDBPyConnection) -> None:
    """All marts but one hold the example; analysis marts the editions of analysis_coverage."""
    marts = [
        name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()
    ]
    assert len(marts) >= 29
    empty = [
        mart
        for mart in marts
        if connection.execute(f"select count(*) from {mart}").fetchall() == [(0,)]
    ]
    # it speaks of editions with too few cities to be analysed, and there are none
    assert empty == ["what_if_ranges"]
    coverage = connection.execute(
        "select ranking_id, edition, status, is_additive from analysis_coverage order by all"
    ).fetchall()
    assert [status for *_, status, _ in coverage] == ["analysed"] * 9
    # a city without an index stays out of its edition, and says so
    assert connection.execute(
        "select ranking_id, edition, count(*) from city_coverage where status = 'index_missing'"
        " group by all order by all"
    ).fetchall() == [
        ("simulated_living", 2023, 1),
        ("simulated_resilience", 2024, 1),
        ("simulated_services", 2023, 1),
        ("simulated_services", 2024, 1),
    ]
    for mart, needs_sum in {
        "rank_robustness": False,
        "peer_cities": False,
        "rank_bounds": True,
    }.items():
        found = set(
            connection.execute(f"select distinct ranking_id, edition from {mart}").fetchall()
        )
        assert found == {
            (ranking, edition)
            for ranking, edition, status, is_additive in coverage
            if status == "analysed" and (is_additive or not needs_sum)
        }


def test_the_league_table_has_the_columns_of_the_index(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """The categories of index.yml have their columns, with descriptions, and no others have."""
    columns = connection.execute(
        "select column_name, comment from duckdb_columns() where table_name = 'league_table'"
    ).fetchall()
    settings = yaml.safe_load((EXAMPLE / "index.yml").read_text(encoding="utf-8"))
    expected = {f"{category}_index" for category in settings["league_table_categories"]}
    assert {name for name, _ in columns if name.endswith("_index")} == {*expected, "overall_index"}
    assert all(comment for _, comment in columns)


def test_profiles_have_the_labels_of_the_index(connection: duckdb.DuckDBPyConnection) -> None:
    """What is ranked need not be a city in a federal state."""
    labels = connection.execute(
        "select distinct label_de from city_profiles where section = 'header' order by 1"
    ).fetchall()
    assert labels == [("Bevölkerung",), ("Fläche",), ("Gruppe",), ("Rang",)]


def test_nothing_is_written_outside_the_folder(own_index: OwnIndex) -> None:
    """Build and published files are in the index folder; nothing is left beside them."""
    assert sorted(path.name for path in own_index.index_dir.parent.iterdir()) == ["regions"]
    assert [path.name for path in (own_index.index_dir / "build").iterdir()] == [".build.lock"]
    assert own_index.database.exists()


LOCATIONS = (
    "cities_location: entities/cities.csv\n"
    "ranking_members_location: entities/ranking_members.csv\n"
    "scores_location: scores/*.csv\n"
)
# fmt: off
# What is done to a copy of the example, and what the message must say.
BAD_FOLDERS: dict[str, tuple[str, str | None, list[str]]] = {
    "unknown setting": ("index.yml", "score_location: x.csv\n", ["index.yml: unknown setting 'score_location'; is it scores_location?"]),
    "settings that are no YAML": ("index.yml", "a: [b\n", ["index.yml: cannot be read as YAML"]),
    "settings that are a list": ("index.yml", "- a\n", ["index.yml: must hold lines such as"]),
    "location that is no path": ("index.yml", "scores_location: [a]\n", ["index.yml: scores_location must be a path"]),
    "categories that are no list": ("index.yml", "league_table_categories: health\n", ["league_table_categories must be a list"]),
    "category that is not in the tree": ("index.yml", f"{LOCATIONS}league_table_categories: [health, helth]\n", ["'helth' is no category of framework.csv"]),
    "settings under another name": ("index.yaml", "a: b\n", ["index.yaml: must be named index.yml"]),
    "required file missing": ("framework.csv", None, ["framework.csv: is missing; its header is methodology_id,"]),
    "no members at all": ("entities/ranking_members.csv", None, ["ranking_members.csv: is missing", "ranking_members_location"]),
    "misspelt file": ("edition.csv", "a\n", ["edition.csv: is no file of an index; is it editions.csv?"]),
    "file twice": ("more/rankings.csv", "a\n", ["rankings.csv: stands at", "already"]),
    "bad row": ("editions.csv", "a\n", ["regions/editions.csv:1: lacks columns (ranking_id, edition"]),
}
# fmt: on


@pytest.mark.parametrize("case", BAD_FOLDERS)
def test_bad_folder_is_named(
    tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with a folder or its settings is said under the user's own file names."""
    file, content, texts = BAD_FOLDERS[case]
    index_dir = tmp_path / "regions"
    copy_example(index_dir)
    (index_dir / file).parent.mkdir(exist_ok=True)
    if content is None:
        (index_dir / file).unlink()
        settings = (index_dir / "index.yml").read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in settings if file not in line]
        (index_dir / "index.yml").write_text("".join(kept), encoding="utf-8")
    else:
        (index_dir / file).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["check", "--index", index_dir.name]) == 1
    errors = capsys.readouterr().err
    for text in texts:
        assert text in errors
    assert str(index_dir / "build") not in errors


def test_second_build_of_an_index_is_refused(own_index: OwnIndex) -> None:
    """While one build of the folder holds its lock another one ends at once."""
    before = content_hashes(own_index.database.parent)
    with FileLock(own_index.index_dir / "build" / ".build.lock"):
        completed = run_index_build(own_index.index_dir)
    assert completed.returncode == 1
    assert "another build is running" in completed.stderr
    assert content_hashes(own_index.database.parent) == before


def test_an_index_is_kept_apart_from_the_repository(tmp_path: Path) -> None:
    """The repository's warehouse/, the repository itself and a folder that is none are refused."""
    index_dir = tmp_path / "regions"
    copy_example(index_dir)
    warehouse = str(PROJECT_ROOT / "warehouse")
    completed = run_index_build(index_dir, "--warehouse-dir", warehouse)
    assert "is for this repository's own rankings" in completed.stderr
    completed = run_index_build(PROJECT_ROOT)
    assert "is, or holds, this repository" in completed.stderr
    completed = run_index_build(tmp_path / "nothing")
    assert "is no folder" in completed.stderr
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("my-index", "my_index.duckdb"),
        ("Städte 2025", "st_dte_2025.duckdb"),
        ("2025", "index_2025.duckdb"),
        ("export", "index_export.duckdb"),
        ("---", "index.duckdb"),
    ],
)
def test_the_file_is_named_after_the_folder(tmp_path: Path, folder: str, name: str) -> None:
    """Every name of a folder gives the name of a catalogue."""
    assert database_name(tmp_path / folder) == name


def external_scores(index_dir: Path) -> list[dict[str, str]]:
    """Take the scores out of an index folder and return their rows."""
    rows = read_rows(index_dir, "indicator_scores")
    (index_dir / SCORES).unlink()
    return rows


def add_setting(index_dir: Path, line: str) -> None:
    """Add a line to the settings of an index; it replaces one of the same setting."""
    file = index_dir / "index.yml"
    name = line.partition(":")[0]
    kept = [
        old for old in file.read_text(encoding="utf-8").splitlines() if not old.startswith(name)
    ]
    file.write_text("\n".join([*kept, line, ""]), encoding="utf-8")


def write_csv(file: Path, rows: list[dict[str, str]], columns: list[str]) -> None:
    """Write rows as a CSV file with the columns in an order."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_parquet(file: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as a Parquet file with the types that a data frame would have."""
    text = file.with_suffix(".text")
    write_csv(text, rows, list(rows[0]))
    with duckdb.connect() as opened:
        opened.execute(f"copy (from read_csv('{text}')) to '{file}' (format parquet)")
        types = [kind for _, kind, *_ in opened.execute(f"describe from '{file}'").fetchall()]
    assert {"BIGINT", "DOUBLE", "BOOLEAN"} <= set(types)
    text.unlink()


def rows_to_build(index_dir: Path) -> dict[str, list[str]]:
    """Return the rows that a build of an index folder loads, in the order of their texts."""
    request = Request(PROJECT_ROOT, index_dir, {}, index_dir / "build", index_dir / "warehouse")
    with run_directory(request) as run_dir, checked_input(request, run_dir) as checked:
        connection = checked.gate.connection
        return {
            model: sorted(
                row
                for (row,) in connection.execute(
                    f"select cast(model as varchar) from {model} as model"
                ).fetchall()
            )
            for model in checked.gate.staging_models()
        }


def test_csv_files_with_shuffled_columns_give_the_same(tmp_path: Path) -> None:
    """Scores from a glob of CSV files, columns and rows in other orders, change no row of the input.

    A build loads what the gate has read, in whatever order (test_determinism).
    """
    index_dir = tmp_path / "regions"
    copy_example(index_dir)
    expected = rows_to_build(index_dir)
    rows = external_scores(index_dir)
    generator = random.Random(1)
    generator.shuffle(rows)
    for number in range(3):
        columns = list(rows[0])
        generator.shuffle(columns)
        write_csv(index_dir / "large" / f"scores_{number}.csv", rows[number::3], columns)
    add_setting(index_dir, "scores_location: large/scores_*.csv")
    assert len(expected["stg_indicator_scores"]) == len(rows)
    assert rows_to_build(index_dir) == expected


def test_parquet_files_give_the_same(
    own_index: OwnIndex, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scores, members and cities from Parquet and CSV files change no row of the input; a bad row is named.

    A score of an indicator that the tree does not have is named with its row of the Parquet file, before
    anything is computed, and the published files stay.
    """
    index_dir = tmp_path / "regions"
    shutil.copytree(own_index.index_dir, index_dir)
    expected = rows_to_build(index_dir)
    rows = external_scores(index_dir)
    write_parquet(index_dir / "scores.parquet", rows)
    add_setting(index_dir, "scores_location: scores.parquet")
    for name in ("cities", "ranking_members"):
        of_file = read_rows(index_dir, name)
        (index_dir / "entities" / f"{name}.csv").unlink()
        write_csv(index_dir / "large" / f"{name}.csv", of_file, list(of_file[0])[::-1])
        add_setting(index_dir, f"{name}_location: large/{name}.csv")
    assert len(expected["stg_indicator_scores"]) == len(rows)
    assert rows_to_build(index_dir) == expected
    before = content_hashes(index_dir / "warehouse")
    rows[9]["indicator_id"] = "misspelt"
    write_parquet(index_dir / "scores.parquet", rows)
    assert cli.main(["build", "--index", str(index_dir)]) == 1
    errors = capsys.readouterr().err
    for text in [
        "regions/scores.parquet:10, column indicator_id, value 'misspelt'",
        "of the edition's tree",
        "Nothing was published",
    ]:
        assert text in errors
    assert content_hashes(index_dir / "warehouse") == before
    assert [path.name for path in (index_dir / "build").iterdir()] == [".build.lock"]
