"""The input gate names file, line, column, value and rule of whatever is wrong with a seed."""

from __future__ import annotations

import csv
import itertools
import os
import re
import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from smart_city_index.gate import SHOWN_PER_RULE, InputGate, check_project, own_seed_files
from smart_city_index.reader import FileError, Finding, check_header
from tests.python.conftest import PROJECT_ROOT
from tests.python.fingerprints import record_fingerprints

SCORES = "seeds/results/indicator_scores.csv"
PUBLISHED = "seeds/results/published_results.csv"
CITIES = "seeds/reference/cities.csv"
EDITIONS = "seeds/methodology/editions.csv"
METHODOLOGIES = "seeds/methodology/methodologies.csv"
FRAMEWORK = "seeds/methodology/framework.csv"
MEMBERS = "seeds/methodology/ranking_members.csv"
SETTINGS = "seeds/methodology/analysis_settings.csv"
SCENARIOS = "seeds/methodology/weight_scenarios.csv"
BEST_PRACTICES = "seeds/reference/best_practices.csv"
QC_RULES = "seeds/methodology/qc_rules.csv"
KEYS = "seeds/reference/official_keys.csv"
FACTS = "seeds/reference/city_facts.csv"
CHANGES = "seeds/results/published_index_changes.csv"
STATISTICS = "seeds/results/published_edition_statistics.csv"
FINGERPRINTS = "seeds/reference/source_fingerprints.csv"

NUMBER = "must be a number"

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
    return "".join(f"{a},{c},{b},{rest}\n" for a, b, c, rest in lines)


def deeper(text: str) -> str:
    """Put 20 categories between an indicator and its category."""
    parents = ["administration", *(f"below_{depth}" for depth in range(20))]
    text = text.replace("sci_2025,payment,administration,", f"sci_2025,payment,{parents[-1]},")
    return text + "".join(
        f"sci_2025,{name},{parent},category,regular,9,x,x,false,points,,,,,,,1,arithmetic,,x\n"
        for parent, name in itertools.pairwise(parents)
    )


