"""`sci import` writes what a page, a table or a spreadsheet states, and nothing else.

The page is Düsseldorf's of 2025 and the tables are those of 2024, put together from the seeds in the
form in which the publisher shows them. Damaged copies of them exist only while the tests run.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import random
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from smart_city_index.check import CheckedInput, Request, checked_input, run_directory
from smart_city_index.cli import main
from smart_city_index.copied_text import Options, Reading
from smart_city_index.cross_check import Known
from smart_city_index.importing import compare, read_known, understand
from smart_city_index.seed_rows import WITHOUT_FINGERPRINTS, check_changes
from tests.python.conftest import PROJECT_ROOT, BuiltProject, read_seed
from tests.python.dbt_build import built_by_the_same_sql
from tests.python.pages import read_page

PAGE_SOURCE = "https://www.bitkom.org/Smart-City-2025/Duesseldorf"
RANKING = "smart_city_index"
FILES = {
    "published_results": "results/published_results.csv",
    "indicator_scores": "results/indicator_scores.csv",
    "city_facts": "reference/city_facts.csv",
}
FIGURES = ("published_rank", "published_tendency", "published_index")
Rows = dict[tuple[str, ...], dict[str, str]]


def of_duesseldorf(row: dict[str, str]) -> bool:
    """Return whether a row is of the page."""
    return row["city_id"] == "duesseldorf" and row["edition"] == "2025"


def of_a_table(row: dict[str, str]) -> bool:
    """Return whether a row is of the tables of 2024, which state rank, tendency and index."""
    return row["edition"] == "2024" and all(row.get(column) for column in FIGURES)


def names() -> dict[str, str]:
    """Return the German names of cities and nodes by identifier."""
    cities = {row["city_id"]: row["city_name"] for row in read_seed("reference/cities.csv")}
    nodes = read_seed("methodology/framework.csv")
    return cities | {
        row["node_id"]: row["name_de"] for row in nodes if row["methodology_id"] == "sci_2025"
    }


def signed(tendency: str) -> str:
    """Return a tendency as the publisher prints it."""
    return f"{int(tendency):+d}" if int(tendency) else "0"


def page_lines() -> list[str]:
    """Return the city's page as it is copied: two names are lost, as `name_is_inferred` says."""
    name = names()
    (city,) = (row for row in read_seed("reference/cities.csv") if row["city_id"] == "duesseldorf")
    (facts,) = filter(of_duesseldorf, read_seed("reference/city_facts.csv"))
    results = list(filter(of_duesseldorf, read_seed("results/published_results.csv")))
    scores = {
        row["indicator_id"]: row["raw_value"]
        for row in filter(of_duesseldorf, read_seed("results/indicator_scores.csv"))
    }
    inhabitants = f"{int(facts['population']):,}".replace(",", ".")
    lines = [
        *(
            "Düsseldorf",
            "",
            f"Bundesland {city['state_name']} | {facts['area_km2']} km² Stadtfläche",
        ),
        *("", "Platz 6", "", "Düsseldorf", "Gesamtwertung", "Platz Tendenz Kategorie Index"),
    ]
    lines[2] += f" | {inhabitants} Einwohner"
    lines += [
        f"{row['published_rank']} {signed(row['published_tendency'])} {name[row['category_id']]}"
        f" {row['published_index']}"
        for row in results
    ]
    for category in (row["category_id"] for row in results[1:]):
        lines += [name[category], "Indikator Index"]
        for node in read_seed("methodology/framework.csv"):
            if (node["methodology_id"], node["parent_node_id"]) == ("sci_2025", category):
                shown = "" if node["name_is_inferred"] == "true" else f"{node['name_de']} "
                lines.append(shown + scores[node["node_id"]])
    return [*lines, "", "Best Practice", "Wohnungsamt nutzt KI", "https://www.duesseldorf.de/ki"]


def table_lines(category: str) -> list[str]:
    """Return the table of 2024 of a category, as far as its rows are whole."""
    name = names()
    rows = filter(of_a_table, read_seed("results/published_results.csv"))
    return ["Smart City Index 2024", name[category], "Platz Tendenz Stadt Index"] + [
        f"{row['published_rank']} {signed(row['published_tendency'])} {name[row['city_id']]}"
        f" {row['published_index']}"
        for row in rows
        if row["category_id"] == category
    ]


def without(seed: Path, is_left_out: Callable[[dict[str, str]], bool]) -> None:
    """Take rows out of a CSV file; the others keep their bytes."""
    header, *lines = seed.read_bytes().splitlines(keepends=True)
    columns = header.decode().strip().split(",")
    kept = [
        line
        for line in lines
        if not is_left_out(dict(zip(columns, next(csv.reader([line.decode()])), strict=True)))
    ]
    seed.write_bytes(header + b"".join(kept))


