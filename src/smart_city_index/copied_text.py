"""Read what a person can copy: a city's page, a publisher's table, a spreadsheet in wide form.

Nothing is guessed. A name is one that the seeds have, but for capitals and invisible characters; a
figure has the digits that it must have. Whatever else a line says is a finding that names the line.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import chain
from pathlib import Path

from .reader import FileError, Finding, opened
from .values import NO_FIGURE, number_advice

MAXIMUM_BYTES = 1 << 24
DASHES = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2212": "-", "–": "-", "—": "-"})
SIGNED = re.compile(r"([+-]?|±(?=0))(0|[1-9]\d*)")
NUMBER = re.compile(r"(-?)(0|[1-9]\d*)(?:[.,](\d+))?")
LOOK = "Look at the source."
ENDS_WITH_FIGURE = re.compile(r"(?:^|\s)[-+]?\d+[.,]?\d*$")
PRACTICES = {"best practice", "best practices"}
FIGURES = {
    **dict.fromkeys(("platz", "rang", "rank"), "published_rank"),
    **dict.fromkeys(("tendenz", "tendency"), "published_tendency"),
    **dict.fromkeys(("index",), "published_index"),
}
NAMES = {"stadt", "kommune", "city", "kategorie", "category", "indikator", "indicator"}
RANK, TENDENCY, INDEX, SCORE = (*dict.fromkeys(FIGURES.values()), "raw_value")

Figures = dict[str, str]
# Names as they are compared, by identifier.
Names = Mapping[str, set[str]]


@dataclass(frozen=True)
class Node:
    """A node of the edition's tree.

    Attributes:
        row: its row of framework.csv.
        order: its place in the tree.
    """

    row: Mapping[str, str]
    order: tuple[tuple[int, str], ...]

    @property
    def parent(self) -> str:
        """Return the node above; an empty text for the root."""
        return self.row["parent_node_id"]

    @property
    def is_category(self) -> bool:
        """Return whether it has an index, not a score."""
        return self.row["node_type"] != "indicator"


@dataclass(frozen=True)
class Edition:
    """What is known of the edition that a text is about.

    Attributes:
        titles: how a heading may name ranking and edition.
        methodology: its row of methodologies.csv.
        nodes: the tree, in its order.
        cities: rows of cities.csv by city; members of the edition only.
        newcomers: the members that were none in the edition before.
        labels: words for the lines of a page, by line_id of profile_labels.csv.
    """

    titles: Sequence[str]
    methodology: Mapping[str, str]
    nodes: Mapping[str, Node]
    cities: Mapping[str, Mapping[str, str]]
    newcomers: set[str]
    labels: Mapping[str, set[str]]

    def digits(self, node: str) -> int | None:
        """Return how many digits a figure has after the point; None for a measured value."""
        if self.nodes[node].is_category:
            return int(self.methodology["index_digits"])
        is_score = self.nodes[node].row["normalisation"] == "none"
        return int(self.methodology["score_digits"]) if is_score else None

    @cached_property
    def node_names(self) -> Names:
        """Return the names of every node."""
        columns = ("node_id", "name_de", "name_en")
        return {name: names(node.row, *columns) for name, node in self.nodes.items()}

    @cached_property
    def city_names(self) -> Names:
        """Return the names of every city."""
        return {city: names(row, "city_id", "city_name") for city, row in self.cities.items()}

    def indicators(self, category: str) -> list[str]:
        """Return the indicators right below a category, in the order of the tree."""
        return [
            name
            for name, node in self.nodes.items()
            if node.parent == category and not node.is_category
        ]


@dataclass(frozen=True)
class Options:
    """What the user says about a text.

    Attributes:
        left_out_lines: lines that are not to be read.
        left_out_names: nodes that a page need not state, and columns not to be read.
        names: what a line is about, by line: an indicator, category or city.
        digits: digits after the point, if not those of the methodology.
        category: category of a table without a heading.
    """

    left_out_lines: frozenset[int] = frozenset()
    left_out_names: frozenset[str] = frozenset()
    names: Mapping[int, str] = field(default_factory=dict)
    digits: int | None = None
    category: str | None = None


@dataclass
class Statement:
    """What a text states about a city and a node, or a city alone.

    Attributes:
        city: the city.
        node: the node; empty for the city's facts.
        line: first line that states it.
        figures: texts in the form of the seeds, by column.
        notes: what has to be said about it.
    """

    city: str
    node: str
    line: int
    figures: dict[str, str]
    notes: list[str] = field(default_factory=list)


def names(row: Mapping[str, str], *columns: str) -> set[str]:
    """Return texts of a row as they are compared: cleaned, without capitals."""
    return {cleaned(row[column]).casefold() for column in columns}


def cleaned(text: str) -> str:
    """Return a text composed, without invisible characters, with single spaces and plain dashes."""
    composed = unicodedata.normalize("NFC", text.translate(DASHES))
    shown = "".join(
        character
        for character in composed
        if character.isspace() or unicodedata.category(character) != "Cf"
    )
    return " ".join(shown.split())


def read_lines(path: Path) -> tuple[list[str], str]:
    """Return the lines of a text in UTF-8 or, if it is none, Windows-1252, and which of both it is.

    Raises:
        FileError: it cannot be read.
    """
    with opened(path, is_unpacked=False) as stream:
        content = stream.read(MAXIMUM_BYTES + 1)
    if len(content) > MAXIMUM_BYTES:
        raise FileError(f"is longer than {MAXIMUM_BYTES:,} bytes", "Import it in parts.")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content:
        raise FileError("is UTF-16 or no text", "Save it as UTF-8 text, or as CSV.")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return re.split("\r\n|\n|\r", content.decode(encoding)), encoding
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
    raise FileError("is neither UTF-8 nor Windows-1252", "Save it as UTF-8.", line)


class Reading:
    """A text as far as it is understood.

    Attributes:
        file: the text, as the user knows it.
        statements: what it states, by city and node.
        findings: what is not understood.
        notes: what is understood and not taken in, by line.
    """

    def __init__(self, file: str, lines: Sequence[str], edition: Edition, options: Options) -> None:
        self.file = file
        self.edition = edition
        self.options = options
        self.raw_lines = lines
        self.lines = [(n, cleaned(line)) for n, line in enumerate(lines, 1) if cleaned(line)]
        self.statements: dict[tuple[str, str], Statement] = {}
        self.findings: list[Finding] = []
        self.notes: dict[int, str] = {}
        self.names = dict(options.names)
        self.unused = set(options.left_out_names)
        for line in sorted(options.left_out_lines - {number for number, _ in self.lines}):
            self.find(line, "", "--leave-out has no effect", "The file has no such line.")
        category = edition.nodes.get(options.category or "overall")
        if category is None or not category.is_category:
            self.find(0, str(options.category), "--category must be a category", "Correct it.")

    def find(self, line: int, value: str, rule: str, advice: str, column: str = "") -> None:
        """Take up what is not understood of a line."""
        self.findings.append(Finding(self.file, line, column, value, rule, advice))

    def finish(self) -> None:
        """Find options without effect, and a text without figures."""
        if self.findings:
            return
        if not self.statements:
            self.find(0, "", "states no figure", "Look at the file.")
        for line, name in self.names.items():
            self.find(line, name, "--name has no effect", "Leave it out.")
        for name in sorted(self.unused):
            self.find(0, name, "--leave-out has no effect", "Leave it out.")

    def leaves_out(self, *names: str) -> bool:
        """Return whether the user leaves out what has one of these names."""
        self.unused -= set(names)
        return any(name in self.options.left_out_names for name in names)

    def add(self, line: int, city: str, node: str, figures: dict[str, str], note: str = "") -> None:
        """Take up what a line states, which no other line may have stated."""
        known = self.statements.setdefault((city, node), Statement(city, node, line, {}))
        if known.figures.keys() & figures.keys():
            shown = f"{city}, {node}" if node else city
            rule = f"stands on line {known.line} already"
            self.find(line, shown, rule, "Leave one of the lines out.")
            return
        known.figures.update(figures)
        known.notes += [note] if note else []

    def named(self, line: int, text: str, known: Names, what: str) -> str | None:
        """Return whose name a text is, or what the user says the line is about; None if no one's.

        Args:
            line: the line.
            text: the name.
            known: names of everything that it can be.
            what: what it must be the name of.
        """
        if line in self.names:
            given = self.names.pop(line)
            if given not in known:
                self.find(line, given, f"--name must be the identifier of {what}", "Correct it.")
                return None
            return given
        found = having(text, known)
        if len(found) == 1:
            return found[0]
        rule = f"is the name of {', '.join(found)}" if found else f"is not the name of {what}"
        advice = f"Say --name {line}=IDENTIFIER, or --leave-out {line}."
        self.find(line, text, rule, advice)
        return None

    def names_of(self, *, categories: bool, below: str = "") -> Names:
        """Return the names of categories or indicators, of one category if it is named."""
        return {
            name: names
            for name, names in self.edition.node_names.items()
            if (node := self.edition.nodes[name]).is_category == categories
            and below in ("", node.parent)
        }

    def rank(self, line: int, text: str) -> Figures | None:
        """Return a rank; None if it is none."""
        if re.fullmatch(r"[1-9]\d{0,6}\.?", text):
            return {RANK: text.rstrip(".")}
        self.find(line, text, "must be a rank", "Write a whole number from 1.", RANK)
        return None

    def tendency(self, line: int, text: str, city: str, *, has_sign: bool) -> Figures | None:
        """Return a tendency, nothing for a dash and a city that is new; None if it is none."""
        found = SIGNED.fullmatch(text)
        if found and (found[1] or found[2] == "0" or not has_sign):
            return {TENDENCY: str(int(found[1].replace("±", "") + found[2]))}
        if text in ("-", "--") and city in self.edition.newcomers:
            return {}
        advice = "Write a whole number with its sign; a dash is for a city that is new."
        self.find(line, text, "must be a tendency", advice, TENDENCY)
        return None

    def figure(self, line: int, text: str, node: str, *, is_sheet: bool = False) -> Figures | None:
        """Return an index with its digits, or a score; None if it is none, or ambiguous.

        Args:
            line: the line.
            text: the figure.
            node: whose figure it is.
            is_sheet: whether a spreadsheet wrote it: with decimal commas, without zeros at the end.
        """
        column = INDEX if self.edition.nodes[node].is_category else SCORE
        given, digits = self.options.digits, self.edition.digits(node)
        if digits is not None and given is not None:
            digits = given
        is_grouped = re.fullmatch(r"-?\d{1,3}([. ]\d{3})+,\d+", text)
        found = NUMBER.fullmatch(re.sub("[. ]", "", text) if is_grouped else text)
        if not found:
            self.find(line, text, "must be a number", number_advice(text, column), column)
            return None
        whole, decimals = found[1] + found[2], found[3] or ""
        is_certain = digits is not None or whole == "0" or (is_sheet and "," in text)
        if len(decimals) == 3 and len(found[2]) < 4 and not is_certain:
            advice = "Write it without separator."
            self.find(line, text, "may be thousands or thousandths", advice, column)
            return None
        if digits is not None and is_sheet and given is not None:
            decimals = decimals.ljust(digits, "0")
        value = f"{whole}.{decimals}".rstrip(".")
        if digits is not None and len(decimals) != digits:
            advice = "If it is printed so, or a spreadsheet dropped zeros, say --digits N."
            rule = f"must have {digits} digits after the point"
            self.find(line, text, rule, f"{LOOK} {advice}", column)
            return None
        scale = self.edition.methodology["scale_maximum"]
        if digits is not None and not 0 <= Decimal(value) <= Decimal(scale):
            self.find(line, text, f"must be between 0 and {scale}", LOOK, column)
            return None
        return {column: value, **({"index_digits": str(len(decimals))} if column == INDEX else {})}

    def result(self, line: int, words: list[str], city: str, node: str) -> None:
        """Take up rank, tendency (unless the table has none) and index of a line of a table."""
        figures = [self.rank(line, words[0]), self.figure(line, words[-1], node)]
        if len(words) == 3:
            figures.insert(1, self.tendency(line, words[1], city, has_sign=True))
        stated = [figure for figure in figures if figure is not None]
        if len(stated) == len(figures):
            self.add(line, city, node, dict(chain.from_iterable(f.items() for f in stated)))

    def read_table(self) -> None:
        """Read lines such as `6 +11 Düsseldorf 85.8`."""
        category, count = self.options.category, 3
        for line, printed in self.lines:
            # a copy of a table may keep bars between the columns and a rule below the titles
            words = printed.replace("|", " ").split()
            text = " ".join(words)
            is_rule = not text.strip("- ")
            if is_rule or line in self.options.left_out_lines or text in self.edition.titles:
                continue
            if is_header(text):
                figures = [FIGURES.get(word, "") for word in text.casefold().split(" ")]
                if figures not in ([RANK, TENDENCY, "", INDEX], [RANK, "", INDEX]):
                    rule = "must be Platz, Tendenz, Stadt, Index; Tendenz may be missing"
                    self.find(line, text, rule, "Copy the columns in this order.")
                count = len(figures) - 1
            elif not any(character.isdigit() for character in text):
                heading = self.named(line, text, self.names_of(categories=True), "a category")
                if heading and self.options.category not in (None, heading):
                    self.find(line, text, "is another category than --category", "Correct one.")
                category = heading or category
            elif category is None:
                self.find(line, text, "belongs to no category", "Say --category CATEGORY.")
            elif len(words) <= count:
                shape = "rank, tendency, city and index" if count == 3 else "rank, city and index"
                self.find(line, text, f"must be {shape}", f"Correct it, or --leave-out {line}.")
            else:
                name = " ".join(words[count - 1 : -1])
                city = self.named(line, name, self.edition.city_names, "a city of the edition")
                if city:
                    self.result(line, [*words[: count - 1], words[-1]], city, category)
        self.finish()

    def read_sheet(self) -> None:
        """Read a CSV file with semicolons: a row per city, a column per indicator or figure."""
        reader = csv.reader(self.raw_lines, delimiter=";", strict=True)
        columns: list[tuple[int, str, str]] | None = None
        seen: dict[str, int] = {}
        width = before = 0
        try:
            for fields in reader:
                line, before = before + 1, reader.line_num
                cells = [cleaned(cell) for cell in fields]
                if line in self.options.left_out_lines or not any(cells):
                    continue
                if columns is None:
                    columns, width = self.sheet_columns(line, cells), len(cells)
                    continue
                if len(cells) != width:
                    rule = f"has {len(cells)} cells instead of {width}"
                    self.find(line, cells[0], rule, "Correct the row.")
                    continue
                city = self.named(line, cells[0], self.edition.city_names, "a city of the edition")
                if city in seen:
                    self.find(line, cells[0], f"stands on line {seen[city]} already", "Correct it.")
                elif city:
                    seen[city] = line
                    self.sheet_row(line, cells, city, columns)
        except csv.Error as error:
            self.find(before + 1, "", f"is no row of a CSV file ({error})", "Close its quote.")
        self.finish()

    def sheet_columns(self, line: int, titles: list[str]) -> list[tuple[int, str, str]]:
        """Return position, node and column of the seed for each column of a spreadsheet."""
        if len(titles) == 1:
            self.find(line, titles[0], "is not separated by semicolons", "Save it as German CSV.")
        columns: list[tuple[int, str, str]] = []
        for position, title in enumerate(titles[1:], 1):
            if self.leaves_out(title):
                continue
            found = re.fullmatch(rf"(.+)[ _]({'|'.join(FIGURES)})", title, re.IGNORECASE)
            nodes = having(found[1] if found else title, self.names_of(categories=bool(found)))
            column = FIGURES[found[2].casefold()] if found else SCORE
            rule = "stands twice"
            if not nodes:
                rule = "is neither an indicator nor a category with Platz, Tendenz or Index"
            elif len(nodes) > 1:
                rule = f"is the name of {', '.join(nodes)}"
            elif (nodes[0], column) not in [entry[1:] for entry in columns]:
                columns.append((position, nodes[0], column))
                continue
            advice = f"Write an identifier of framework.csv, or say --leave-out '{title}'."
            self.find(line, title, rule, advice, title)
        return columns

    def sheet_row(
        self, line: int, cells: list[str], city: str, columns: list[tuple[int, str, str]]
    ) -> None:
        """Take up the figures of a city; a cell such as k.A. is none."""
        for position, node, column in columns:
            text = cells[position]
            if not text or text.casefold() in NO_FIGURE:
                continue
            if column == RANK:
                figures = self.rank(line, text)
            elif column == TENDENCY:
                figures = self.tendency(line, text, city, has_sign=False)
            else:
                figures = self.figure(line, text, node, is_sheet=True)
            if figures:
                self.add(line, city, node, figures)

    def read_page(self) -> None:
        """Read a city's page: its facts, its results, its indicators by category."""
        categories = self.names_of(categories=True)
        places: list[tuple[int, str]] = []
        parts: dict[str, list[tuple[int, str]]] = {}
        city, part = "", ""
        for line, text in self.lines:
            folded = text.casefold()
            if line in self.options.left_out_lines:
                if part in parts:
                    parts[part].append((line, ""))
            elif part == "practices":
                self.notes[line] = "not taken in: write it in your own words (best_practices.csv)"
                if ENDS_WITH_FIGURE.search(text):
                    rule = "looks like a figure below the best practice"
                    self.find(line, text, rule, f"Say --leave-out {line}.")
            elif folded in PRACTICES:
                part = "practices"
            elif (
                having(text, self.edition.city_names) or self.names.get(line) in self.edition.cities
            ):
                found = self.named(line, text, self.edition.city_names, "a city of the edition")
                if found and city not in ("", found):
                    self.find(line, text, "is another city", "Import each page by itself.")
                city = city or found or ""
            elif is_header(text) or text in self.edition.titles:
                pass
            elif having(text, categories):
                part = self.named(line, text, categories, "a category") or ""
                if part in parts:
                    self.find(line, text, "is a heading for the second time", "Remove it.")
                parts.setdefault(part, [])
            elif not part and self.label(folded.split(" ")[0]) == "rank":
                places.append((line, text.split(" ")[-1]))
            elif part:
                parts[part].append((line, text))
            elif not city or not self.facts(line, text, city):
                self.find(line, text, "is not understood", f"Say --leave-out {line}.")
        if not city:
            self.find(0, "", "names no city of the edition", "A line must be the city's name.")
            self.findings = [found for found in self.findings if "not understood" not in found.rule]
            return
        for category, entries in parts.items():
            if category == "overall":
                self.page_results(entries, city)
            else:
                self.page_indicators(category, entries, city)
        self.page_is_whole(city, parts, places)
        self.finish()

    def label(self, folded: str) -> str:
        """Return which line of a profile a word is the label of."""
        return next((key for key, names in self.edition.labels.items() if folded in names), "")

    def facts(self, line: int, text: str, city: str) -> bool:
        """Take up the line of state, area and population; return whether it is one."""
        for part in text.split(" | "):
            words = part.split(" ")
            if self.label(words[0].casefold()) == "state":
                state = self.edition.cities[city]["state_name"]
                if " ".join(words[1:]).casefold() != cleaned(state).casefold():
                    self.find(line, part, "is another state than in cities.csv", "Correct one.")
            elif (label := self.label(words[-1].casefold())) in ("area", "population"):
                is_area = label == "area"
                pattern = r"(\d{1,3}|\d+,\d{1,2}) km²" if is_area else r"\d{1,3}(\.\d{3})*"
                number = " ".join(words[:-1])
                if not re.fullmatch(pattern, number):
                    self.find(line, part, "must be a whole number", "Look at the source.", label)
                    continue
                plain = number.removesuffix(" km²")
                plain = plain.replace(",", ".") if is_area else plain.replace(".", "")
                self.add(line, city, "", {"area_km2" if is_area else "population": plain})
            else:
                return False
        return True

    def page_results(self, entries: list[tuple[int, str]], city: str) -> None:
        """Take up lines such as `7 -1 Verwaltung 93.6`."""
        for line, text in entries:
            words = text.split(" ")
            if not text:
                continue
            if len(words) < 4:
                rule = "must be rank, tendency, category and index"
                self.find(line, text, rule, f"Correct it, or --leave-out {line}.")
                continue
            name = " ".join(words[2:-1])
            node = self.named(line, name, self.names_of(categories=True), "a category")
            if node:
                self.result(line, [*words[:2], words[-1]], city, node)

    def page_indicators(self, category: str, entries: list[tuple[int, str]], city: str) -> None:
        """Take up lines such as `Payment 100.0`; names that are lost follow from the tree's order.

        They do only if the page has a line for every indicator of the category, and every name that
        is there stands where the tree has it.
        """
        expected = self.edition.indicators(category)
        known = self.names_of(categories=False, below=category)
        found: list[tuple[int, str, str | None]] = []
        for line, text in entries:
            name, _, value = text.rpartition(" ")
            if name or line in self.names:
                node = self.named(line, name, known, f"an indicator of {category}")
                found.append((line, value, node))
            else:
                found.append((line, value, ""))
        in_order = len(found) == len(expected) and all(
            node in ("", expected[position]) for position, (_, _, node) in enumerate(found)
        )
        for position, (line, value, named) in enumerate(found):
            node, note = named, ""
            if node == "" and value:
                if not NUMBER.fullmatch(value):
                    self.find(line, value, "is not understood", f"Say --leave-out {line}.")
                    continue
                if not in_order:
                    advice = f"Say --name {line}=INDICATOR, or --leave-out {line}."
                    rule = "has no name, and the order of the page does not tell it"
                    self.find(line, value, rule, advice)
                    continue
                node = expected[position]
                note = "the name is lost, and inferred from the order of the tree"
            score = self.figure(line, value, node) if node else None
            if node and score:
                self.add(line, city, node, score, note)

    def page_is_whole(
        self, city: str, parts: dict[str, list[tuple[int, str]]], places: list[tuple[int, str]]
    ) -> None:
        """Find what the page should state and does not, and a place that is not the rank."""
        if self.findings:
            return
        by_part: dict[str, list[str]] = {}
        for name, node in self.edition.nodes.items():
            if (city, name) not in self.statements and not self.leaves_out(name):
                by_part.setdefault("overall" if node.is_category else node.parent, []).append(name)
        for part, missing in by_part.items():
            entries = parts.get(part, [])
            if len(missing) > sum(not text for _, text in entries):
                last = max((line for line, _ in entries), default=0)
                advice = "Restore the lines, or say " + " ".join(
                    f"--leave-out {name}" for name in missing
                )
                self.find(last, ", ".join(missing), f"is missing in {part}", advice + ".")
        overall = self.statements.get((city, "overall"))
        for line, place in places:
            if overall and place != overall.figures[RANK]:
                self.find(line, place, f"is not the rank of line {overall.line}", "Correct one.")


def having(text: str, known: Names) -> list[str]:
    """Return what has a text as a name, whatever its capitals."""
    return [key for key, names in known.items() if text.casefold() in names]


def is_header(text: str) -> bool:
    """Return whether a line holds titles of columns only."""
    words = text.casefold().split(" ")
    return len(words) > 1 and all(word in FIGURES or word in NAMES for word in words)


READERS: dict[str, Callable[[Reading], None]] = {
    "page": Reading.read_page,
    "table": Reading.read_table,
    "sheet": Reading.read_sheet,
}