# What is wrong: file, edit, and what the finding must say (column, value, part of the rule).
# fmt: off
CASES: dict[str, tuple[str, Edit, tuple[str, str, str]]] = {
    "whole number with digits": (PUBLISHED, replaced(",hamburg,overall,1,", ",hamburg,overall,1.0,"), ("published_rank", "1.0", "whole number")),
    "integer overflow": (PUBLISHED, replaced(",hamburg,overall,1,", ",hamburg,overall,3000000000,"), ("published_rank", "3000000000", "too large")),
    "boolean as number": (SCORES, replaced(",71.4,false,", ",71.4,0,"), ("is_not_applicable", "0", "true or false")),
    "rank 0": (PUBLISHED, replaced(",hamburg,overall,1,", ",hamburg,overall,0,"), ("published_rank", "0", "between 1 and")),
    "rank negative": (PUBLISHED, replaced(",hamburg,overall,1,", ",hamburg,overall,-1,"), ("published_rank", "-1", "between 1 and")),
    "index above every scale": (PUBLISHED, replaced(",79.53,2,", ",1790.53,2,"), ("published_index", "1790.53", "between 0 and 1000")),
    "index negative": (PUBLISHED, replaced(",79.53,2,", ",-79.53,2,"), ("published_index", "-79.53", "between 0 and 100")),
    "missing source": (SCORES, appended("smart_city_index,2025,aachen,payment,50.0,false,,,"), ("source", "", "must not be empty")),
    "missing key": (SCORES, appended("smart_city_index,2025,,payment,50.0,false,,,x"), ("city_id", "", "must not be empty")),
    "unknown city": (PUBLISHED, appended("smart_city_index,2025,atlantis,overall,12,,,,x"), ("city_id", "atlantis", "must exist in cities")),
    "unknown edition": (PUBLISHED, appended("smart_city_index,2018,aachen,overall,12,,,,x"), ("ranking_id, edition", "smart_city_index, 2018", "must exist in editions")),
    "unknown ranking": (PUBLISHED, appended("smart_index,2025,aachen,overall,12,,,,x"), ("ranking_id, edition", "smart_index, 2025", "must exist in editions")),
    "unknown previous edition": (EDITIONS, replaced("smart_city_index,2020,2019,", "smart_city_index,2020,2018,"), ("ranking_id, previous_edition", "smart_city_index, 2018", "must exist in editions")),
    "unknown methodology": (EDITIONS, replaced(",sci_2021,", ",sci_2018,"), ("methodology_id", "sci_2018", "must exist in methodologies")),
    "unknown missing rule": (METHODOLOGIES, replaced(",no_index,", ",ignore,"), ("missing_value_rule", "ignore", "must be one of")),
    "unknown scoring rule": (FRAMEWORK, replaced(",none,", ",z_score,"), ("normalisation", "z_score", "must be one of")),
    "unknown aggregation": (FRAMEWORK, replaced(",arithmetic,", ",median,"), ("aggregation", "median", "must be one of")),
    "weight zero": (FRAMEWORK, replaced(",1,arithmetic,", ",0,arithmetic,"), ("weight", "0", "must be between 0.000001 and 999")),
    "weight negative": (FRAMEWORK, replaced(",1,arithmetic,", ",-1,arithmetic,"), ("weight", "-1", "must be between")),
    "unknown parent": (FRAMEWORK, replaced("sci_2025,payment,administration,", "sci_2025,payment,administratio,"), ("methodology_id, parent_node_id", "sci_2025, administratio", "must exist in framework")),
    "duplicate key": (SCORES, appended("smart_city_index,2025,duesseldorf,payment,99.0,false,,,x"), ("ranking_id, edition, city_id, indicator_id", "smart_city_index, 2025, duesseldorf, payment", "must be unique, but stands on line")),
    "leading space": (SCORES, replaced(",duesseldorf,payment,", ", duesseldorf,payment,"), ("city_id", " duesseldorf", "begins or ends with a space")),
    "trailing space": (CITIES, replaced(",Düsseldorf,", ",Düsseldorf ,"), ("city_name", "Düsseldorf ", "begins or ends with a space")),
    "non-breaking space": (CITIES, replaced("Frankfurt am", "Frankfurt\u00a0am"), ("city_name", "Frankfurt\u00a0am Main", "invisible character U+00A0")),
    "zero-width space": (CITIES, replaced("Düsseldorf", "Düssel\u200bdorf"), ("city_name", "Düssel\u200bdorf", "invisible character U+200B")),
    "tabulator": (CITIES, replaced("Frankfurt am", "Frankfurt\tam"), ("city_name", "Frankfurt\tam Main", "invisible character U+0009")),
    "decomposed name": (CITIES, replaced("Düsseldorf", unicodedata.normalize("NFD", "Düsseldorf")), ("city_name", unicodedata.normalize("NFD", "Düsseldorf"), "decomposed Unicode")),
    "Cyrillic letter in a name": (CITIES, replaced("Aachen", "А\u0430chen"), ("city_name", "А\u0430chen", "look alike in one word: CYRILLIC CAPITAL LETTER A")),
    "Cyrillic letter in an identifier": (CITIES, replaced("aachen,", "\u0430achen,"), ("city_id", "\u0430achen", "is no identifier")),
    "identifier in capitals": (SCORES, replaced(",duesseldorf,payment,", ",Duesseldorf,payment,"), ("city_id", "Duesseldorf", "is no identifier")),
    "same name twice": (CITIES, appended("aachen_2,Aachen,NW,Nordrhein-Westfalen,265208,50.7766,6.0834,x"), ("city_name", "Aachen", "must be unique")),
    "missing column": (QC_RULES, lambda text: "".join(line.split(",", 1)[1] for line in text.splitlines(True)), ("", "", "lacks columns (rule_id)")),
    "renamed column": (QC_RULES, replaced("threshold", "limit"), ("", "", "lacks columns (threshold) and has unknown columns (limit)")),
    "added column": (QC_RULES, replaced("description\n", "description,note\n"), ("", "", "has unknown columns (note)")),
    "repeated column": (QC_RULES, replaced("rule_id,", "rule_id,rule_id,"), ("", "", "repeats columns (rule_id)")),
    "swapped columns": (EDITIONS, swapped_columns, ("", "ranking_id,previous_edition,edition,", "in another order")),
    "semicolons": (QC_RULES, lambda text: text.replace(",", ";"), ("", "rule_id;threshold;description", "not separated by commas")),
    "tabulators": (QC_RULES, lambda text: text.replace(",", "\t"), ("", "rule_id\tthreshold\tdescription", "not separated by commas")),
    "too many fields": (SCORES, appended("smart_city_index,2025,aachen,payment,99,5,false,,,x"), ("", "smart_city_index,2025,aachen", "10 fields instead of 9")),
    "too few fields": (SCORES, appended("smart_city_index,2025,aachen"), ("", "smart_city_index,2025,aachen", "3 fields instead of 9")),
    "blank line": (SCORES, appended(""), ("", "", "is an empty line")),
    "unclosed quote": (SCORES, appended('smart_city_index,2025,aachen,payment,50.0,false,,,"x'), ("", "", "quote that is not closed")),
    "misplaced quote": (SCORES, appended('smart_city_index,2025,aachen,payment,50.0,false,,,"x"y'), ("", "", "quote that is not closed or misplaced")),
    "line break in quotes": (SCORES, appended('smart_city_index,2025,aachen,payment,50.0,false,,,"x\ny"'), ("source", "x\ny", "contains a line break")),
    "Latin-1": (CITIES, lambda text: text.encode("latin-1"), ("", "", "is not UTF-8")),
    "UTF-16": (CITIES, lambda text: text.encode("utf-16"), ("", "", "is UTF-16")),
    "UTF-16 without its mark": (CITIES, lambda text: text.encode("utf-16-be"), ("", "", "NUL byte")),
    "NUL byte": (SCORES, lambda text: text + "\x00", ("", "", "NUL byte")),
    "old Mac line ends": (SCORES, lambda text: text.replace("\n", "\r").encode(), ("", "", "carriage return")),
    "file cut off": (SCORES, lambda text: text[:-9], ("", "", "does not end with a line break")),
    "empty file": (SCORES, lambda text: "", ("", "", "is empty")),
    "spaces only": (SCORES, lambda text: " \n \n", ("", "", "is empty")),
    "line of a megabyte": (SCORES, appended("x" * (1 << 20)), ("", "", "longer than 1,048,576 bytes")),
    "text of 200,000 letters": (SCORES, appended(f"smart_city_index,2025,aachen,payment,50.0,false,,,{'x' * 200_000}"), ("", "", "text that is too long")),
    "score left empty": (SCORES, score(""), ("raw_value", "", "must be empty if, and only if")),
    "header in capitals": (QC_RULES, replaced("rule_id,threshold", "Rule_ID, threshold"), ("", "", "capitals or spaces in its column names")),
    "emptied rows of a spreadsheet": (SCORES, appended(",,,,,,"), ("", "", "is an empty line")),
    "direction of what is scored": (FRAMEWORK, replaced("higher_is_better,none", "lower_is_better,none"), ("node_id", "internal_processes", "has no effect with none")),
    "category without children": (FRAMEWORK, lambda text: text.replace("sci_2025,smart_parking,mobility,", "sci_2025,smart_parking,mobility,").replace(",mobility,indicator,", ",energy_environment,indicator,"), ("node_id", "mobility", "must have children")),
    "tendency from nowhere": (PUBLISHED, appended("smart_city_index,2019,bottrop,mobility,3,-5,,,x"), ("published_tendency", "-5", "must lead to a rank")),
    "box wider than the weights": (SETTINGS, replaced("sensitivity_weight_variation,0.25", "sensitivity_weight_variation,1.25"), ("setting_value", "1.25", "must be below 1")),
    "German boolean": (SCORES, replaced(",71.4,false,", ",71.4,FALSCH,"), ("is_not_applicable", "FALSCH", "true or false")),
    "formula": (CITIES, replaced(",Aachen,", ",=1+1,"), ("city_name", "=1+1", "makes it a formula")),
    "link that runs code": (BEST_PRACTICES, replaced(",https://", ",javascript:https://"), ("link", "javascript:", "must be an address")),
    "Greek letter in a Latin name": (CITIES, replaced(",Köln,", ",Κöln,"), ("city_name", "Κöln", "look alike in one word: GREEK CAPITAL LETTER KAPPA")),
    "unknown indicator": (SCORES, replaced(",duesseldorf,payment,", ",duesseldorf,paymnt,"), ("indicator_id", "paymnt", "must be an indicator of the edition's tree")),
    "score of a category": (SCORES, replaced(",duesseldorf,payment,", ",duesseldorf,mobility,"), ("indicator_id", "mobility", "must be an indicator of the edition's tree")),
    "result of an indicator": (PUBLISHED, replaced(",hamburg,overall,1,", ",hamburg,payment,1,"), ("category_id", "payment", "must be a category of the edition's tree")),
    "city before it joined": (PUBLISHED, appended("smart_city_index,2019,cottbus,overall,12,,,,x"), ("city_id", "cottbus", "must be a city of the edition")),
    "score above the scale": (SCORES, score("100.1"), ("raw_value", "100.1", "a score must be between 0 and 100.0")),
    "score below the scale": (SCORES, score("-0.1"), ("raw_value", "-0.1", "a score must be between 0 and 100.0")),
    "project points above the cap": (SCORES, replaced(",mobility_projects,30.0,", ",mobility_projects,30.1,"), ("raw_value", "30.1", "between 0 and the cap 30.0")),
    "score without a value": (SCORES, score(""), ("raw_value", "", "must be empty if, and only if, the indicator is not applicable")),
    "index above its scale": (PUBLISHED, replaced(",79.53,2,", ",179.53,2,"), ("published_index", "179.53", "must not be greater than scale_maximum")),
    "two first ranks": (PUBLISHED, appended("smart_city_index,2019,bottrop,overall,1,,,,x"), ("published_rank", "1", "must be published for one city only")),
    "rank beyond the field": (PUBLISHED, appended("smart_city_index,2019,bottrop,overall,82,,,,x"), ("published_rank", "82", "must not be greater than the number of cities")),
    "digits that are not those of the index": (PUBLISHED, replaced(",79.53,2,", ",79.53,1,"), ("index_digits", "1", "must be the number of digits of published_index")),
    "edition before its previous one": (EDITIONS, replaced("smart_city_index,2020,2019,", "smart_city_index,2020,2021,"), ("previous_edition", "2021", "must be before the edition")),
    "member who leaves before it comes": (MEMBERS, replaced("smart_city_index,aachen,2019,,", "smart_city_index,aachen,2019,2018,"), ("last_edition", "2018", "must not be before first_edition")),
    "two roots": (FRAMEWORK, replaced("sci_2025,mobility,overall,", "sci_2025,mobility,,"), ("node_id", "mobility", "the root, and only the root, must be of type overall")),
    "circle": (FRAMEWORK, replaced("sci_2025,mobility,overall,", "sci_2025,mobility,mobility,"), ("node_id", "mobility", "must reach the root within 20 levels")),
    "tree too deep": (FRAMEWORK, deeper, ("node_id", "payment", "must reach the root within 20 levels")),
    "category that begins with a digit": (FRAMEWORK, lambda text: re.sub(r"\bmobility\b", "5_mobility", text), ("node_id", "5_mobility", "must begin with a letter")),
    "indicator without a rule": (FRAMEWORK, replaced(",none,", ",,"), ("node_id", "internal_processes", "must have a scoring rule and a direction")),
    "goalposts for another rule": (FRAMEWORK, replaced(",none,,,", ",none,0,100,"), ("node_id", "internal_processes", "have an effect with scoring rule goalposts only")),
    "cap for another rule": (FRAMEWORK, replaced(",none,,,false,", ",none,,,true,"), ("node_id", "internal_processes", "have an effect with scoring rule goalposts only")),
    "logarithm for another rule": (FRAMEWORK, replaced(",none,,,false,false,", ",none,,,false,true,"), ("node_id", "internal_processes", "have an effect with scoring rule goalposts only")),
    "direction of the root": (FRAMEWORK, replaced("points,,,,,,,1,arithmetic", "points,higher_is_better,,,,,,1,arithmetic"), ("node_id", "overall", "have an effect on indicators only")),
    "weight of the root": (FRAMEWORK, replaced("points,,,,,,,1,arithmetic", "points,,,,,,,2,arithmetic"), ("node_id", "overall", "no effect on the root and on project points")),
    "box without a share": (SCENARIOS, replaced(",varied,0.25,", ",varied,,"), ("weight_variation", "", "must be stated where weights are varied")),
    "simulated name of a real city": (CITIES, replaced(",Aachen,", ",Simulated Aachen,"), ("city_name", "Simulated Aachen", "must be named Simuliert")),
    "header only": (CITIES, lambda text: text.splitlines()[0] + "\n", ("", "", "has a header but no rows")),
}
# Cases whose edits do not touch: a run of the gate, which takes half a second, must find each of them
# and nothing else. The gate looks at rows only where all values are right, and across files after that.
TOGETHER: tuple[tuple[str, ...], ...] = (
    (
        "whole number with digits", "integer overflow", "boolean as number", "rank 0",
        "rank negative", "missing source", "missing key", "unknown city", "unknown edition",
        "unknown ranking", "unknown previous edition", "unknown methodology",
        "unknown missing rule", "unknown scoring rule", "unknown aggregation", "weight zero",
        "weight negative", "unknown parent", "duplicate key", "trailing space",
        "non-breaking space", "Cyrillic letter in a name", "link that runs code",
        "Greek letter in a Latin name",
    ),
    (
        "index above every scale", "leading space", "zero-width space", "tabulator",
        "Cyrillic letter in an identifier", "line break in quotes", "German boolean", "formula",
    ),
    (
        "index negative", "decomposed name", "identifier in capitals", "same name twice",
    ),
    (
        "score left empty", "direction of what is scored", "box wider than the weights",
        "digits that are not those of the index", "edition before its previous one",
        "member who leaves before it comes", "direction of the root",
    ),
    (
        "tendency from nowhere", "score above the scale", "project points above the cap",
        "index above its scale", "rank beyond the field",
    ),
    (
        "unknown indicator", "result of an indicator", "city before it joined",
        "simulated name of a real city",
    ),
    (
        "score without a value", "indicator without a rule", "weight of the root",
    ),
)
ALONE = [case for case in CASES if not any(case in cases for cases in TOGETHER)]
# Slips of whoever transcribes a figure, each plausible for itself: file, texts and what stands in
# their place, and what the finding must say (file, column, part of the rule).
SLIPS: dict[str, tuple[str, dict[str, str], tuple[str, str, str]]] = {
    "score less 0.1": (SCORES, {"2021,leipzig,payment,37.04,": "2021,leipzig,payment,36.94,"}, (FINGERPRINTS, "fingerprint", "32 rows of indicator_scores.csv")),
    "ranks of two cities": (PUBLISHED, {"2025,hamburg,mobility,2,": "2025,hamburg,mobility,14,", "2025,frankfurt_am_main,mobility,14,": "2025,frankfurt_am_main,mobility,2,"}, (FINGERPRINTS, "fingerprint", "rows of published_results.csv")),
    "latitude for longitude": (CITIES, {",331906,52.0333,8.5333,": ",331906,8.5333,52.0333,"}, (CITIES, "latitude", "must not be less than minimum_latitude")),
    "inhabitants of a small town": (CITIES, {",152457,": ",21879,"}, (CITIES, "population", "must not be less than minimum_population")),
    "city across the river": (CITIES, {"mainz,Mainz,RP,Rheinland-Pfalz,": "mainz,Mainz,HE,Hessen,"}, (CITIES, "state_code", "must be the state of the city's official key 07315000")),
    "digits transposed": (SCORES, {"2022,leipzig,fibre,51.2,": "2022,leipzig,fibre,52.1,"}, (FINGERPRINTS, "fingerprint", "rows of indicator_scores.csv")),
    "point shifted": (SCORES, {"2025,duesseldorf,electric_vehicle_share,89.0,": "2025,duesseldorf,electric_vehicle_share,8.9,"}, (FINGERPRINTS, "fingerprint", "37 rows of indicator_scores.csv")),
    "indices of two cities": (PUBLISHED, {"herne,administration,18,,77.0,": "herne,administration,18,,72.1,", "luebeck,administration,28,,72.1,": "luebeck,administration,28,,77.0,"}, (FINGERPRINTS, "fingerprint", "rows of published_results.csv")),
    "another edition": (PUBLISHED, {"2023,bochum,administration,6,": "2021,bochum,administration,6,"}, (FINGERPRINTS, "fingerprint", "rows of published_results.csv")),
    "sign of a tendency": (PUBLISHED, {"2023,heilbronn,administration,12,-10,": "2023,heilbronn,administration,12,10,"}, (FINGERPRINTS, "fingerprint", "rows of published_results.csv")),
    "source of another page": (PUBLISHED, {"2022,krefeld,administration,41,-6,69.5,1,https://bitkom.org/smart-city-index-2022?page=4": "2022,krefeld,administration,41,-6,69.5,1,https://bitkom.org/smart-city-index-2022?page=3"}, (FINGERPRINTS, "fingerprint", "rows of published_results.csv")),
    "state of the neighbour": (CITIES, {"Wiesbaden,HE,Hessen,": "Wiesbaden,RP,Rheinland-Pfalz,"}, (CITIES, "state_code", "must be the state of the city's official key 06414000")),
    "coordinates of another city": (CITIES, {",48.3984,9.9916,": ",51.1981,6.685,"}, (FINGERPRINTS, "fingerprint", "83 rows of cities.csv")),
    "inhabitants of the year before": (FACTS, {",629047,": ",631217,"}, (FINGERPRINTS, "fingerprint", "1 rows of city_facts.csv")),
    "digit of a latitude lost": (CITIES, {",53.8689,": ",5.8689,"}, (CITIES, "latitude", "must not be less than minimum_latitude")),
    "digit of a population lost": (CITIES, {",120451,": ",12045,"}, (CITIES, "population", "must not be less than minimum_population")),
    "longitude west instead of east": (CITIES, {",8.8072,": ",-8.8072,"}, (CITIES, "longitude", "must not be less than minimum_longitude")),
    "official key of the neighbour": (KEYS, {"mainz,07315000,": "mainz,06414000,", "wiesbaden,06414000,": "wiesbaden,07315000,"}, (CITIES, "state_code", "must be the state of the city's official key 06414000")),
    "name of another state": (CITIES, {"Bremerhaven,HB,Bremen,": "Bremerhaven,HB,Niedersachsen,"}, (CITIES, "state_code, state_name", "must be a state of ranking smart_city_index")),
    "row left out": (PUBLISHED, {"smart_city_index,2022,saarbruecken,administration,45,0,67.7,1,https://bitkom.org/smart-city-index-2022?page=4\n": ""}, (FINGERPRINTS, "fingerprint", "rows of published_results.csv")),
    "row of another city": (PUBLISHED, {"2023,regensburg,administration,5,32,": "2023,reutlingen,administration,5,32,"}, (FINGERPRINTS, "fingerprint", "rows of published_results.csv")),
    "row of another category": (PUBLISHED, {"2025,frankfurt_am_main,mobility,14,": "2025,frankfurt_am_main,energy_environment,14,"}, (FINGERPRINTS, "fingerprint", "rows of published_results.csv")),
    "digits of an edition transposed": (EDITIONS, {",13529,": ",13259,"}, (FINGERPRINTS, "fingerprint", "7 rows of editions.csv")),
    "mean of the field": (STATISTICS, {",70.8,": ",78.0,"}, (FINGERPRINTS, "fingerprint", "3 rows of published_edition_statistics.csv")),
    "computed instead of printed": (CHANGES, {"hamburg,overall,5.7,": "hamburg,overall,3.4,"}, (FINGERPRINTS, "fingerprint", "2 rows of published_index_changes.csv")),
    "city a year too early": (MEMBERS, {"smart_city_index,hanau,2024,": "smart_city_index,hanau,2023,"}, (FINGERPRINTS, "fingerprint", "83 rows of ranking_members.csv")),
    "scenario wider than its name": (SCENARIOS, {"weights_25_percent,varied,0.25,": "weights_25_percent,varied,0.35,"}, (SCENARIOS, "weight_variation", "must be what scenario_id states, which is 25 percent")),
}
# fmt: on


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """Return a project with a copy of the seeds; the rest is this repository's."""
    shutil.copytree(PROJECT_ROOT / "seeds", tmp_path / "seeds")
    for name in ("dbt_project.yml", "macros", "models", "tests"):
        (tmp_path / name).symlink_to(PROJECT_ROOT / name)
    return tmp_path