def make_project(directory: Path) -> Path:
    """Make a project of the repository's SQL, with seeds of its own."""
    shutil.copytree(PROJECT_ROOT / "seeds", directory / "seeds")
    for name in ("dbt_project.yml", "macros", "models", "tests"):
        (directory / name).symlink_to(PROJECT_ROOT / name)
    return directory


def seed_bytes(project: Path) -> dict[str, bytes]:
    """Return the content of all files below seeds/."""
    files = sorted(file for file in project.glob("seeds/**/*") if file.is_file())
    return {str(file.relative_to(project)): file.read_bytes() for file in files}


def rows_of(content: str) -> Rows:
    """Return the rows of a CSV text by their identifiers, without the source."""
    rows = list(csv.DictReader(content.splitlines()))
    columns = content.partition("\n")[0].split(",")
    keys = [column for column in columns if column.endswith("_id") or column == "edition"]
    return {
        tuple(row[key] for key in keys): {k: v for k, v in row.items() if k != "source"}
        for row in rows
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project without the figures of the page."""
    directory = make_project(tmp_path / "project")
    for file in FILES.values():
        without(directory / "seeds" / file, of_duesseldorf)
    return directory


class Importer:
    """Runs `sci import` on a project or an index folder."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
        self.home, self.capsys, self.option = home, capsys, option

    def __call__(self, kind: str, text: str | bytes, *options: str) -> tuple[int, str]:
        """Return exit code and output of an import of a text."""
        file = self.home.parent / f"{kind}.txt"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        command = ["import", kind, str(file), self.option, str(self.home), *options]
        code = main(command)
        captured = self.capsys.readouterr()
        return code, captured.out + captured.err


@pytest.fixture
def imports(project: Path, capsys: pytest.CaptureFixture[str]) -> Importer:
    """Return a function that imports a text into the project without the page."""
    return Importer(project, capsys, "--project-dir")


PAGE_OPTIONS = ("--ranking", RANKING, "--edition", "2025", "--source", PAGE_SOURCE)


def test_the_page_gives_the_rows_of_the_seeds(project: Path, imports: Importer) -> None:
    """With the same source the files are the same, byte for byte; again, nothing changes."""
    emptied = seed_bytes(project)
    page = "\n".join(page_lines())
    code, output = imports("page", page, *PAGE_OPTIONS)
    assert code == 0, output
    assert "Nothing is written: --write does." in output
    assert seed_bytes(project) == emptied
    assert output.count("the name is lost, and inferred from the order of the tree") == 2
    code, output = imports("page", page, *PAGE_OPTIONS, "--write")
    assert code == 0, output
    assert "sci fingerprints" in output
    assert seed_bytes(project) == seed_bytes(PROJECT_ROOT)
    code, output = imports("page", page, *PAGE_OPTIONS, "--write")
    assert code == 0
    assert "Nothing changes" in output
    assert seed_bytes(project) == seed_bytes(PROJECT_ROOT)


def test_another_source_changes_the_source_only(project: Path, imports: Importer) -> None:
    """Every other column is that of the seeds, and the rows stand where they stood."""
    source = "https://example.org/page"
    code, output = imports("page", "\n".join(page_lines()), *PAGE_OPTIONS[:-1], source, "--write")
    assert code == 0, output
    for name, old in seed_bytes(PROJECT_ROOT).items():
        new = (project / name).read_bytes().decode()
        changed = [
            (one, other)
            for one, other in zip(old.decode().splitlines(), new.splitlines(), strict=True)
            if one != other
        ]
        assert all(one.replace(PAGE_SOURCE, source) == other for one, other in changed)
        is_imported = Path(name).relative_to("seeds").as_posix() in FILES.values()
        assert bool(changed) == is_imported, name


def test_ways_to_write_the_same_page(imports: Importer) -> None:
    """Marks, line ends, spaces, dashes, commas, composition and encoding make no difference."""
    text = "\n".join(page_lines())
    minus = re.sub(r"(?m)^(\d+) -", "\\1 \N{MINUS SIGN}", text)
    commas = re.sub(r"(\d)\.(\d)$", r"\1,\2", text, flags=re.MULTILINE)
    for written in (
        b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
        unicodedata.normalize("NFD", minus).encode(),
        commas.replace(" ", "\N{NO-BREAK SPACE}").encode(),
        text.replace(" ", "\t").replace("schule", "schu\N{SOFT HYPHEN}le").encode(),
        text.replace("E-", "E\N{NON-BREAKING HYPHEN}").upper().replace("KM²", "km²").encode(),
        text.encode("cp1252"),
    ):
        code, output = imports("page", written, *PAGE_OPTIONS)
        assert code == 0, output
        assert "Would write 37 rows" in output


def test_a_contradicting_figure_is_shown_and_not_overwritten(
    project: Path, imports: Importer
) -> None:
    """Both values and both sources are named, and nothing is written."""
    page = page_lines()
    assert imports("page", "\n".join(page), *PAGE_OPTIONS, "--write")[0] == 0
    before = seed_bytes(project)
    line = page.index("Breitband 93.5") + 1
    page[line - 1] = "Breitband 92.5"
    source = "https://example.org/other"
    options = (*PAGE_OPTIONS[:-1], source, "--write")
    code, output = imports("page", "\n".join(page), *options)
    assert code == 1
    assert re.search(
        rf"page.txt:{line}, column raw_value, value '92.5': contradicts 93.5 in \S+csv:\d+"
        rf" \({PAGE_SOURCE}\); here: {source}",
        output,
    ), output
    assert seed_bytes(project) == before
    code, output = imports("page", "\n".join(page), *options, "--leave-out", str(line))
    assert (code, "Nothing changes" in output) == (0, True), output
    assert seed_bytes(project) == before


def test_a_missing_figure_is_completed(project: Path, imports: Importer) -> None:
    """A rank, tendency or index that is not there yet is filled in, and the source joins."""
    file = project / "seeds" / FILES["published_results"]
    whole = file.read_bytes()
    lines = whole.decode().splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if ",2024,bochum,overall,4,7,82.3,1," in line)
    kept = lines[at]
    for fewer in (",4,,82.3,1,", ",,7,82.3,1,", ",4,7,,,", ",4,,,,"):
        lines[at] = kept.replace(",4,7,82.3,1,", fewer)
        # without a rank it stands at the end of its category
        ordered = [*lines[:at], *lines[at + 1 :]]
        end = next(n for n, line in enumerate(ordered) if ",2024,hanau,overall," in line)
        ordered.insert(end if ",,7" in fewer else at, lines[at])
        file.write_text("".join(ordered), encoding="utf-8", newline="")
        options = ("--ranking", RANKING, "--edition", "2024", "--category", "overall", "--write")
        source = "https://example.org/table"
        code, output = imports("table", "4 +7 Bochum 82,3", *options, "--source", source)
        assert code == 0, output
        assert "completes" in output
        assert file.read_bytes().decode() == whole.decode().replace(
            kept, kept.rstrip("\n") + f" ; {source}\n"
        )


