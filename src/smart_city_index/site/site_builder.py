"""What every page builder needs: the rows of a query, the texts of a language, a place to write."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
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


def rankings_for_script(
    editions: list[Row], language: str, of_edition: Callable[[Row], Any]
) -> dict[str, dict[str, Any]]:
    """Return what scripts must know of rankings and editions before they load one.

    Args:
        editions: rows with ranking_id, its names, is_simulated_ranking and edition.
        language: `de` or `en`.
        of_edition: what a page's script needs of an edition, from its row.

    Returns:
        For each ranking `name`, `simulated` and `editions`.
    """
    rankings: dict[str, dict[str, Any]] = {}
    for row in editions:
        ranking = rankings.setdefault(
            row["ranking_id"],
            {
                "name": row[f"ranking_name_{language}"],
                "simulated": row["is_simulated_ranking"],
                "editions": {},
            },
        )
        ranking["editions"][row["edition"]] = of_edition(row)
    return rankings


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
            tendency_class=formats.tendency_class,
            as_json=lambda value: do_mark_safe(to_json(value)),
        )
        return environment