def edit_file(project_dir: Path, file: str, edit: Edit) -> None:
    """Apply an edit to a file, bytes for bytes."""
    path = project_dir / file
    content = edit(path.read_text(encoding="utf-8"))
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def findings_of(project_dir: Path, file: str) -> list[Finding]:
    """Return what the gate finds in one file."""
    return [finding for finding in check_project(project_dir) if finding.file == file]


def all_findings(project_dir: Path) -> list[dict[str, str]]:
    """Return everything that the gate finds, as it writes it into a file."""
    with tempfile.TemporaryDirectory() as scratch, InputGate(project_dir, Path(scratch)) as gate:
        report = gate.check(own_seed_files(gate, project_dir))
        return list(csv.DictReader(report.all_findings.open(encoding="utf-8")))


def test_shipped_seeds_have_no_findings() -> None:
    """The committed seeds pass the gate."""
    assert check_project(PROJECT_ROOT) == []


@pytest.mark.parametrize("case", ALONE)
def test_bad_file_is_named(project_copy: Path, case: str) -> None:
    """Every kind of bad input is found, in the right column, with the value and the rule."""
    file, edit, (column, value, rule) = CASES[case]
    edit_file(project_copy, file, edit)
    found = findings_of(project_copy, file)
    assert any(
        finding.column == column and finding.value.startswith(value) and rule in finding.rule
        for finding in found
    ), found
    assert all(finding.advice for finding in found)