def test_the_user_decides_what_is_not_certain(imports: Importer) -> None:
    """A line is named, left out or accepted; an option without effect is an error."""
    lines = page_lines()
    text = "\n".join(line for line in lines if not line.startswith("Payment "))
    code, output = imports("page", text, *PAGE_OPTIONS)
    assert code == 1
    assert "--name 21=INDICATOR" in output
    named = ("--name", "21=website_social_media", "--leave-out", "payment")
    code, output = imports("page", text, *PAGE_OPTIONS, *named)
    assert code == 0, output
    assert "Would write 36 rows" in output
    page = "\n".join(lines)
    wrong = page.replace("Verwaltung 93.6", "Verwaltung 94.6")
    name = "duesseldorf:administration:index"
    assert f"--accept {name}" in imports("page", wrong, *PAGE_OPTIONS)[1]
    code, output = imports("page", wrong, *PAGE_OPTIONS, "--accept", name)
    assert (code, "duesseldorf, overall" in output) == (1, True), output
    both = ("--accept", name, "--accept", "duesseldorf:overall:index")
    assert imports("page", wrong, *PAGE_OPTIONS, *both)[0] == 0
    for option in (("--accept", name), ("--leave-out", "payment"), ("--leave-out", "999")):
        assert "has no effect" in imports("page", page, *PAGE_OPTIONS, *option)[1]
    assert imports("page", page, *PAGE_OPTIONS[:4], "--source", "Bitkom")[0] == 1


