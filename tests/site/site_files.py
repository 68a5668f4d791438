"""The files of the built site, parsed where a test needs it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property
from html.parser import HTMLParser
from pathlib import Path

LANGUAGES = ("de", "en")
# Newest edition by ranking.
NEWEST = {"smart_city_index": 2025, "open_data_index": 2026, "simulated_field": 2025}
RANKINGS = tuple(NEWEST)
# Both have the figures of Düsseldorf's published page of 2025.
RANKINGS_OF_THE_PAGE = ("smart_city_index", "simulated_field")
VOID_ELEMENTS = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
# Their end tags may be left out.
OPTIONAL_END = frozenset(("html", "p", "li", "option"))
INVISIBLE_ELEMENTS = ("head", "script", "style", "template")
RANKING_CONTROL = 'id="control-ranking"'
PREFERRED_CITY = "duesseldorf"
PREFERRED_TABLE = ("ranking", "simulated_field")
MOST_CITIES = "muenchen,freiburg_im_breisgau,duesseldorf,moenchengladbach,koeln"


class Element:
    """An element of a page."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None) -> None:
        """Make an element without content.

        Args:
            tag: its name.
            attributes: its attributes; one without a value is the empty text.
            parent: the element around it; None for the document.
        """
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    def walk(self) -> Iterator[Element]:
        """Return the elements within, in the document's order."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def find_all(self, *tags: str, **attributes: str) -> list[Element]:
        """Return the elements within that have one of the tags and all of the attributes' values.

        Args:
            tags: names; none for any.
            attributes: values by name, with _ for -.
        """
        return [one for one in self.walk() if one.fits(tags, attributes)]

    def fits(self, tags: tuple[str, ...], attributes: dict[str, str]) -> bool:
        """Return whether this has one of the tags and all attributes, as in `find_all`."""
        return (not tags or self.tag in tags) and all(
            self.attributes.get(name.replace("_", "-")) == value
            for name, value in attributes.items()
        )

    @property
    def classes(self) -> list[str]:
        """Return the classes."""
        return self.attributes.get("class", "").split()

    @property
    def is_hidden(self) -> bool:
        """Return whether this or an element around it has the attribute hidden."""
        return "hidden" in self.attributes or (self.parent is not None and self.parent.is_hidden)

    def texts(self, without: tuple[str, ...] = ()) -> Iterator[str]:
        """Return the texts within that a reader can meet, hidden parts included, scripts left out.

        Args:
            without: elements to leave out besides.
        """
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in INVISIBLE_ELEMENTS and child.tag not in without:
                yield from child.texts(without)

    @property
    def text(self) -> str:
        """Return the text that a reader can meet, with single spaces."""
        return re.sub(r"[ \n\t]+", " ", "".join(self.texts())).strip()


class Document(HTMLParser):
    """A parsed page."""

    def __init__(self, content: str) -> None:
        """Parse a page.

        Args:
            content: its HTML.
        """
        super().__init__(convert_charrefs=True)
        self.root = Element("#document", {}, None)
        self.elements: list[Element] = []
        self.mistakes: list[str] = []
        self._current = self.root
        self.feed(content)
        self.close()
        self._close_optional(until=self.root)
        if self._current is not self.root:
            self.mistakes.append(f"<{self._current.tag}> is not closed")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up an element."""
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.mistakes.append(f"line {self.getpos()[0]}: <{tag}> has an attribute twice")
        element = Element(tag, {name: value or "" for name, value in attrs}, self._current)
        self._current.children.append(element)
        self.elements.append(element)
        if tag not in VOID_ELEMENTS:
            self._current = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up an element without content (of SVG)."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID_ELEMENTS:
            self._leave()

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        while self._current.tag != tag and self._current.tag in OPTIONAL_END:
            self._leave()
        if self._current.tag != tag:
            self.mistakes.append(f"line {self.getpos()[0]}: </{tag}> closes <{self._current.tag}>")
        else:
            self._leave()

    def handle_data(self, data: str) -> None:
        """Take up text."""
        self._current.children.append(data)

    def _leave(self) -> None:
        """Go on in the element around the present one; the document itself is not left."""
        self._current = self._current.parent or self._current

    def _close_optional(self, until: Element) -> None:
        while self._current is not until and self._current.tag in OPTIONAL_END:
            self._leave()

    @cached_property
    def ids(self) -> list[str]:
        """Return all ids, in order."""
        return [one.attributes["id"] for one in self.elements if "id" in one.attributes]

    def find_all(self, *tags: str, **attributes: str) -> list[Element]:
        """Return the elements of the page as `Element.find_all` does."""
        return [one for one in self.elements if one.fits(tags, attributes)]


class SiteFiles:
    """The built site."""

    def __init__(self, folder: Path) -> None:
        """Take a site as it is.

        Args:
            folder: its top folder.
        """
        self.folder = folder.resolve()

    @cached_property
    def pages(self) -> list[str]:
        """Return the paths of all pages of both languages, below the top folder."""
        return sorted(
            path.relative_to(self.folder).as_posix()
            for language in LANGUAGES
            for path in (self.folder / language).rglob("*.html")
        )

    @cached_property
    def top_pages(self) -> list[str]:
        """Return the pages right in a language's folder, by name."""
        return sorted(path.name for path in (self.folder / LANGUAGES[0]).glob("*.html"))

    @cached_property
    def kinds(self) -> list[str]:
        """Return one page of every kind: every top page, and one of every folder below.

        Of cities one in each ranking, and one of an older edition; of tables that of the simulated
        field, which has tags and a banner.
        """
        language = self.folder / LANGUAGES[0]
        kinds: dict[tuple[str, ...], str] = {}
        for path in sorted(language.rglob("*/*.html")):
            parts = path.relative_to(language).parts
            kind = (parts[0], parts[1] if parts[0] == "city" else "", str(len(parts)))
            is_preferred = parts[:2] == PREFERRED_TABLE or any(
                PREFERRED_CITY in part for part in parts
            )
            if kind not in kinds or is_preferred:
                kinds[kind] = "/".join(parts)
        return [*self.top_pages, *kinds.values()]

    @cached_property
    def views(self) -> list[str]:
        """Return the address of every kind of page, below a language's folder.

        A page on which a ranking can be chosen is there once for each ranking, the comparison with
        five cities.
        """
        return [
            address
            for path in self.kinds
            for address in (
                [f"{path}?ranking={ranking}&cities={MOST_CITIES}" for ranking in RANKINGS]
                if RANKING_CONTROL in (self.folder / LANGUAGES[0] / path).read_text("utf-8")
                else [path]
            )
        ]

    def document(self, path: str) -> Document:
        """Return a page, parsed.

        Args:
            path: below the top folder.
        """
        return parsed(self.folder / path)


@cache
def parsed(path: Path) -> Document:
    """Return a file, parsed; each is parsed once."""
    return Document(path.read_text("utf-8"))