@pytest.mark.parametrize("cases", TOGETHER, ids=lambda cases: cases[0])
def test_bad_values_and_rows_are_named(project_copy: Path, cases: tuple[str, ...]) -> None:
    """Each case has a finding of its own, as if it were alone, and there is no other finding."""
    for case in cases:
        edit_file(project_copy, *CASES[case][:2])
    found = all_findings(project_copy)
    named = {}
    for case in cases:
        file, _, (column, value, rule) = CASES[case]
        named[case] = [
            number
            for number, finding in enumerate(found)
            if (finding["file"], finding["column"]) == (file, column)
            and finding["value"].startswith(value)
            and rule in finding["rule"]
        ]
    assert sorted(number for numbers in named.values() for number in numbers) == [
        *range(len(cases))
    ], named
    assert len(found) == len(cases), found
    assert all(finding["advice"] for finding in found)


def test_finding_names_the_line(project_copy: Path) -> None:
    """The line is the line of the file, as an editor counts it."""
    edit_file(project_copy, SCORES, score("full"))
    (finding,) = findings_of(project_copy, SCORES)
    lines = (project_copy / SCORES).read_text(encoding="utf-8").splitlines()
    assert "duesseldorf,payment,full" in lines[finding.line - 1]
    assert str(finding) == (
        f"{SCORES}:{finding.line}, column raw_value, value 'full': must be a number. "
        "Write digits with a decimal point only."
    )