def test_tables_give_the_rows_of_the_seeds(project: Path, imports: Importer) -> None:
    """All tables of 2024 in one text, with their headings; ranking and year are in the first line."""
    file = project / "seeds" / FILES["published_results"]
    truth = file.read_bytes()
    without(file, of_a_table)
    categories = dict.fromkeys(row["category_id"] for row in read_seed(FILES["published_results"]))
    text = "\n".join("\n".join(table_lines(category)) for category in categories)
    options = ("--ranking", RANKING, "--source", "https://example.org/tables", "--write")
    code, output = imports("table", text, *options)
    assert code == 0, output
    assert rows_of(file.read_text(encoding="utf-8")) == rows_of(truth.decode())
    order = [line.rsplit(",", 1)[0] for line in truth.decode().splitlines()]
    assert len(order) == len(file.read_text(encoding="utf-8").splitlines())
    code, output = imports("table", text, *options)
    assert "Nothing changes" in output
    title, _, tables = text.partition("\n")
    with_bars = f"{title}\n--- | ---\n{tables.replace(' ', ' | ')}"
    code, output = imports("table", with_bars, *options)
    assert "Nothing changes" in output


def test_the_page_names_options_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Every option and every kind of text in docs/your_own_index.md is one of the commands'."""
    page = read_page("your_own_index.md")
    section = page.partition("## Importing instead of typing")[2].partition("\n## ")[0]
    helps = ""
    for command in ("import", "new-edition"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        helps += capsys.readouterr().out
    named = {*re.findall(r"--[a-z-]+", section), *re.findall(r"sci import (\w+)", section)}
    assert named >= {"--name", "--write", "page", "table", "sheet"}
    assert [word for word in sorted(named) if word not in helps] == []


# Damaged texts


@dataclass(frozen=True)
class Damage:
    """What is done to a text.

    Attributes:
        kind: what it is.
        lines: the damaged text.
        line: the line that is damaged, from 1.
    """

    kind: str
    lines: list[str]
    line: int


def is_figure_line(line: str) -> bool:
    """Return whether a line states a figure of a city or an indicator."""
    return bool(re.search(r"\d\.\d$", line))


def damages(lines: list[str], draw: random.Random) -> Iterator[Damage]:
    """Yield a text damaged once, in each of the ways."""
    figures = [n for n, line in enumerate(lines) if is_figure_line(line)]
    with_name = [n for n in figures if not re.fullmatch(r"[\d.]+", lines[n])]
    results = [n for n in figures if re.match(r"\d+ [-+\d]", lines[n])]

    def changed(kind: str, at: int, *new: str) -> Damage:
        return Damage(kind, [*lines[:at], *new, *lines[at + 1 :]], at + 1)

    at = draw.choice(figures)
    yield changed("line dropped", at)
    at = draw.choice(figures)
    yield changed("line doubled", at, lines[at], lines[at])
    at = draw.choice(figures)
    yield changed("truncated", at, lines[at][: draw.randint(1, len(lines[at]) - 1)])
    at = draw.choice(figures)
    value = draw.choice(("100.1", "385.8", "-3.0", "1.234", "85.85", "O.5", "8 5.8"))
    yield changed("out of range", at, re.sub(r"[\d.]+$", value, lines[at]))
    at = draw.choice(with_name)
    words = re.findall(r"[^\W\d]{3,}", lines[at]) or ["5G"]
    yield changed("misspelt", at, lines[at].replace(words[0], words[0][1:] + words[0][0]))
    at = draw.choice(with_name)
    letter = re.search(r"[^\W\d]", lines[at])
    assert letter
    yield changed("mojibake", at, lines[at].replace(letter[0], "Ã¶", 1))
    at = draw.choice(results)
    words = lines[at].split(" ")
    shifted = draw.choice(
        ([*words[1:], words[0]], words[1:], [words[1], words[0], *words[2:]], [*words[:-1]])
    )
    yield changed("columns shifted", at, " ".join(shifted))
    one, other = draw.sample(results, 2)
    name = lines[one].split(" ", 1)[1]
    if lines[0] != "Düsseldorf":
        yield changed("a rank twice", one, f"{lines[other].split(' ')[0]} {name}")
    at = draw.choice(results)
    index = Decimal(lines[at].split(" ")[-1])
    wrong = index + draw.choice((-1, 1)) * Decimal(draw.randint(5, 90)) / 10
    yield changed("another index", at, re.sub(r"[\d.]+$", str(min(wrong, Decimal(100))), lines[at]))
    at = draw.choice(figures)
    digits = [n for n, character in enumerate(lines[at]) if character.isdigit()]
    position = draw.choice(digits)
    digit = draw.choice([d for d in "0123456789" if d != lines[at][position]])
    yield changed("a digit changed", at, lines[at][:position] + digit + lines[at][position + 1 :])


# What must be refused, because the text itself or the tree shows it. A dropped line of a table is a
# shorter table, all of whose rows are right.
VISIBLE = ("line doubled", "truncated", "out of range", "misspelt", "mojibake", "columns shifted")


WITHOUT_OPTIONS = Options()


@dataclass
class Case:
    """A text that is damaged: how it is read, and what is known before.

    Attributes:
        kind: kind of the text.
        lines: the whole text.
        known: the seeds without its figures.
        options: what the user says.
    """

    kind: str
    lines: list[str]
    known: Known
    options: Options = WITHOUT_OPTIONS


Read = Callable[[Case, list[str]], tuple[Reading, Rows]]


@contextlib.contextmanager
def opened_input(request: Request) -> Iterator[tuple[CheckedInput, Read]]:
    """Yield an index, and how a text is read, compared and checked without writing it."""
    with (
        run_directory(request) as run_dir,
        checked_input(request, run_dir, WITHOUT_FINGERPRINTS) as checked,
    ):

        def read(case: Case, lines: list[str]) -> tuple[Reading, Rows]:
            reading = understand(case.kind, "text", lines, case.known.about, case.options)
            changes = compare(checked, case.known, reading, PAGE_SOURCE, [])
            if lines != case.lines and not reading.findings:
                reading.findings += check_changes(request, run_dir, changes)
                shutil.rmtree(run_dir / "after")
            rows: Rows = {}
            for change in changes:
                old, new = rows_of((change.old or b"").decode()), rows_of(change.new.decode())
                new = {key: row for key, row in new.items() if old.get(key) != row}
                rows |= {(change.seed, *key): row for key, row in new.items()}
            return reading, rows

        yield checked, read


@pytest.fixture(scope="module")
def opened_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CheckedInput, Read]]:
    """Yield the project without the figures of the page and of the tables."""
    project = make_project(tmp_path_factory.mktemp("import") / "project")
    for file in FILES.values():
        without(project / "seeds" / file, lambda row: of_duesseldorf(row) or of_a_table(row))
    request = Request(project, None, {}, project / "build", project / "warehouse")
    with opened_input(request) as opened:
        yield opened


