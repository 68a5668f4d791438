"""The input gate names file, line, column, value and rule of whatever is wrong with a seed."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from smart_city_index.check_seeds import Finding, check_seeds
from tests.python.conftest import PROJECT_ROOT

SCORES = "seeds/results/indicator_scores.csv"
PUBLISHED = "seeds/results/published_results.csv"
CITIES = "seeds/reference/cities.csv"
EDITIONS = "seeds/methodology/editions.csv"
METHODOLOGIES = "seeds/methodology/methodologies.csv"
HIERARCHY = "seeds/methodology/hierarchy.csv"
QC_RULES = "seeds/methodology/qc_rules.csv"

Edit = Callable[[str], str | bytes]


def replaced(old: str, new: str) -> Edit:
    """Return an edit that replaces the first occurrence of a text, which must be there."""

    def edit(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return edit


def score(value: str) -> Edit:
    """Return an edit that gives Düsseldorf's Payment of 2025 another score."""
    return replaced("2025,duesseldorf,payment,100.0,", f"2025,duesseldorf,payment,{value},")


def appended(row: str) -> Edit:
    """Return an edit that adds a row."""
    return lambda text: f"{text}{row}\n"


def swapped_columns(text: str) -> str:
    """Swap the columns of edition and previous edition, values included."""
    lines = [line.split(",", 3) for line in text.splitlines()]
    return "\n".join(",".join([a, c, b, rest]) for a, b, c, rest in lines) + "\n"