def test_values_and_rows_are_reported_together(project_copy: Path) -> None:
    """A run reports what is wrong in every file; of a rule, ten findings and the number of others."""
    edit_file(project_copy, SCORES, lambda text: text.replace(",100.0,", ",hundred,"))
    edit_file(project_copy, CITIES, replaced(",Düsseldorf,", ", Düsseldorf,"))
    edit_file(project_copy, FRAMEWORK, replaced(",none,", ",nome,"))
    expected = (PROJECT_ROOT / SCORES).read_text(encoding="utf-8").count(",100.0,")
    assert expected > SHOWN_PER_RULE
    with tempfile.TemporaryDirectory() as scratch, InputGate(project_copy, Path(scratch)) as gate:
        report = gate.check(own_seed_files(gate, project_copy))
        rows = list(csv.DictReader(report.all_findings.open(encoding="utf-8")))
    files = Counter(finding.file for finding in report.shown)
    assert files == {SCORES: SHOWN_PER_RULE, CITIES: 1, FRAMEWORK: 1}
    assert Counter(row["file"] for row in rows) == {SCORES: expected, CITIES: 1, FRAMEWORK: 1}
    hidden = f"{expected - SHOWN_PER_RULE} more: must be a number"
    assert any(line.endswith(hidden) for line in report.lines())