@pytest.fixture(scope="module")
def opened_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CheckedInput, Read]]:
    """Yield the made-up index, without figures."""
    index = make_scratch_index(tmp_path_factory.mktemp("import") / "scratch")
    with opened_input(Request(PROJECT_ROOT, index, {}, index / "build", index)) as opened:
        yield opened


def test_two_hundred_damaged_texts(opened_project: tuple[CheckedInput, Read]) -> None:
    """No wrong row would be written but for changes that nothing on the page or in the seeds shows.

    Those are counted: a digit of a tendency whose rank before is not recorded, of a rank or an index
    that stays between its neighbours, of a score that changes the printed index by less than the
    rounding of its figures.
    """
    truth = {
        (seed, *key): row
        for seed, file in FILES.items()
        for key, row in rows_of((PROJECT_ROOT / "seeds" / file).read_text(encoding="utf-8")).items()
    }
    refused, unseen = 0, 0
    checked, read = opened_project
    page, tables = (read_known(checked.gate, RANKING, edition) for edition in ("2025", "2024"))
    categories = dict.fromkeys(row["category_id"] for row in read_seed(FILES["published_results"]))
    cases = [Case("page", page_lines(), page)] * len(categories) + [
        Case("table", table_lines(category), tables) for category in categories
    ]
    draw = random.Random(2025)
    for case in cases:
        reading, rows = read(case, case.lines)
        assert not reading.findings, reading.findings
        assert rows
        assert all(truth[key] == row for key, row in rows.items())
    drawn = (
        (case, damage) for _ in range(10) for case in cases for damage in damages(case.lines, draw)
    )
    for case, damage in itertools.islice(drawn, 200):
        reading, rows = read(case, damage.lines)
        if reading.findings:
            refused += 1
            assert_line_is_named(reading, damage)
            continue
        assert damage.kind not in VISIBLE, damage
        wrong = {key: row for key, row in rows.items() if truth.get(key) != row}
        unseen += len(wrong)
        for key, row in wrong.items():
            assert_nothing_shows_it(case, truth, key, row)
    assert refused >= 160
    # of 200 texts; each is one that nothing shows
    assert unseen <= 20


def assert_line_is_named(reading: Reading, damage: Damage) -> None:
    """Every finding names a line: the damaged one, where the line itself or its double shows it."""
    assert all(finding.line for finding in reading.findings)
    if damage.kind in VISIBLE or damage.kind == "a rank twice":
        text = " ".join(f"line {finding.line} {finding.rule}" for finding in reading.findings)
        assert re.search(rf"line {damage.line}\b", text), (damage, reading.findings)


