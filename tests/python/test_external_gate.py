"""The gate for files from outside names file, line, column, value and rule, like that of the seeds."""

from __future__ import annotations

import csv
import gzip
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from smart_city_index import cli
from smart_city_index.check import default_seed_files
from smart_city_index.declarations import LOCATIONS, project_vars
from smart_city_index.gate import SHOWN_PER_RULE, InputGate, SourceFile
from smart_city_index.index_folder import location_files, read_index_folder
from smart_city_index.reader import FileError, Finding
from tests.python.conftest import EXAMPLE, PROJECT_ROOT, copy_example
from tests.python.exact_index import read_rows
from tests.python.exports import DATABASE, publish_export, write_export
from tests.python.test_own_index import SCORES, content_hashes

HEADERS = {
    "indicator_scores": "ranking_id,edition,city_id,indicator_id,raw_value,is_not_applicable,source,is_simulated",
    "cities": "city_id,city_name,state_code,state_name,population,latitude,longitude,source,is_simulated",
    "ranking_members": "ranking_id,city_id,first_edition,last_edition,source,is_simulated",
}
GOOD_ROWS = {
    "indicator_scores": "simulated_living,2019,region_01,life_expectancy,80.1,false,made up,true",
    "cities": "region_10,Simulierte Region 10,G4,Simulierte Gruppe 4,1000,,,made up,true",
    "ranking_members": "simulated_living,region_09,2023,,made up,true",
}
SEED_ROWS = {
    "cities": "town_20,Ort 20,G1,Simulierte Gruppe 1,50000,,,made up",
    "ranking_members": "simulated_living,town_20,2023,,made up",
}


@dataclass(frozen=True)
class Findings:
    """What the gate found: the findings to show, and the lines of the report."""

    shown: list[Finding]
    lines: list[str]

    def __iter__(self) -> Iterator[Finding]:
        """Yield the findings by file and line."""
        return iter(sorted(self.shown, key=lambda found: (found.file, found.line, found.column)))

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self.shown)