def test_a_file_that_cannot_be_read_comes_alone(project_copy: Path) -> None:
    """What follows from an unreadable file is not said: no row that refers to it, no other value."""
    edit_file(project_copy, CITIES, lambda text: text.encode("cp1252"))
    edit_file(project_copy, SCORES, score("full"))
    assert [(f.file, f.line, f.rule) for f in check_project(project_copy)] == [
        (CITIES, 19, "is not UTF-8")
    ]


def test_a_value_that_is_wrong_comes_without_what_refers_to_it(project_copy: Path) -> None:
    """A city whose identifier is wrong is one finding; the rows that mean it are none."""
    edit_file(project_copy, CITIES, replaced("aachen,", "Aachen,"))
    (finding,) = check_project(project_copy)
    assert (finding.file, finding.rule) == (CITIES, "is no identifier")
    assert finding.advice.endswith("for example aachen.")


@pytest.mark.parametrize("slip", SLIPS)
def test_slip_is_named(project_copy: Path, slip: str) -> None:
    """A figure that is transcribed wrongly, but plausible, is found by what else is known of it."""
    file, replacements, (found_in, column, rule) = SLIPS[slip]

    def edit(text: str) -> str:
        for old, new in replacements.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return text

    edit_file(project_copy, file, edit)
    matching = [
        finding
        for finding in findings_of(project_copy, found_in)
        if finding.column == column and rule in finding.rule
    ]
    assert matching
    if found_in == FINGERPRINTS:
        assert "Compare the rows with the source" in matching[0].advice


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf%s", b"%s"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_files_as_programs_write_them_pass(
    project_copy: Path, content: bytes, line_end: bytes
) -> None:
    """Byte order mark and CRLF, which Excel and Python's csv write, change nothing."""
    for file in (SCORES, CITIES, FRAMEWORK):
        edit_file(project_copy, file, lambda text: content % text.encode().replace(b"\n", line_end))
    assert check_project(project_copy) == []


