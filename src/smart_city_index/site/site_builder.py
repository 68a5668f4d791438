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
from string import Template
from typing import Any

import duckdb
import jinja2
import yaml
from jinja2.filters import do_mark_safe

from .. import UserError
from ..publication import Publication
from . import SITE_DIR, formats
from .settings import LANGUAGES, Settings, load_settings

# Classes of colours, by position: cat-1 to cat-8; the overall index has cat-0.
COLOURS = 8
OVERALL = "overall"

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
SHARED_SCRIPT_TEXTS = ("data_file_missing", "find_nothing", "find_found")

NAVIGATION = (
    NavigationItem("index.html", "nav_ranking"),
    NavigationItem("pictures.html", "nav_pictures"),
    NavigationItem("compare.html", "nav_compare"),
    NavigationItem("indicators.html", "nav_indicators"),
    NavigationItem("weights.html", "nav_weights"),
    NavigationItem("method.html", "nav_method"),
    NavigationItem("downloads.html", "nav_downloads"),
)


def load_texts(settings: Settings) -> dict[str, dict[str, str]]:
    """Return the texts of all files in texts/, by id and language, in the words of an index.

    Args:
        settings: what is put in for a `$word`.

    Raises:
        SiteError: a file is no YAML, a text is there twice or lacks a language, or asks for a word
            that there is not.
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
            try:
                texts[text_id] = {
                    language: Template(translations[language]).substitute(words)
                    for language, words in settings.words.items()
                }
            except (KeyError, ValueError) as error:
                raise SiteError(f"{path.name}: text {text_id} asks for the word {error}") from error
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
        self,
        connection: duckdb.DuckDBPyConnection,
        output: Path,
        extras: Extras = Extras(),
        settings: Settings | None = None,
    ) -> None:
        """Read the texts and set up the templates.

        Args:
            connection: the published file, opened read-only.
            output: an empty folder.
            extras: what the site holds besides its pages.
            settings: names and words; without them, those of this project.

        Raises:
            SiteError: the texts are incomplete.
        """
        self.connection = connection
        self.output = output
        self.extras = extras
        self.settings = settings or load_settings()
        self.languages = self.settings.languages
        self.texts = load_texts(self.settings)
        self._rows: dict[str, list[Row]] = {}
        self._environments = {language: self._environment(language) for language in self.languages}

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

    def colour(self, category_id: str | None) -> str:
        """Return the class of a category's colour, the same in every ranking of the site."""
        return self._colours.get(category_id or OVERALL, "cat-0")

    def edition_page(self, ranking_id: str, edition: int) -> str:
        """Return the path of an edition's table, below a language's folder."""
        newest = self.rows("editions")[0]
        if (ranking_id, edition) == (newest["ranking_id"], newest["edition"]):
            return "index.html"
        return f"ranking/{ranking_id}/{edition}.html"

    def city_page(self, ranking_id: str, city_id: str, edition: int | None = None) -> str | None:
        """Return the path of a city's page, below a language's folder.

        Args:
            ranking_id: the ranking.
            city_id: the city.
            edition: the edition; without it, or if nothing is known of the city in it, the newest
                of which something is.

        Returns:
            None if the city has no page.
        """
        editions = self.city_editions.get((ranking_id, city_id))
        if not editions:
            return None
        if edition in editions[1:]:
            return f"city/{ranking_id}/{city_id}/{edition}.html"
        return f"city/{ranking_id}/{city_id}.html"

    def pictures_page(self, ranking_id: str) -> str:
        """Return the path of a ranking's page of charts, below a language's folder."""
        is_first = ranking_id == self.rows("editions")[0]["ranking_id"]
        return "pictures.html" if is_first else f"pictures/{ranking_id}.html"

    def indicator_page(self, ranking_id: str, indicator_id: str) -> str:
        """Return the path of an indicator's page, below a language's folder."""
        return f"indicator/{ranking_id}/{indicator_id}.html"

    @cached_property
    def city_editions(self) -> dict[tuple[str, str], list[int]]:
        """The editions of which a city has a page, newest first, by ranking and city.

        A city has a page in a ranking if anything is known of it there, and if it is not behind as
        many others as settings.profiles says.
        """
        known: dict[str, dict[str, list[int]]] = {}
        newest_ranks: dict[tuple[str, str], int] = {}
        for row in sorted(self.rows("ranking"), key=lambda one: -one["edition"]):
            if any(row[name] is not None for name in ("rank", "tendency", "index_displayed")):
                of_ranking = known.setdefault(row["ranking_id"], {})
                editions = of_ranking.setdefault(row["city_id"], [])
                if row["edition"] not in editions:
                    editions.append(row["edition"])
                if row["category_id"] == OVERALL and row["rank"] is not None:
                    newest_ranks.setdefault((row["ranking_id"], row["city_id"]), row["rank"])
        pages: dict[tuple[str, str], list[int]] = {}
        for ranking_id, cities in known.items():
            ranks = {one: newest_ranks.get((ranking_id, one), len(cities)) for one in cities}
            for city_id in sorted(cities, key=ranks.__getitem__)[: self.settings.profiles]:
                pages[ranking_id, city_id] = cities[city_id]
        return pages

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
        description: str = "",
        picture: str | None = None,
        dataset: dict[str, Any] | None = None,
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
            description: what it says, in a sentence, for whom it is shared with.
            picture: path of a picture of it, below the site's top folder.
            dataset: what it has, for machines that look for data.
            script_texts: ids of the texts that the page's scripts show.
            values: what the template needs besides.
        """
        to_language_root = "../" * path.count("/")
        others = [one for one in self.languages if one != language]
        self.write(
            f"{language}/{path}",
            self.rendered(
                template,
                language,
                other_languages=others,
                path=path,
                root=to_language_root + "../",
                home=to_language_root,
                navigation=[
                    item
                    for item in NAVIGATION
                    if item.text != "nav_weights" or self.rows("weights_editions")
                ],
                current=navigation,
                title=title,
                description=description,
                picture=picture,
                dataset=dataset,
                script_texts={
                    one: self.text(one, language) for one in (*script_texts, *SHARED_SCRIPT_TEXTS)
                },
                **values,
            ),
        )

    def rendered(self, template: str, language: str, **values: Any) -> str:
        """Return a template with values and with what every page names.

        Args:
            template: file in templates/.
            language: `de` or `en`.
            values: what the template needs.
        """
        page = self._environments[language].get_template(template)
        text = page.render(
            language=language,
            policy=CONTENT_SECURITY_POLICY,
            build=self.rows("build")[0],
            settings=self.settings,
            texts=self.texts,
            mark_letters=self.mark_letters(),
            **values,
        )
        return re.sub(r"\n\s*\n+", "\n", text) + "\n"

    def macros(self, template: str, language: str) -> Any:
        """Return the macros of a template as functions."""
        return self._environments[language].get_template(template).module

    def write_data(self, name: str, value: Any) -> None:
        """Write data/<name>.js, which scripts load with `site.loadData(name, ...)`."""
        self.write(
            f"data/{name}.js",
            f"(window.siteData=window.siteData||{{}})[{json.dumps(name)}]={to_json(value)};\n",
        )

    def write(self, path: str, content: str) -> None:
        """Write a text file of the site, with its line ends as they are."""
        self.write_bytes(path, content.encode("utf-8"))

    def write_bytes(self, path: str, content: bytes) -> None:
        """Write a file of the site."""
        target = self.output / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def copy_folder(self, name: str, pattern: str) -> None:
        """Copy files of a folder of this package into the site."""
        target = self.output / name
        target.mkdir()
        for path in sorted((SITE_DIR / name).glob(pattern)):
            shutil.copyfile(path, target / path.name)

    @cached_property
    def _colours(self) -> dict[str, str]:
        """The classes of the categories' colours."""
        categories = self.grouped("categories", "ranking_id", "edition")
        found: dict[str, str] = {}
        for edition in self.rows("editions"):
            for row in categories[edition["ranking_id"], edition["edition"]]:
                number = 0 if row["is_overall"] else (len(found) - 1) % COLOURS + 1
                found.setdefault(row["category_id"], f"cat-{number}")
        return found

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

        environment.globals.update(
            t=text,
            lang=language,
            edition_page=self.edition_page,
            city_page=self.city_page,
            indicator_page=self.indicator_page,
            pictures_page=self.pictures_page,
            colour=self.colour,
            table_path=lambda row: f"tables/{row['ranking_id']}-{row['edition']}.csv",
            has_weights=lambda: bool(self.rows("weights_editions")),
        )
        environment.filters.update(
            figure=localised(formats.figure),
            decimal=localised(formats.decimal),
            percent=localised(formats.percent),
            decimal_point=formats.decimal_point,
            shortest=localised(formats.shortest),
            timestamp=localised(formats.timestamp),
            tendency_class=formats.tendency_class,
            as_json=lambda value: do_mark_safe(to_json(value)),
        )
        return environment