def assert_nothing_shows_it(
    case: Case, truth: Rows, key: tuple[str, ...], row: dict[str, str]
) -> None:
    """Assert that a wrong row contradicts nothing that is known, by rules written anew.

    Args:
        case: the text.
        truth: the rows of the seeds.
        key: identifiers of the wrong row.
        row: the wrong row.
    """
    right = truth[key]
    if key[0] == "indicator_scores":
        # 105 n index points, rounded to 0.1, and n + 1 scores, rounded to 0.1
        count = len(case.known.about.indicators(case.known.about.nodes[key[-1]].parent)) - 1
        limit = 2 * (Decimal("0.05") * Decimal("1.05") * count + Decimal("0.05") * (count + 1))
        assert abs(Decimal(row["raw_value"]) - Decimal(right["raw_value"])) <= limit
        return
    assert key[0] == "published_results"
    _, ranking, edition, city, category = key
    before = truth.get(("published_results", ranking, str(int(edition) - 1), city, category), {})
    assert right["published_tendency"] == row["published_tendency"] or not before.get(
        "published_rank"
    )
    assert right["published_rank"] == row["published_rank"] or not before.get("published_rank")
    rank, index = int(row["published_rank"]), Decimal(row["published_index"])
    for other, known in truth.items():
        if (
            other[1:3] == key[1:3]
            and other[-1] == category
            and other != key
            and known["published_rank"]
        ):
            other_rank = int(known["published_rank"])
            assert other_rank != rank
            if known["published_index"]:
                other_index = Decimal(known["published_index"])
                assert index >= other_index if rank < other_rank else index <= other_index


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Payment 100.0", "Payment 1.234", "text:19, column raw_value, value '1.234': must have 1 digits"),
        ("Payment 100.0", "Payment 100", "text:19, column raw_value, value '100': must have 1 digits"),
        ("Payment 100.0", "Zahlen 100.0", "text:19, value 'Zahlen': is not the name of an indicator of"),
        ("Payment 100.0", "Payment 100.1", "text:19, column raw_value, value '100.1': must be between 0 and 100"),
        ("Payment 100.0\n", "", "text:21, value '100.0': has no name"),
        ("Breitband 93.5\n", "", "text:43, value 'broadband': is missing in it_communication"),
        ("Parken 100.0\n", "Parken 100.0\nParken 100.0\n", "text:48, value 'duesseldorf, parking': stands on line 47 already"),
        ("7 -1 Verwaltung", "-1 7 Verwaltung", "text:11, column published_rank, value '-1': must be a rank"),
        ("7 -1 Verwaltung 93.6", "7 -1 Verwaltung 95.6", "text:11, column published_index, value '95.6': is not the index"),
        ("Platz 6", "Platz 7", "text:5, value '7': is not the rank of line 10"),
        ("Smart City Daten 92.5", "Smart City Daten 82.5", "text:13, column published_index, value '74.2': is not the index"),
        ("629.047", "629.47", "text:3, column population, value '629.47 Einwohner': must be"),
        ("Nordrhein-Westfalen", "Hessen", "text:3, value 'Bundesland Hessen': is another state"),
        ("Energielösungen", "EnergielÃ¶sungen", "text:29, value 'EnergielÃ¶sungen': is not the name"),
        ("Wohnungsamt nutzt KI", "Parken 99.0", "text:65, value 'Parken 99.0': looks like a figure"),
        ("\nDüsseldorf\nGesamtwertung", "\nDortmund\nGesamtwertung", "text:7, value 'Dortmund': is another city"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_line(
    opened_project: tuple[CheckedInput, Read], old: str, new: str, message: str
) -> None:
    """The line, its text and the rule are named."""
    checked, read = opened_project
    case = Case("page", page_lines(), read_known(checked.gate, RANKING, "2025"))
    page = "\n".join(case.lines)
    assert page.count(old) == 1
    reading, _ = read(case, page.replace(old, new).split("\n"))
    assert message in "\n".join(map(str, reading.findings))


# A whole edition as a spreadsheet

CITIES = [*(f"Erfundener Ort {number}" for number in range(1, 9)), "Erfundene Öde"]
NEW_SOURCE = "https://example.org/made-up"


def make_scratch_index(directory: Path) -> Path:
    """Make the folder of a made-up ranking with the tree of 2025 and made-up cities."""
    directory.mkdir()
    ids = [f"city_{number}" for number in range(1, len(CITIES) + 1)]

    def write(name: str, rows: list[dict[str, str]]) -> None:
        columns = read_columns(name)
        with (directory / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    source = {"source": "made up for a test"}
    ranking = {"ranking_id": "scratch_ranking", **source}
    name = {"name_de": "Versuch", "name_en": "Scratch", "publisher": "a test"}
    write(
        "rankings", [{**ranking, **name, "is_simulated_ranking": "true", "description": "Made up"}]
    )
    for seed in ("methodologies", "framework"):
        rows = read_seed(f"methodology/{seed}.csv")
        rows = [row for row in rows if row["methodology_id"] == "sci_2025"]
        write(seed, [{**row, "methodology_id": "scratch_2025", **source} for row in rows])
    write("editions", [{**ranking, "edition": "2025", "methodology_id": "scratch_2025"}])
    state = {"state_code": "X", "state_name": "Nirgendwo"}
    named = zip(ids, CITIES, strict=True)
    write(
        "cities", [{"city_id": city, "city_name": text, **state, **source} for city, text in named]
    )
    write(
        "ranking_members", [{**ranking, "city_id": city, "first_edition": "2025"} for city in ids]
    )
    write("indicator_scores", [])
    write("published_results", [])
    for seed in ("weight_scenarios", "analysis_settings"):
        shutil.copy(PROJECT_ROOT / "examples" / "hdi" / f"{seed}.csv", directory)
    return directory


def read_columns(seed: str) -> list[str]:
    """Return the header of a seed."""
    (file,) = PROJECT_ROOT.glob(f"seeds/*/{seed}.csv")
    return file.read_text(encoding="utf-8").partition("\n")[0].split(",")


def sheet(draw: random.Random) -> tuple[list[list[str]], dict[str, list[int]]]:
    """Return a made-up edition in wide form, and the ranks by category in the order of the cities.

    Scores by indicator and index and rank by category, as German Excel shows them: decimal commas,
    no zeros at the end.
    """
    nodes = [n for n in read_seed("methodology/framework.csv") if n["methodology_id"] == "sci_2025"]
    categories = [node for node in nodes if node["parent_node_id"] == "overall"]
    scores: dict[str, list[Decimal]] = {}
    indices: dict[str, list[Decimal]] = {}
    for category in categories:
        children = [n for n in nodes if n["parent_node_id"] == category["node_id"]]
        for node in children:
            highest = 300 if node["role"] == "project" else 1000
            scores[node["name_de"]] = [Decimal(draw.randint(0, highest)) / 10 for _ in CITIES]
        regular = len(children) - 1
        sums = zip(*(scores[node["name_de"]] for node in children), strict=True)
        indices[category["name_de"]] = [100 * sum(values) / (105 * regular) for values in sums]
    means = zip(*indices.values(), strict=True)
    indices = {"Gesamtwertung": [sum(values) / len(categories) for values in means], **indices}
    ranks = {
        name: [1 + sum(other > value for other in values) for value in values]
        for name, values in indices.items()
    }
    header = [
        "Stadt",
        *scores,
        *(f"{name} {what}" for name in indices for what in ("Index", "Platz")),
    ]
    rows = [
        [
            city,
            *(in_german(values[number]) for values in scores.values()),
            *(
                text
                for name, values in indices.items()
                for text in (in_german(round(values[number], 1)), str(ranks[name][number]))
            ),
        ]
        for number, city in enumerate(CITIES)
    ]
    return [header, *rows], ranks


def in_german(value: Decimal) -> str:
    """Return a figure as German Excel shows it."""
    return f"{value.normalize():f}".replace(".", ",")


def excel(rows: list[list[str]]) -> bytes:
    """Return rows as German Excel saves them."""
    return "".join(";".join(row) + "\r\n" for row in rows).encode("cp1252")


SHEET_OPTIONS = ("--edition", "2025", "--source", NEW_SOURCE)


def test_a_whole_edition_gives_ranks_and_analysis(
    built_project: BuiltProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new edition and its spreadsheet: ranks and analysis are there, by the same SQL."""
    index = make_scratch_index(tmp_path / "scratch")
    imports = Importer(index, capsys, "--index")
    draw = random.Random(7)
    first, _ = sheet(draw)
    first[3][1] = "k.A."
    # what the missing score would have contradicted
    columns = [
        n
        for n, title in enumerate(first[0])
        if title not in ("Verwaltung Index", "Gesamtwertung Index")
    ]
    first = [[row[n] for n in columns] for row in first]
    code, output = imports("sheet", excel(first), *SHEET_OPTIONS, "--digits", "1", "--write")
    assert code == 0, output
    assert "was read as Windows-1252" in output
    options = ["new-edition", "scratch_ranking", "2025", "2026", "--index", str(index)]
    options += ["--source", NEW_SOURCE, "--write"]
    assert main(options) == 0
    assert "Members of 2026: 9." in capsys.readouterr().out
    assert main(options) == 1
    assert "scratch_ranking has the edition 2026 already" in capsys.readouterr().err
    assert main(["check", "--index", str(index)]) == 0
    capsys.readouterr()
    second, ranks = sheet(draw)
    options = ["--edition", "2026", "--source", NEW_SOURCE, "--digits", "1", "--write"]
    code, output = imports("sheet", excel(second), *options)
    assert code == 0, output
    database = built_by_the_same_sql(built_project, index, tmp_path / "project")
    with duckdb.connect(str(database), read_only=True) as opened:
        found = opened.execute(
            "select category_name_de, city_id, rank, rank_source, index_source from fct_index_results"
            " inner join dim_categories using (ranking_id, edition, category_id) where edition = 2026"
        ).fetchall()
        expected = {
            (category, f"city_{number}", rank, "computed", "computed")
            for category, of_category in ranks.items()
            for number, rank in enumerate(of_category, 1)
        }
        assert set(found) == expected
        for mart in (
            "rank_robustness",
            "what_if_scores",
            "target_scores",
            "sensitivity",
            "category_statistics",
        ):
            assert opened.execute(f"from {mart} where edition = 2026").fetchall(), mart
        # a score of 2025 is missing: there is no rank to compute
        query = "select distinct rank_source from fct_index_results where edition = 2025"
        assert opened.execute(f"{query} and category_id = 'overall'").fetchall() == [("published",)]
        query = "from published_reconciliation where verdict = 'contradiction'"
        assert not opened.execute(query).fetchall()


@pytest.mark.parametrize(
    ("row", "column", "text", "message"),
    [
        (0, "Payment", "Zahlen", "text:1, column Zahlen, value 'Zahlen': is neither an indicator nor a category"),
        (0, "Verwaltung Index", "Verwaltung", "text:1, column Verwaltung, value 'Verwaltung': is neither"),
        (0, "Payment", "Parken", "text:1, column Parken, value 'Parken': stands twice"),
        (2, "Stadt", "Erfundener Ort", "text:3, value 'Erfundener Ort': is not the name of a city"),
        (2, "Stadt", "Erfundener Ort 1", "text:3, value 'Erfundener Ort 1': stands on line 2 already"),
        (2, "Payment", "1.234", "text:3, column raw_value, value '1.234': must have 1 digits"),
        (2, "Payment", "01. Mai", "text:3, column raw_value, value '01. Mai': must be a number"),
        (2, "Payment", "100,1", "text:3, column raw_value, value '100,1': must be between 0 and 100"),
        (2, "Verwaltung Platz", "0", "text:3, column published_rank, value '0': must be a rank"),
        (2, "Mobilität Platz", "8", "text:2, column published_rank, value '8': is also the rank of city_2 (line 3)"),
        (2, "Mobilität Platz", "7,0", "text:3, column published_rank, value '7,0': must be a rank"),
        (2, "Verwaltung Index", "99,9", "text:3, column published_index, value '99.9': is not the index"),
        (2, "Payment", '"', "text:3: is no row of a CSV file"),
        (2, "Payment", "1;2", "text:3, value 'Erfundener Ort 2': has 51 cells instead of 50"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_sheet_is_named_by_line(
    opened_index: tuple[CheckedInput, Read], row: int, column: str, text: str, message: str
) -> None:
    """The line, the column and the rule are named."""
    checked, read = opened_index
    known = read_known(checked.gate, "scratch_ranking", "2025")
    rows, _ = sheet(random.Random(7))
    rows[row][rows[0].index(column)] = text
    case = Case("sheet", [], known, Options(digits=1))
    reading, _ = read(case, [";".join(cells) for cells in rows])
    assert message in "\n".join(map(str, reading.findings))


def test_a_file_that_changes_meanwhile_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written, and nothing is left behind."""
    index = make_scratch_index(tmp_path / "scratch")
    scores = index / "indicator_scores.csv"

    def changed(*_: object) -> list[object]:
        scores.write_text(scores.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        return []

    monkeypatch.setattr("smart_city_index.importing.check_changes", changed)
    before = sorted(file.name for file in index.iterdir())
    rows, _ = sheet(random.Random(7))
    imports = Importer(index, capsys, "--index")
    code, output = imports("sheet", excel(rows), *SHEET_OPTIONS, "--digits", "1", "--write")
    assert code == 1
    assert "indicator_scores.csv was changed meanwhile: start anew" in output
    assert (index / "published_results.csv").read_text(encoding="utf-8").count("\n") == 1
    assert sorted(file.name for file in index.iterdir() if file.name != "build") == before