NAMES = [
    "PM10 (µg/m³)", "μg", "Αθήνα", "Київ", "東京", "القاهرة", "Hawaiʻi", "β-index", "1ª etapa", "kΩ",
    "Łódź", "'s-Gravenhage", "می\u200cروم", "3D-модель", "São Tomé, e Príncipe", "-",
]  # fmt: skip


def test_names_in_any_script_pass(project_copy: Path) -> None:
    """Letters, signs and joiners of any script are fine as long as a word is of one script."""
    rows = "".join(
        f'name_{number},"{name}",XX,{name if "," not in name else "x"},,,,x\n'
        for number, name in enumerate(NAMES)
    )
    edit_file(project_copy, CITIES, lambda text: text + rows)
    record_fingerprints(project_copy)
    assert check_project(project_copy) == []


# What is written in the place of a score, and what the finding must say: the rule, the advice.
BAD_SCORES = {
    **dict.fromkeys(("k.A.", "-", "#NV", "NULL"), (NUMBER, "a missing value is an absent row")),
    **dict.fromkeys(("NaN", "inf"), (NUMBER, "a missing value is an absent row")),
    **dict.fromkeys(("1'000", "1.000,5"), (NUMBER, "thousands separator")),
    **dict.fromkeys(("62 dB", "62%"), (NUMBER, "its unit stands elsewhere")),
    **dict.fromkeys(("+99", "099"), (NUMBER, "without leading zeros and signs")),
    "full": (NUMBER, "Write digits with a decimal point only."), "0x10": (NUMBER, ""),
    "99,5": (NUMBER, "a decimal point, not a comma"), "1e2": (NUMBER, "without an exponent"),
    "٩٩": (NUMBER, "digits 0 to 9"), ".5": (NUMBER, "a digit on each side"),
    "\u22125": (NUMBER, "as -"), "01.01.2023": (NUMBER, "not a date"),
    " 5": (NUMBER, "Remove the space"), "9.12345678901": ("more than 10 digits after", "Round it"),
    "9" * 13: ("more than 12 digits before", "larger unit"),
}  # fmt: skip


