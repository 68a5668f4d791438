"""What every page builder needs: the rows of a query, the texts of a language, a place to write."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import yaml
from jinja2.filters import do_mark_safe

from .. import UserError
from ..publication import Publication
from . import SITE_DIR, formats

LANGUAGES = ("de", "en")

# The same policy stands in every page, so that it holds on any host and from disk.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'"
)

# dbt's documentation is one page of inline scripts and styles; it may load nothing at all.
DBT_DOCS_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Extras:
    """What a site may hold besides its pages.

    Args:
        downloads: whether to add the files to download, and dbt's documentation.
        publication: the files to download.
        dbt_docs: the page that `make docs` writes; it need not be there.
    """

    downloads: bool = True
    publication: Publication | None = None
    dbt_docs: Path | None = None


class SiteError(UserError):
    """The site cannot be built; the message says why."""


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the navigation.

    Args:
        path: file below the language's folder.
        text: id of its text; also the id by which a page says where it belongs.
    """

    path: str
    text: str


# What assets/site.js shows.
SHARED_SCRIPT_TEXTS = ("data_file_missing",)

NAVIGATION = (
    NavigationItem("index.html", "nav_ranking"),
    NavigationItem("compare.html", "nav_compare"),
    NavigationItem("indicators.html", "nav_indicators"),
    NavigationItem("weights.html", "nav_weights"),
    NavigationItem("method.html", "nav_method"),
    NavigationItem("downloads.html", "nav_downloads"),
)


def load_texts() -> dict[str, dict[str, str]]:
    """Return the texts of all files in texts/, by id and language.

    Raises:
        SiteError: a file is no YAML, or a text is there twice or lacks a language.
    """
    texts: dict[str, dict[str, str]] = {}
    for path in sorted((SITE_DIR / "texts").glob("*.yml")):
        try:
            found = yaml.safe_load(path.read_text("utf-8"))
        except yaml.YAMLError as error:
            raise SiteError(f"{path.name}: {error}") from error
        for text_id, translations in found.items():
            if text_id in texts:
                raise SiteError(f"{path.name}: text {text_id} is already in another file")
            if sorted(translations) != sorted(LANGUAGES):
                raise SiteError(f"{path.name}: text {text_id} needs exactly {LANGUAGES}")
            texts[text_id] = translations
    return texts


def json_default(value: Any) -> Any:
    """Return what JSON writes for a DECIMAL: its digits, as text.

    Raises:
        TypeError: the value is of another type.
    """
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no place in a data file")


