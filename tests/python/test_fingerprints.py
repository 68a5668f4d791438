"""Transcribed rows have the fingerprint that was recorded when they were compared with their source."""

from __future__ import annotations

import csv
import random
import re
import shutil
from pathlib import Path

import pytest

from smart_city_index.cli import main
from smart_city_index.declarations import declared_seeds, project_vars
from smart_city_index.gate import check_project
from smart_city_index.sql_templates import SqlTemplates
from tests.python.conftest import PROJECT_ROOT, read_seed

EXAMPLE = PROJECT_ROOT / "examples" / "simulated_regions"


def test_every_column_of_a_transcribed_seed_counts() -> None:
    """The fingerprint is over every column that is declared, the source excepted."""
    templates = SqlTemplates(PROJECT_ROOT, project_vars(PROJECT_ROOT))
    declared = {seed.name: seed.types for seed in declared_seeds(PROJECT_ROOT)}
    query = templates.macro("source_fingerprints")
    parts = re.findall(r"select\s+'(\w+)' as seed_name,(.*?)from (\w+)", query, re.DOTALL)
    assert len(parts) == query.count("as seed_name")
    for name, columns, relation in parts:
        assert relation == name
        counted = dict.fromkeys(re.findall(r"cast\((\w+) as varchar\)", columns))
        assert [*counted, "source"] == list(declared[name])


def test_real_figures_with_a_source_are_all_compared() -> None:
    """Only what this project sets itself has no fingerprint."""
    compared = {row["seed_name"] for row in read_seed("reference/source_fingerprints.csv")}
    with_source = {seed.name for seed in declared_seeds(PROJECT_ROOT) if "source" in seed.types}
    own = {"rankings", "methodologies", "ranking_limits", "ranking_states", "size_classes"} | {
        *("weight_scenarios", "analysis_settings", "rank_targets", "profile_labels"),
        "indicator_descriptions",
        "source_fingerprints",
    }
    assert compared == with_source - own


def test_order_and_quotes_do_not_count(tmp_path: Path) -> None:
    """The same values in another order, all in quotes and with CRLF, have the same fingerprint."""
    shutil.copytree(PROJECT_ROOT / "seeds", tmp_path / "seeds")
    for name in ("dbt_project.yml", "macros", "models", "tests"):
        (tmp_path / name).symlink_to(PROJECT_ROOT / name)
    for seed in sorted(tmp_path.glob("seeds/*/*.csv")):
        with seed.open(encoding="utf-8", newline="") as opened:
            header, *rows = csv.reader(opened)
        random.Random(1).shuffle(rows)
        with seed.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
            writer.writerows([header, *rows])
    assert check_project(tmp_path) == []


def test_an_index_compares_fingerprints_if_it_records_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `sci fingerprints` prints is asked for until it is complete; then figures are held."""
    index = tmp_path / "regions"
    shutil.copytree(EXAMPLE, index, ignore=shutil.ignore_patterns("build", "warehouse"))

    def run(command: str) -> tuple[int, str, str]:
        code = main([command, "--index", str(index)])
        return code, *capsys.readouterr()

    assert run("check")[0] == 0, "an index needs no fingerprints"
    code, printed, _ = run("fingerprints")
    assert code == 0
    header, *rows = printed.splitlines(keepends=True)
    assert {row.split(",")[0] for row in rows} >= {"published_results", "best_practices"}
    recorded = index / "source_fingerprints.csv"
    recorded.write_text(printed, encoding="utf-8")
    code, _, errors = run("check")
    assert code == 1
    assert "source_fingerprints.csv:2, column compared_with: must not be empty" in errors

    complete = [row.replace(",,\n", ",the office's table,2026-11-26\n") for row in rows]
    recorded.write_text("".join([header, *complete]), encoding="utf-8")
    assert run("check")[0] == 0
    assert run("fingerprints")[1] == header, "nothing is left to record"

    results = index / "published_results.csv"
    text = results.read_text(encoding="utf-8")
    results.write_text(text.replace(",overall,3,", ",overall,2,"), encoding="utf-8")
    code, _, errors = run("check")
    assert code == 1
    assert "is not that of the rows" in errors
    assert "rows of published_results.csv" in errors

    recorded.write_text("".join([header, *complete[1:]]), encoding="utf-8")
    results.write_text(text, encoding="utf-8")
    code, _, errors = run("check")
    assert code == 1
    assert "must be recorded: nobody has compared the rows of this source" in errors

    recorded.write_text(header, encoding="utf-8")
    assert "has a header but no rows" in run("check")[2], "a file without effect is an error"