def test_bad_scores_are_named_with_advice(project_copy: Path, subtests: pytest.Subtests) -> None:
    """Who writes numbers as usual elsewhere reads what is wrong, and what to do; a row for each."""
    scores = project_copy / SCORES
    header, *lines = scores.read_text(encoding="utf-8").splitlines()
    rows = [line.split(",") for line in lines]
    for row, value in zip(rows, BAD_SCORES, strict=False):
        row[header.split(",").index("raw_value")] = f'"{value}"'
    scores.write_text("\n".join([header, *map(",".join, rows)]) + "\n", encoding="utf-8")
    found = all_findings(project_copy)
    assert [(row["file"], row["line"], row["column"], row["value"]) for row in found] == [
        (SCORES, str(line), "raw_value", value) for line, value in enumerate(BAD_SCORES, start=2)
    ]
    for finding, (value, (rule, advice)) in zip(found, BAD_SCORES.items(), strict=True):
        with subtests.test(value):
            assert rule in finding["rule"]
            assert advice in finding["advice"]


def test_advice_names_what_may_have_been_meant(project_copy: Path) -> None:
    """A misspelt identifier or setting comes with the nearest one that there is."""
    edit_file(project_copy, PUBLISHED, replaced(",hamburg,overall,1,", ",hambrug,overall,1,"))
    edit_file(project_copy, FRAMEWORK, replaced(",none,", ",nome,"))
    assert {finding.advice for finding in check_project(project_copy)} == {
        "Is it hamburg? If not, add the row it refers to.", "Is it none?"
    }  # fmt: skip


def test_long_values_are_shortened(project_copy: Path) -> None:
    """A message holds the beginning of a long value; the file of all findings holds it in full."""
    edit_file(project_copy, SCORES, score("x" * 5000))
    (finding,) = findings_of(project_copy, SCORES)
    assert len(finding.value) == 5000
    assert len(str(finding)) < 300
    assert "(5,000 characters)" in str(finding)


def test_a_header_of_many_columns_is_answered_at_once() -> None:
    """Its differences are found in one pass, and few of them are named."""
    header = [f"column_{number}" for number in range(60_000)]
    with pytest.raises(FileError, match="has unknown columns") as found:
        check_header(header, ["ranking_id", "edition"], is_ordered=True)
    assert len(str(found.value)) < 300
    assert "59,995 more" in str(found.value)


def test_missing_and_undeclared_files_are_named(project_copy: Path) -> None:
    """A seed without its file and a file without a declaration are findings."""
    (project_copy / QC_RULES).rename(project_copy / "seeds" / "methodology" / "qc_rule.csv")
    assert [(finding.file, finding.rule) for finding in check_project(project_copy)] == [
        ("seeds/methodology/qc_rule.csv", "is declared in no YAML file"),
        ("seeds/methodology/qc_rules.csv", "is missing"),
    ]


def test_what_is_no_file_is_refused(project_copy: Path) -> None:
    """A folder, a FIFO or a device in the place of a file is a finding, at once."""
    for make in (Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")):
        file = project_copy / QC_RULES
        file.rmdir() if file.is_dir() else file.unlink()
        make(file)
        (finding,) = check_project(project_copy)
        assert finding.file == QC_RULES
        assert finding.rule in ("is no regular file", "cannot be opened: Is a directory")