def to_json(value: Any) -> str:
    """Return compact JSON that may stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=json_default)
    return text.replace("<", "\\u003c")


# What is not as readers of a ranking expect it, and the letter that marks it.
MARKS = {"computed": "c", "implied": "t", "published": "p", "contradiction": "x"}
MARKED_FIGURES = ("rank", "tendency", "index")
MARK_LETTERS = (*MARKS.values(), "s", "i")
NO_MARK = "-"


def shown_address(address: str) -> str:
    """Return an address as one reads it."""
    return address.split("://", 1)[1].removeprefix("www.")


def publisher_pages(editions: list[Row]) -> list[tuple[str, str]]:
    """Return shown text and address of the pages on which editions are published, each once.

    Args:
        editions: rows of queries/editions.sql; the source of an edition may be no page.
    """
    addresses = {row["source"]: None for row in editions if re.match("https?://", row["source"])}
    return [(shown_address(address), address) for address in addresses]


class Site:
    """A site in the making."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, output: Path, extras: Extras = Extras()
    ) -> None:
        """Read the texts and set up the templates.

        Args:
            connection: the published file, opened read-only.
            output: an empty folder.
            extras: what the site holds besides its pages.

        Raises:
            SiteError: the texts are incomplete.
        """
        self.connection = connection
        self.output = output
        self.extras = extras
        self.texts = load_texts()
        self._rows: dict[str, list[Row]] = {}
        self._environments = {language: self._environment(language) for language in LANGUAGES}

    def rows(self, query: str) -> list[Row]:
        """Return the rows of queries/<query>.sql; each query runs once.

        Raises:
            SiteError: there is no such query, or the published file does not answer it.
        """
        if query not in self._rows:
            path = SITE_DIR / "queries" / f"{query}.sql"
            if not path.is_file():
                raise SiteError(f"there is no query {path.name}")
            try:
                cursor = self.connection.execute(path.read_text("utf-8"))
            except duckdb.Error as error:
                raise SiteError(f"{path.name}: {error}") from error
            columns = [column[0] for column in cursor.description]
            self._rows[query] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        return self._rows[query]

    def grouped(self, query: str, *columns: str) -> dict[tuple[Any, ...], list[Row]]:
        """Return the rows of a query by the values of some of its columns, order kept."""
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in self.rows(query):
            groups.setdefault(tuple(row[column] for column in columns), []).append(row)
        return groups

    def text(self, text_id: str, language: str, **values: Any) -> str:
        """Return a text in a language, with values put into its {braces}.

        Raises:
            SiteError: there is no such text.
        """
        if text_id not in self.texts:
            raise SiteError(f"there is no text {text_id} in texts/")
        template = self.texts[text_id][language]
        return template.format(**values) if values else template

    def marks(self, row: Row, category_id: str, is_simulated: bool) -> str:
        """Return the marks of place, tendency and index of a result: a letter each, or NO_MARK.

        Marked is what readers of the ranking do not expect: in one that is computed as a whole what
        is published only, elsewhere what is not published.

        Args:
            row: names ranking_id, edition and city_id.
            category_id: the category.
            is_simulated: whether simulated figures of a real city enter the result.
        """
        if is_simulated:
            return "s" * len(MARKED_FIGURES)
        key = (row["ranking_id"], row["edition"], row["city_id"], category_id)
        return self._marks.get(key, NO_MARK * len(MARKED_FIGURES))

    def mark_letters(self) -> str:
        """Return the letters of all marks that a figure of the site has, each once."""
        has_simulated = any(row["is_simulated_ranking"] for row in self.rows("editions"))
        used = {*"".join(self._marks.values()), *("s" if has_simulated else "")}
        return "".join(letter for letter in MARK_LETTERS if letter in used)

    def data_date(self, row: Row, language: str) -> str:
        """Return what is recorded of the time that the data of an edition are of.

        Args:
            row: a row of queries/editions.sql.
            language: `de` or `en`.
        """
        period = row["survey_period"]
        if period:
            names = self.texts.get(f"survey_period_{period.lower().replace(' ', '_')}")
            return self.text(
                "data_collected", language, period=names[language] if names else period
            )
        if row["first_data_year"]:
            years = {"first": row["first_data_year"], "last": row["last_data_year"]}
            return self.text("data_of_years", language, **years)
        return self.text("data_date_not_recorded", language)

    def rankings_for_script(
        self, editions: list[Row], language: str, of_edition: Callable[[Row], Any]
    ) -> dict[str, dict[str, Any]]:
        """Return what scripts must know of rankings and editions before they load one.

        Args:
            editions: rows with ranking_id, its names, is_simulated_ranking and edition.
            language: `de` or `en`.
            of_edition: what a page's script needs of an edition, from its row.

        Returns:
            For each ranking `name`, `simulated`, `editions` and the `dates` of their data.
        """
        rankings: dict[str, dict[str, Any]] = {}
        for row in editions:
            ranking = rankings.setdefault(
                row["ranking_id"],
                {
                    "name": row[f"ranking_name_{language}"],
                    "simulated": row["is_simulated_ranking"],
                    "editions": {},
                    "dates": {},
                },
            )
            ranking["editions"][row["edition"]] = of_edition(row)
        for row in self.rows("editions"):
            if row["ranking_id"] not in rankings:
                continue
            date = self.data_date(row, language)
            rankings[row["ranking_id"]]["dates"][row["edition"]] = self.text(
                "data_of_edition", language, edition=row["edition"], date=date
            )
        return rankings

    def write_page(
        self,
        template: str,
        path: str,
        language: str,
        navigation: str,
        title: str,
        script_texts: tuple[str, ...] = (),
        **values: Any,
    ) -> None:
        """Write one page.

        Args:
            template: file in templates/.
            path: file below the language's folder, the same in both languages.
            language: `de` or `en`.
            navigation: id of the navigation entry that the page belongs to.
            title: title of the page, without the site's name.
            script_texts: ids of the texts that the page's scripts show.
            values: what the template needs besides.
        """
        to_language_root = "../" * path.count("/")
        to_root = to_language_root + "../"
        other = next(one for one in LANGUAGES if one != language)
        page_template = self._environments[language].get_template(template)
        page = page_template.render(
            language=language,
            other_language=other,
            counterpart=f"{to_root}{other}/{path}",
            path=path,
            root=to_root,
            home=to_language_root,
            navigation=NAVIGATION,
            current=navigation,
            title=title,
            policy=CONTENT_SECURITY_POLICY,
            script_texts={
                one: self.text(one, language) for one in (*script_texts, *SHARED_SCRIPT_TEXTS)
            },
            build=self.rows("build")[0],
            mark_letters=self.mark_letters(),
            **values,
        )
        self.write(f"{language}/{path}", re.sub(r"\n\s*\n+", "\n", page) + "\n")

    def write_data(self, name: str, value: Any) -> None:
        """Write data/<name>.js, which scripts load with `site.loadData(name, ...)`."""
        self.write(
            f"data/{name}.js",
            f"(window.siteData=window.siteData||{{}})[{json.dumps(name)}]={to_json(value)};\n",
        )

    def write(self, path: str, content: str) -> None:
        """Write a text file of the site."""
        target = self.output / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, "utf-8")

    def copy_folder(self, name: str, pattern: str) -> None:
        """Copy files of a folder of this package into the site."""
        target = self.output / name
        target.mkdir()
        for path in sorted((SITE_DIR / name).glob(pattern)):
            shutil.copyfile(path, target / path.name)

    @cached_property
    def _marks(self) -> dict[tuple[Any, ...], str]:
        """The marks of every result that has any."""
        expected = {
            row["ranking_id"]: "computed" if row["is_computed_ranking"] else "published"
            for row in self.rows("editions")
        }
        marks: dict[tuple[Any, ...], str] = {}
        keys = ("ranking_id", "edition", "city_id", "category_id")
        for key, rows in self.grouped("bases", *keys).items():
            bases = {row["figure"]: row["basis"] for row in rows}
            marks[key] = "".join(
                MARKS[bases[figure]]
                if figure in bases and bases[figure] != expected[key[0]]
                else NO_MARK
                for figure in MARKED_FIGURES
            )
        return marks

    def _environment(self, language: str) -> jinja2.Environment:
        """Return the template environment of a language, with its texts and printed forms."""
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(SITE_DIR / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

        def text(text_id: str, **values: Any) -> str:
            return self.text(text_id, language, **values)

        def localised(function: Callable[..., str]) -> Callable[..., str]:
            return lambda *arguments, **options: function(*arguments, language=language, **options)

        environment.globals.update(t=text, lang=language)
        environment.filters.update(
            figure=localised(formats.figure),
            decimal=localised(formats.decimal),
            percent=localised(formats.percent),
            decimal_point=formats.decimal_point,
            timestamp=localised(formats.timestamp),
            tendency_class=formats.tendency_class,
            as_json=lambda value: do_mark_safe(to_json(value)),
        )
        return environment