def index_with(directory: Path, edit: Callable[[Path], None] | None = None) -> Path:
    """Return a copy of the example without its scores, for files to be checked against.

    A town that is not simulated stands in its CSV files of cities and members.

    Args:
        directory: directory to work in.
        edit: what to change in the copy first.
    """
    copy = directory / "regions"
    copy_example(copy)
    (copy / SCORES).unlink()
    for name, row in SEED_ROWS.items():
        header = HEADERS[name].removesuffix(",is_simulated")
        (copy / f"{name}.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    if edit is not None:
        edit(copy)
    return copy


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the example without scores; tests must not change it."""
    return index_with(tmp_path_factory.mktemp("gate"))


class Gate:
    """Checks files in a directory against an index folder."""

    def __init__(self, index_dir: Path, directory: Path) -> None:
        self.index_dir = index_dir
        self.directory = directory
        self.row_counts: dict[str, int] = {}

    def check(self, **locations: str) -> Findings:
        """Return the findings for locations relative to the directory, by name of the seed.

        They come on top of the locations of the index; its scores are left out.
        """
        with tempfile.TemporaryDirectory() as scratch:
            gate = InputGate(PROJECT_ROOT, Path(scratch))
            with gate:
                folder = read_index_folder(
                    self.index_dir,
                    list(gate.seeds.values()),
                    project_vars(PROJECT_ROOT),
                    {*LOCATIONS},
                )
                external = {
                    name: location_files(location, location, self.index_dir)
                    for name, location in folder.locations.items()
                    if name != "indicator_scores"
                }
                for name, location in locations.items():
                    try:
                        found = location_files(str(self.directory / location), location, None)
                    except FileError as error:
                        gate.find(error.finding(location))
                    else:
                        external.setdefault(name, []).extend(
                            SourceFile(file.path, file.path.name) for file in found
                        )
                if not gate.report.total:
                    gate.check(
                        default_seed_files(gate, folder) | folder.seed_files,
                        external,
                        self.row_counts,
                    )
                return Findings(gate.report.shown, gate.report.lines())

    def write(self, name: str, *lines: str) -> None:
        """Write a text file."""
        (self.directory / name).write_bytes("".join(f"{line}\n" for line in lines).encode())

    def write_parquet(self, name: str, query: str) -> None:
        """Write the result of a query as a Parquet file."""
        with duckdb.connect() as connection:
            connection.execute(f"copy ({query}) to '{self.directory / name}' (format parquet)")


@pytest.fixture
def gate(index_dir: Path, tmp_path: Path) -> Gate:
    """Return a gate with a directory of its own."""
    return Gate(index_dir, tmp_path)


# fmt: off
# The input, the row (field by field, from 0, and its new text), and what the finding must say.
BAD_VALUES: dict[str, tuple[str, int, str, tuple[str, str]]] = {
    "score as text": ("indicator_scores", 4, "full", ("raw_value", "must be a number")),
    "score NaN": ("indicator_scores", 4, "NaN", ("raw_value", "must be a number")),
    "score infinite": ("indicator_scores", 4, "inf", ("raw_value", "must be a number")),
    "score with an exponent": ("indicator_scores", 4, "1e2", ("raw_value", "must be a number")),
    "score with a comma": ("indicator_scores", 4, '"80,1"', ("raw_value", "must be a number")),
    "too many digits": ("indicator_scores", 4, "8.12345678901", ("raw_value", "more than 10 digits")),
    "too large": ("indicator_scores", 4, "9" * 13, ("raw_value", "more than 12 digits before")),
    "edition with digits": ("indicator_scores", 1, "2019.0", ("edition", "whole number")),
    "edition too large": ("indicator_scores", 1, "3000000000", ("edition", "too large")),
    "flag in German": ("indicator_scores", 5, "FALSCH", ("is_not_applicable", "true or false")),
    "flag empty": ("indicator_scores", 5, "", ("is_not_applicable", "must not be empty")),
    "source empty": ("indicator_scores", 6, "", ("source", "must not be empty")),
    "key empty": ("indicator_scores", 2, "", ("city_id", "must not be empty")),
    "identifier in capitals": ("indicator_scores", 2, "Region_01", ("city_id", "is no identifier")),
    "identifier with a space": ("indicator_scores", 3, "life expectancy", ("indicator_id", "is no identifier")),
    "unknown city": ("indicator_scores", 2, "atlantis", ("city_id", "must exist in cities")),
    "unknown edition": ("indicator_scores", 1, "2020", ("ranking_id, edition", "must exist in editions")),
    "unknown ranking": ("indicator_scores", 0, "nowhere", ("ranking_id, edition", "must exist in editions")),
    "no flag of simulation": ("indicator_scores", 7, "", ("is_simulated", "must not be empty")),
    "real score of a simulated city": ("indicator_scores", 7, "false", ("is_simulated", "must be true for a simulated city")),
    "space at the end": ("cities", 1, '"Simulierte Region 10 "', ("city_name", "begins or ends with a space")),
    "invisible character": ("cities", 1, "Simulierte Re\u200bgion 10", ("city_name", "invisible character U+200B")),
    "no-break space": ("cities", 3, "Simulierte\u00a0Gruppe", ("state_name", "invisible character U+00A0")),
    "decomposed letters": ("cities", 1, "Simulierte Regio\u0301n", ("city_name", "decomposed Unicode")),
    "Cyrillic letter": ("cities", 1, "Simulierte R\u0435gion", ("city_name", "CYRILLIC SMALL LETTER IE")),
    "population zero": ("cities", 4, "0", ("population", "must be between 1 and 100000000")),
    "latitude beyond the pole": ("cities", 5, "90.1", ("latitude", "must be between -90 and 90")),
    "latitude too exact": ("cities", 5, "50.12345", ("latitude", "more than 4 digits")),
    "simulated city with another name": ("cities", 1, "Region 10", ("city_name", "must be named Simuliert")),
    "real city with a simulated name": ("cities", 8, "false", ("city_name", "must be named Simuliert")),
    "city of the seeds": ("cities", 0, "town_20", ("city_id", "cities.csv:2 already")),
    "name of the seeds": ("cities", 1, "Ort 20", ("city_name", "cities.csv:2 already")),
    "member of the seeds": ("ranking_members", 1, "town_20", ("ranking_id, city_id, first_edition", "ranking_members.csv:2 already")),
    "year too small": ("ranking_members", 2, "203", ("first_edition", "must be between 1900 and 2999")),
    "real member that is a simulated city": ("ranking_members", 5, "false", ("is_simulated", "must be true for a simulated city")),
    "member of an unknown ranking": ("ranking_members", 0, "nowhere", ("ranking_id", "must exist in rankings")),
}
# fmt: on


def edited_row(row: str, position: int, text: str) -> str:
    """Return a row of CSV with another text in a field, quotes and all."""
    fields = row.split(",")
    fields[position] = text
    return ",".join(fields)


def good_rows(name: str) -> list[str]:
    """Return rows without findings, each with a key and a name of its own."""
    if name == "indicator_scores":
        rows = read_rows(EXAMPLE, name)
        return [
            ",".join(row.values())
            for row in rows
            if (row["ranking_id"], row["edition"]) == ("simulated_living", "2019")
        ]
    if name == "cities":
        return [GOOD_ROWS[name].replace("10,", f"{number},") for number in range(10, 50)]
    # the spans of one city are apart
    return [GOOD_ROWS[name].replace("2023,", f"{2023 + n},{2023 + n}") for n in range(0, 20, 2)]


# What columns or files say together is looked at where every value is right.
RULES_OF_MORE_VALUES = ("for a simulated city", "must be named Simuliert", "already")


def is_of_more_values(case: str) -> bool:
    """Return whether a case is found by what columns or files say together."""
    _, _, _, (_, rule) = BAD_VALUES[case]
    return rule.endswith(RULES_OF_MORE_VALUES)


@pytest.mark.parametrize("name", HEADERS)
def test_bad_values_are_named(gate: Gate, subtests: pytest.Subtests, name: str) -> None:
    """File, line, column, value, rule and advice of every kind of bad value are named; a row for each."""
    cases = {
        case: bad
        for case, bad in BAD_VALUES.items()
        if bad[0] == name and not is_of_more_values(case)
    }
    assert cases
    first, *others = good_rows(name)
    assert len(others) >= len(cases)
    bad_rows = [
        edited_row(row, position, text)
        for row, (_, position, text, _) in zip(others, cases.values(), strict=False)
    ]
    gate.write("part_1.csv", HEADERS[name], first)
    gate.write("part_2.csv", HEADERS[name], *bad_rows)
    findings = gate.check(**{name: "part_*.csv"})
    found_lines = {(finding.file, finding.line) for finding in findings}
    assert found_lines == {("part_2.csv", line) for line in range(2, len(bad_rows) + 2)}
    for line, (case, (_, position, text, (column, rule))) in enumerate(cases.items(), start=2):
        with subtests.test(case):
            (value,) = next(csv.reader(io.StringIO(text))) if text else ("",)
            matching = [
                f for f in findings if f.line == line and f.column == column and rule in f.rule
            ]
            assert matching, findings
            assert all(finding.advice for finding in matching)
            if column == HEADERS[name].split(",")[position]:
                assert all(finding.value == value for finding in matching)


@pytest.mark.parametrize("case", [case for case in BAD_VALUES if is_of_more_values(case)])
def test_bad_row_is_named(gate: Gate, case: str) -> None:
    """File, line, column, value, rule and advice of every row that does not fit other values or rows are named."""
    name, position, text, (column, rule) = BAD_VALUES[case]
    row = edited_row(GOOD_ROWS[name], position, text)
    # the bad row stands on line 3 of the second file
    other = "region_11,Simulierte Region 11,G4,Simulierte Gruppe 4,1000,,,made up,true"
    rows = {
        "indicator_scores": "simulated_living,2019,region_02,life_expectancy,80.1,false,made up,true",
        "cities": other,
        "ranking_members": "simulated_services,region_09,2023,,made up,true",
    }
    third = {
        "indicator_scores": "simulated_living,2019,region_03,life_expectancy,80.1,false,made up,true",
        "cities": other.replace("11", "12"),
        "ranking_members": "simulated_services,region_08,2023,,made up,true",
    }
    gate.write("part_1.csv", HEADERS[name], rows[name])
    gate.write("part_2.csv", HEADERS[name], third[name], row)
    findings = gate.check(**{name: "part_*.csv"})
    (value,) = next(csv.reader(io.StringIO(text))) if text else ("",)
    matching = [f for f in findings if f.column == column and rule in f.rule]
    assert matching, findings
    assert {(finding.file, finding.line) for finding in matching} == {("part_2.csv", 3)}
    assert all(finding.advice for finding in matching)
    if column == HEADERS[name].split(",")[position]:
        assert all(finding.value == value for finding in matching)


def test_good_rows_have_no_findings(gate: Gate) -> None:
    """Columns in any order, and editions as a data frame writes them, are fine."""
    for name, row in GOOD_ROWS.items():
        gate.write(f"{name}.csv", HEADERS[name], row)
    assert not gate.check(**{name: f"{name}.csv" for name in GOOD_ROWS})


# fmt: off
FILES: dict[str, tuple[str, list[str], tuple[str, int, str]]] = {
    "no file": ("other.csv", [], ("scores*.csv", 0, "no file matches")),
    "empty file": ("scores.csv", [], ("scores.csv", 0, "is empty")),
    "header only": ("scores.csv", [HEADERS["indicator_scores"]], ("scores.csv", 0, "has a header but no rows")),
    "missing column": ("scores.csv", ["ranking_id,edition", "a,1"], ("scores.csv", 1, "lacks columns")),
    "unknown column": ("scores.csv", [HEADERS["indicator_scores"] + ",note", GOOD_ROWS["indicator_scores"] + ",x"], ("scores.csv", 1, "has unknown columns")),
    "column in capitals": ("scores.csv", [HEADERS["indicator_scores"].replace("edition", "Edition"), GOOD_ROWS["indicator_scores"]], ("scores.csv", 1, "capitals or spaces")),
    "repeated column": ("scores.csv", [HEADERS["indicator_scores"] + ",edition", GOOD_ROWS["indicator_scores"] + ",2019"], ("scores.csv", 1, "repeats columns (edition)")),
    "semicolons": ("scores.csv", [HEADERS["indicator_scores"].replace(",", ";"), GOOD_ROWS["indicator_scores"].replace(",", ";")], ("scores.csv", 1, "not separated by commas")),
    "too many fields": ("scores.csv", [HEADERS["indicator_scores"], GOOD_ROWS["indicator_scores"], GOOD_ROWS["indicator_scores"] + ",x"], ("scores.csv", 3, "has 9 fields instead of 8")),
    "unclosed quote": ("scores.csv", [HEADERS["indicator_scores"], GOOD_ROWS["indicator_scores"].replace("made up", '"made up')], ("scores.csv", 2, "quote that is not closed")),
}
# fmt: on


@pytest.mark.parametrize("case", FILES)
def test_bad_file_is_named(gate: Gate, case: str) -> None:
    """A file that is missing, unreadable or has other columns is named, with the line if there is one."""
    file, lines, (found_file, line, rule) = FILES[case]
    gate.write(file, *lines)
    findings = gate.check(indicator_scores="scores*.csv")
    (finding,) = findings
    assert (finding.file, finding.line) == (found_file, line)
    assert rule in finding.rule
    assert finding.advice


def test_files_that_cannot_be_read_are_named(gate: Gate) -> None:
    """Latin-1, a text that is called Parquet, and a missing network file are findings."""
    (gate.directory / "latin.csv").write_bytes(
        f"{HEADERS['indicator_scores']}\n{GOOD_ROWS['indicator_scores']}ü\n".encode("latin-1")
    )
    gate.write("text.parquet", HEADERS["indicator_scores"])
    for location, rule in {
        "latin.csv": "is not UTF-8",
        "text.parquet": "cannot be read",
        "https://example.org/x.csv": "is no file on this machine",
    }.items():
        (finding,) = gate.check(indicator_scores=location)
        assert finding.file == location
        assert rule in finding.rule


def test_files_that_are_no_data_files_are_refused(gate: Gate) -> None:
    """Another ending, a link to such a file and a FIFO are refused; nothing of them is shown."""
    gate.write("secret.txt", "token=hunter2")
    (gate.directory / "link.csv").symlink_to(gate.directory / "secret.txt")
    (gate.directory / "environment.csv").symlink_to("/proc/self/environ")
    os.mkfifo(gate.directory / "fifo.csv")
    for location in ("secret.txt", "link.csv", "environment.csv", "fifo.csv", "/dev/zero"):
        (finding,) = gate.check(indicator_scores=location)
        assert finding.rule.endswith(("is no data file", "is no regular file"))
        assert "hunter2" not in str(finding)


def test_a_file_that_was_cut_off_is_named(gate: Gate) -> None:
    """A last line without its end is a finding: a number may have lost its last digits."""
    gate.write("scores.csv", HEADERS["indicator_scores"], GOOD_ROWS["indicator_scores"])
    whole = (gate.directory / "scores.csv").read_bytes()
    (gate.directory / "scores.csv").write_bytes(whole[:-2])
    (finding,) = gate.check(indicator_scores="scores.csv")
    assert (finding.line, finding.rule) == (2, "does not end with a line break")


def test_folders_named_like_columns_are_no_columns(gate: Gate) -> None:
    """A folder `edition=1999` changes no edition and breaks no reading, of CSV and Parquet alike."""
    (gate.directory / "edition=1999").mkdir()
    gate.write(
        "edition=1999/scores.csv", HEADERS["indicator_scores"], GOOD_ROWS["indicator_scores"]
    )
    assert not gate.check(indicator_scores="edition=1999/scores.csv")
    gate.write_parquet("edition=1999/scores.parquet", PARQUET_ROW.format(value="0.1::double"))
    assert not gate.check(indicator_scores="edition=1999/scores.parquet")


def test_a_name_with_wildcards_is_refused(gate: Gate) -> None:
    """A file called ?.parquet would be read as a pattern, together with its neighbours."""
    gate.write_parquet("a.parquet", PARQUET_ROW.format(value="0.1::double"))
    (gate.directory / "a.parquet").rename(gate.directory / "?.parquet")
    (finding,) = gate.check(indicator_scores="[?].parquet")
    assert finding.rule == "a file has brackets or wildcards in its path"


def test_rows_of_commas_and_repeated_rows_are_counted_once(gate: Gate) -> None:
    """What a spreadsheet leaves of emptied rows, and rows of one key, give one finding each."""
    rows = [GOOD_ROWS["indicator_scores"], *["," * 7] * 300]
    gate.write("scores.csv", HEADERS["indicator_scores"], *rows)
    findings = gate.check(indicator_scores="scores.csv")
    assert {finding.rule for finding in findings} == {"is an empty line"}
    assert findings.lines[0] == "300 findings in the input:"
    unknown = edited_row(GOOD_ROWS["indicator_scores"], 2, "atlantis")
    gate.write("scores.csv", HEADERS["indicator_scores"], *[unknown] * 300)
    assert gate.check(indicator_scores="scores.csv").lines[0] == "599 findings in the input:"


def test_the_expected_number_of_rows(gate: Gate) -> None:
    """A number of rows that is stated must be found, in all files of a location together."""
    gate.write("scores.csv", HEADERS["indicator_scores"], GOOD_ROWS["indicator_scores"])
    gate.row_counts = {"indicator_scores": 1}
    assert not gate.check(indicator_scores="scores.csv")
    gate.row_counts = {"indicator_scores": 3}
    (finding,) = gate.check(indicator_scores="scores.csv")
    assert finding.rule == "must have 3 rows together with its likes, found 1"


def test_compressed_files_are_read(gate: Gate) -> None:
    """A .csv.gz file is read like the file in it; one that is cut off is named."""
    gate.write("scores.csv", HEADERS["indicator_scores"], GOOD_ROWS["indicator_scores"])
    packed = gzip.compress((gate.directory / "scores.csv").read_bytes())
    (gate.directory / "scores.csv.gz").write_bytes(packed)
    assert not gate.check(indicator_scores="scores.csv.gz")
    for damaged in (packed[:-6], packed[:20] + b"x" + packed[21:], b"no gzip"):
        (gate.directory / "scores.csv.gz").write_bytes(damaged)
        (finding,) = gate.check(indicator_scores="scores.csv.gz")
        assert "cannot be read" in finding.rule


PARQUET_ROW = (
    "select 'simulated_living' as ranking_id, 2019 as edition, 'region_01' as city_id,"
    " 'life_expectancy' as indicator_id, {value} as raw_value, false as is_not_applicable,"
    " 'made up' as source, true as is_simulated"
)
GOOD_PARQUET_VALUES: dict[str, str | None] = dict.fromkeys(
    ("0.1::double", "80::bigint", "123456.654321::double", "80.1000::decimal(18,9)", "'80.1'")
)
BAD_PARQUET_VALUES: dict[str, str | None] = {
    "1e-11::double": "more than 10 digits",
    "0.1::float": "more than 10 digits",
    "1e16::double": "more than 12 digits",
    "1e30::double": "more than 12 digits",
    "1e39::double": "must be a number",
    "'NaN'::double": "must be a number",
    "'-infinity'::double": "must be a number",
    "''": "must be a number",
    "true": "must be a number",
    "1e-17::double": "must be a number",
}
BAD_PARQUET_TYPES: dict[str, str | None] = {
    "date '2019-01-01'": "has column raw_value of type DATE",
    "[80.1]": "has column raw_value of type DECIMAL(3,1)[]",
    "'80.1'::blob": "has column raw_value of type BLOB",
}


@pytest.mark.parametrize(
    "values",
    [GOOD_PARQUET_VALUES, BAD_PARQUET_VALUES, BAD_PARQUET_TYPES],
    ids=["good values", "bad values", "bad types"],
)
def test_typed_values_of_parquet(gate: Gate, values: dict[str, str | None]) -> None:
    """What a typed value stands for must be exactly what the declared type can hold.

    Each value has a file and a city of its own.
    """
    expected = []
    for number, (value, rule) in enumerate(values.items(), start=1):
        row = PARQUET_ROW.replace("region_01", f"region_{number:02}")
        gate.write_parquet(f"scores_{number:02}.parquet", row.format(value=value))
        place = (0, "") if values is BAD_PARQUET_TYPES else (1, "raw_value")
        if rule:
            expected.append((f"scores_{number:02}.parquet", *place, rule))
    findings = gate.check(indicator_scores="scores_*.parquet")
    found = [(finding.file, finding.line, finding.column, finding.rule) for finding in findings]
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one[:3] == other[:3]
        assert other[3] in one[3]


def test_duplicates_within_and_between_files(gate: Gate) -> None:
    """The second and every further row of a key is named, wherever the first one stands."""
    row = GOOD_ROWS["indicator_scores"]
    gate.write(
        "scores_1.csv", HEADERS["indicator_scores"], row, row.replace("region_01", "region_02")
    )
    gate.write(
        "scores_2.csv", HEADERS["indicator_scores"], row, row.replace("region_01", "region_03"), row
    )
    findings = gate.check(indicator_scores="scores_*.csv")
    assert [(f.file, f.line, f.value) for f in findings] == [
        ("scores_2.csv", line, "simulated_living, 2019, region_01, life_expectancy")
        for line in (2, 4)
    ]
    assert all("must be unique" in finding.rule for finding in findings)


def test_findings_are_limited_and_counted(gate: Gate) -> None:
    """The first rows that break a rule are named, and how many more there are."""
    rows = [
        edited_row(GOOD_ROWS["indicator_scores"].replace("2019", str(year)), 4, "full")
        for year in (2019, 2021, 2023)
        for _ in range(500)
    ]
    gate.write("scores.csv", HEADERS["indicator_scores"], *rows)
    findings = gate.check(indicator_scores="scores.csv")
    found = [finding for finding in findings if finding.column == "raw_value"]
    assert [finding.line for finding in found] == list(range(2, 2 + SHOWN_PER_RULE))
    assert any(line.endswith("1,490 more: must be a number") for line in findings.lines)


def test_cities_from_outside_are_known_to_the_seeds(tmp_path: Path) -> None:
    """Members in the seeds and scores from outside may be of cities that only a location brings."""

    def edit(index_dir: Path) -> None:
        with (index_dir / "ranking_members.csv").open("a") as members:
            members.write("simulated_living,town_10,2023,,made up\n")

    gate = Gate(index_with(tmp_path / "own", edit), tmp_path)
    gate.write("cities.csv", HEADERS["cities"], "town_10,Ort 10,G4,Gruppe 4,1000,,,made up,false")
    score = "simulated_living,2023,town_10,life_expectancy,80.1,false,made up,true"
    gate.write("scores.csv", HEADERS["indicator_scores"], score)
    assert not gate.check(cities="cities.csv", indicator_scores="scores.csv")
    findings = gate.check(indicator_scores="scores.csv")
    assert [(Path(f.file).name, f.value, f.rule) for f in findings] == [
        ("ranking_members.csv", "town_10", "must exist in cities"),
        ("scores.csv", "town_10", "must exist in cities"),
    ]


def test_simulated_rows_in_a_real_ranking(tmp_path: Path) -> None:
    """A ranking without is_simulated_ranking takes no simulated member or score."""

    def edit(index_dir: Path) -> None:
        rankings = index_dir / "rankings.csv"
        rankings.write_text(rankings.read_text().replace(",true,Goalposts", ",false,Goalposts"))

    gate = Gate(index_with(tmp_path / "own", edit), tmp_path)
    for name in ("indicator_scores", "ranking_members"):
        gate.write(f"{name}.csv", HEADERS[name], GOOD_ROWS[name])
        findings = list(gate.check(**{name: f"{name}.csv"}))
        assert {f.rule for f in findings} == {"what is simulated must not stand in a real ranking"}
        assert f"{name}.csv" in {finding.file for finding in findings}


def test_scores_for_the_shipped_rankings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """--scores-location adds rows to this repository's rankings too; --check only checks them."""
    monkeypatch.chdir(tmp_path)
    score = "smart_city_index,2025,{city},payment,88.5,false,made up,{is_simulated}"
    for city, is_simulated, rule in [
        ("aachen", "false", "The input has no findings"),
        ("aachen", "true", "column is_simulated, value 'true': what is simulated must not stand"),
        (
            "duesseldorf",
            "false",
            "must be unique, but stands at seeds/results/indicator_scores.csv:",
        ),
    ]:
        row = score.format(city=city, is_simulated=is_simulated)
        (tmp_path / "scores.csv").write_text(f"{HEADERS['indicator_scores']}\n{row}\n")
        cli.main(["check", "--build-dir", "build", "--scores-location", "scores.csv"])
        assert rule in "".join(capsys.readouterr())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["build", "scores.csv"]
    assert [path.name for path in (tmp_path / "build").iterdir()] == [".build.lock"]


def test_bad_file_leaves_the_published_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad external file ends the build before dbt starts; what is published stays as it was."""
    index_dir = tmp_path / Path(DATABASE).stem
    copy_example(index_dir)
    publish_export(write_export(tmp_path / "export", "before"), index_dir / "warehouse")
    before = content_hashes(index_dir / "warehouse")
    row = edited_row(GOOD_ROWS["indicator_scores"], 4, "full")
    (tmp_path / "scores.csv").write_text(f"{HEADERS['indicator_scores']}\n{row}\n")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["build", "--index", index_dir.name, "--scores-location", "scores.csv"]) == 1
    errors = capsys.readouterr().err
    assert "scores.csv:2, column raw_value, value 'full': must be a number." in errors
    assert "Nothing was published" in errors
    assert content_hashes(index_dir / "warehouse") == before


def test_optional_columns_are_checked_where_they_are(gate: Gate) -> None:
    """Files may state what time and level a value is of, both, one or none; a level is a known one."""
    header = f"{HEADERS['indicator_scores']},geographic_level"
    row = GOOD_ROWS["indicator_scores"]
    gate.write("scores_1.csv", f"{header},reference_period", f"{row},district,2019")
    gate.write("scores_2.csv", header, f"{row.replace('region_01', 'region_02')},city")
    gate.write("scores_3.csv", HEADERS["indicator_scores"], row.replace("region_01", "region_03"))
    assert not list(gate.check(indicator_scores="scores_*.csv"))
    gate.write("scores_2.csv", header, f"{row.replace('region_01', 'region_02')},country")
    (finding,) = gate.check(indicator_scores="scores_*.csv")
    assert (finding.file, finding.line, finding.column) == ("scores_2.csv", 2, "geographic_level")
    assert "must be one of city, district" in finding.rule