# What is wrong: file, edit, and what the finding must say (column, value, part of the rule).
CASES: dict[str, tuple[str, Edit, tuple[str, str, str]]] = {
    "score NaN": (SCORES, score("NaN"), ("raw_value", "NaN", "must be a number")),
    "score infinity": (SCORES, score("inf"), ("raw_value", "inf", "must be a number")),
    "score as text": (SCORES, score("full"), ("raw_value", "full", "must be a number")),
    "score NULL": (SCORES, score("NULL"), ("raw_value", "NULL", "must be a number")),
    "decimal comma": (SCORES, score('"99,5"'), ("raw_value", "99,5", "must be a number")),
    "thousands separator": (SCORES, score("1'000"), ("raw_value", "1'000", "must be a number")),
    "exponent": (SCORES, score("1e2"), ("raw_value", "1e2", "must be a number")),
    "plus sign": (SCORES, score("+99"), ("raw_value", "+99", "must be a number")),
    "bare minus": (SCORES, score("-"), ("raw_value", "-", "must be a number")),
    "hexadecimal": (SCORES, score("0x10"), ("raw_value", "0x10", "must be a number")),
    "Arabic digits": (SCORES, score("٩٩"), ("raw_value", "٩٩", "must be a number")),
    "too many digits": (SCORES, score("9.1234567"), ("raw_value", "9.1234567", "more than 6 digits")),
    "too large": (SCORES, score("9" * 13), ("raw_value", "9" * 13, "too large")),
    "whole number with digits": (PUBLISHED, replaced(",hamburg,overall,1,", ",hamburg,overall,1.0,"), ("published_rank", "1.0", "whole number")),
    "integer overflow": (PUBLISHED, replaced(",hamburg,overall,1,", ",hamburg,overall,3000000000,"), ("published_rank", "3000000000", "too large")),
    "boolean as number": (SCORES, replaced(",71.4,false,", ",71.4,0,"), ("is_not_applicable", "0", "true or false")),
    "rank 0": (PUBLISHED, replaced(",hamburg,overall,1,", ",hamburg,overall,0,"), ("published_rank", "0", "between 1 and")),
    "rank negative": (PUBLISHED, replaced(",hamburg,overall,1,", ",hamburg,overall,-1,"), ("published_rank", "-1", "between 1 and")),
    "index above every scale": (PUBLISHED, replaced(",79.53,2,", ",1790.53,2,"), ("published_index", "1790.53", "between 0 and 1000")),
    "index negative": (PUBLISHED, replaced(",79.53,2,", ",-79.53,2,"), ("published_index", "-79.53", "between 0 and 100")),
    "missing source": (SCORES, appended("smart_city_index,2025,aachen,payment,50.0,false,"), ("source", "", "must not be empty")),
    "missing key": (SCORES, appended("smart_city_index,2025,,payment,50.0,false,x"), ("city_id", "", "must not be empty")),
    "unknown city": (PUBLISHED, appended("smart_city_index,2025,atlantis,overall,12,,,,x"), ("city_id", "atlantis", "must exist in cities")),
    "unknown edition": (PUBLISHED, appended("smart_city_index,2018,aachen,overall,12,,,,x"), ("ranking_id, edition", "smart_city_index, 2018", "must exist in editions")),
    "unknown ranking": (PUBLISHED, appended("smart_index,2025,aachen,overall,12,,,,x"), ("ranking_id, edition", "smart_index, 2025", "must exist in editions")),
    "unknown previous edition": (EDITIONS, replaced("smart_city_index,2020,2019,", "smart_city_index,2020,2018,"), ("ranking_id, previous_edition", "smart_city_index, 2018", "must exist in editions")),
    "unknown methodology": (EDITIONS, replaced(",sci_2021,", ",sci_2018,"), ("methodology_id", "sci_2018", "must exist in methodologies")),
    "unknown missing rule": (METHODOLOGIES, replaced(",no_index,", ",ignore,"), ("missing_value_rule", "ignore", "must be one of")),
    "unknown scoring rule": (HIERARCHY, replaced(",as_scored,", ",z_score,"), ("scoring_rule", "z_score", "must be one of")),
    "unknown aggregation": (HIERARCHY, replaced(",arithmetic,", ",median,"), ("aggregation", "median", "must be one of")),
    "weight zero": (HIERARCHY, replaced(",1,arithmetic,", ",0,arithmetic,"), ("weight", "0", "must be between")),
    "weight negative": (HIERARCHY, replaced(",1,arithmetic,", ",-1,arithmetic,"), ("weight", "-1", "must be between")),
    "unknown parent": (HIERARCHY, replaced("sci_2025,payment,administration,", "sci_2025,payment,administratio,"), ("methodology_id, parent_node_id", "sci_2025, administratio", "must exist in hierarchy")),
    "duplicate key": (SCORES, appended("smart_city_index,2025,duesseldorf,payment,99.0,false,x"), ("ranking_id, edition, city_id, indicator_id", "smart_city_index, 2025, duesseldorf, payment", "must be unique, but stands on line")),
    "leading space": (SCORES, replaced(",duesseldorf,payment,", ", duesseldorf,payment,"), ("city_id", " duesseldorf", "begins or ends with a space")),
    "trailing space": (CITIES, replaced(",Düsseldorf,", ",Düsseldorf ,"), ("city_name", "Düsseldorf ", "begins or ends with a space")),
    "non-breaking space": (CITIES, replaced("Frankfurt am", "Frankfurt\u00a0am"), ("city_name", "Frankfurt\u00a0am Main", "invisible character U+00A0")),
    "zero-width space": (CITIES, replaced("Düsseldorf", "Düssel\u200bdorf"), ("city_name", "Düssel\u200bdorf", "invisible character U+200B")),
    "tabulator": (CITIES, replaced("Frankfurt am", "Frankfurt\tam"), ("city_name", "Frankfurt\tam Main", "invisible character U+0009")),
    "decomposed name": (CITIES, replaced("Düsseldorf", unicodedata.normalize("NFD", "Düsseldorf")), ("city_name", unicodedata.normalize("NFD", "Düsseldorf"), "decomposed Unicode")),
    "Cyrillic letter in a name": (CITIES, replaced("Aachen", "А\u0430chen"), ("city_name", "А\u0430chen", "CYRILLIC")),
    "Cyrillic letter in an identifier": (CITIES, replaced("aachen,", "\u0430achen,"), ("city_id", "\u0430achen", "is no identifier")),
    "identifier in capitals": (SCORES, replaced(",duesseldorf,payment,", ",Duesseldorf,payment,"), ("city_id", "Duesseldorf", "is no identifier")),
    "same name twice": (CITIES, appended("aachen_2,Aachen,NW,Nordrhein-Westfalen,265208,50.7766,6.0834,x"), ("city_name", "Aachen", "must be unique")),
    "missing column": (QC_RULES, lambda text: "".join(line.split(",", 1)[1] for line in text.splitlines(True)), ("", "rule_id", "lacks columns")),
    "renamed column": (QC_RULES, replaced("threshold", "limit"), ("", "limit", "has unknown columns")),
    "added column": (QC_RULES, replaced("description\n", "description,note\n"), ("", "note", "has unknown columns")),
    "repeated column": (QC_RULES, replaced("rule_id,", "rule_id,rule_id,"), ("", "rule_id", "repeats columns")),
    "swapped columns": (EDITIONS, swapped_columns, ("", "ranking_id,previous_edition,edition,", "in another order")),
    "semicolons": (QC_RULES, lambda text: text.replace(",", ";"), ("", "rule_id;threshold;description", "not separated by commas")),
    "tabulators": (QC_RULES, lambda text: text.replace(",", "\t"), ("", "rule_id\tthreshold\tdescription", "not separated by commas")),
    "too many fields": (SCORES, appended("smart_city_index,2025,aachen,payment,99,5,false,x"), ("", "smart_city_index,2025,aachen", "8 fields instead of 7")),
    "too few fields": (SCORES, appended("smart_city_index,2025,aachen"), ("", "smart_city_index,2025,aachen", "3 fields instead of 7")),
    "blank line": (SCORES, appended(""), ("", "", "0 fields instead of 7")),
    "unclosed quote": (SCORES, appended('smart_city_index,2025,aachen,payment,50.0,false,"x'), ("", "", "quote that is not closed")),
    "misplaced quote": (SCORES, appended('smart_city_index,2025,aachen,payment,50.0,false,"x"y'), ("", "", "quote that is not closed or misplaced")),
    "line break in quotes": (SCORES, appended('smart_city_index,2025,aachen,payment,50.0,false,"x\ny"'), ("", "", "line break inside quotes")),
    "byte order mark": (SCORES, lambda text: "\ufeff" + text, ("", "", "byte order mark")),
    "Latin-1": (CITIES, lambda text: text.encode("latin-1"), ("", "", "is not UTF-8")),
    "UTF-16": (CITIES, lambda text: text.encode("utf-16"), ("", "", "NUL byte")),
    "NUL byte": (SCORES, lambda text: text + "\x00", ("", "", "NUL byte")),
    "CRLF": (SCORES, lambda text: text.replace("\n", "\r\n").encode(), ("", "", "carriage return")),
    "old Mac line ends": (SCORES, lambda text: text.replace("\n", "\r").encode(), ("", "", "carriage return")),
    "file cut off": (SCORES, lambda text: text[:-9], ("", "", "does not end with a line break")),
    "empty file": (SCORES, lambda text: "", ("", "", "is empty")),
    "spaces only": (SCORES, lambda text: " \n \n", ("", "", "is empty")),
    "header only": (CITIES, lambda text: text.splitlines()[0] + "\n", ("", "", "has a header but no rows")),
}  # fmt: skip


@pytest.fixture
def seeds_copy(tmp_path: Path) -> Path:
    """Return a directory with a copy of the seeds."""
    shutil.copytree(PROJECT_ROOT / "seeds", tmp_path / "seeds")
    return tmp_path


def edit_file(project_dir: Path, file: str, edit: Edit) -> None:
    """Apply an edit to a file, bytes for bytes."""
    path = project_dir / file
    content = edit(path.read_text(encoding="utf-8"))
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def findings_of(project_dir: Path, file: str) -> list[Finding]:
    """Return what the gate finds in one file."""
    return [finding for finding in check_seeds(project_dir) if finding.file == file]


def test_shipped_seeds_have_no_findings() -> None:
    """The committed seeds pass the gate."""
    assert check_seeds(PROJECT_ROOT) == []


@pytest.mark.parametrize("case", CASES)
def test_bad_file_is_named(seeds_copy: Path, case: str) -> None:
    """Every kind of bad input is found, in the right column, with the value and the rule."""
    file, edit, (column, value, rule) = CASES[case]
    edit_file(seeds_copy, file, edit)
    found = findings_of(seeds_copy, file)
    assert any(
        finding.column == column and finding.value.startswith(value) and rule in finding.rule
        for finding in found
    ), found
    assert all(finding.advice for finding in found)


def test_finding_names_the_line(seeds_copy: Path) -> None:
    """The line is the line of the file, as an editor counts it."""
    edit_file(seeds_copy, SCORES, score("full"))
    (finding,) = findings_of(seeds_copy, SCORES)
    lines = (seeds_copy / SCORES).read_text(encoding="utf-8").splitlines()
    assert "duesseldorf,payment,full" in lines[finding.line - 1]
    assert str(finding) == (
        f"{SCORES}:{finding.line}, column raw_value, value 'full': must be a number. "
        "Write digits with a decimal point only."
    )


def test_all_findings_are_reported(seeds_copy: Path) -> None:
    """A run reports what is wrong in every file and row, not only the first finding."""
    edit_file(seeds_copy, SCORES, lambda text: text.replace(",100.0,", ",hundred,"))
    edit_file(seeds_copy, CITIES, replaced(",Düsseldorf,", ", Düsseldorf,"))
    expected = (PROJECT_ROOT / SCORES).read_text(encoding="utf-8").count(",100.0,")
    assert len(findings_of(seeds_copy, SCORES)) == expected > 10
    assert len(findings_of(seeds_copy, CITIES)) == 1


def test_missing_and_undeclared_files_are_named(seeds_copy: Path) -> None:
    """A seed without its file and a file without a declaration are findings."""
    (seeds_copy / QC_RULES).rename(seeds_copy / "seeds" / "methodology" / "qc_rule.csv")
    assert [(finding.file, finding.rule) for finding in check_seeds(seeds_copy)] == [
        ("seeds/methodology/qc_rule.csv", "is declared in no YAML file"),
        ("seeds/qc_rules.csv", "is missing"),
    ]
