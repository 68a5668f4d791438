"""What may be wrong with a generated page, without a browser: unsound HTML, links to nothing."""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from .cells import DASH
from .site_files import Document, Element, SiteFiles

# Words that a missing value would leave in a text. A sentence may begin with None.
FOREIGN_WORDS = re.compile(
    r"\b(NaN|nan|undefined|null|True|False|Infinity|Decimal)\b|(?<!^)(?<!\. )\bNone\b|^None\W*$"
)
UNFILLED_VALUE = re.compile(r"[{}]|%[sd]\b")


def not_in_svg(title: Element) -> bool:
    """Return whether a title is that of the page."""
    return title.parent is not None and title.parent.tag == "head"


def head_mistakes(document: Document, language: str) -> list[str]:
    """Return what is wrong with language, title and headings."""
    mistakes = []
    if [one.attributes.get("lang") for one in document.find_all("html")] != [language]:
        mistakes.append(f"lang is not {language}")
    titles = ["".join(one.texts()) for one in document.find_all("title") if not_in_svg(one)]
    if len(titles) != 1 or not titles[0].strip(" –"):
        mistakes.append(f"titles: {titles}")
    headings = [one.text for one in document.find_all("h1")]
    if len(headings) != 1 or not headings[0]:
        mistakes.append(f"h1: {headings}")
    levels = [int(one.tag[1]) for one in document.find_all("h1", "h2", "h3", "h4")]
    if any(after - before > 1 for before, after in pairwise(levels)):
        mistakes.append(f"a heading level is left out: {levels}")
    return mistakes


def text_mistakes(document: Document) -> list[str]:
    """Return texts that a missing value or an unfilled template left behind; code is no text."""
    texts = [*document.root.texts(without=("pre", "code"))]
    texts += [
        one.attributes[name]
        for one in document.elements
        for name in ("title", "aria-label", "placeholder", "alt")
        if name in one.attributes
    ]
    return [
        f"text: {text!r}"
        for text in map(str.strip, texts)
        if FOREIGN_WORDS.search(text) or UNFILLED_VALUE.search(text)
    ]


def is_inline(element: Element) -> bool:
    """Return whether an element carries a style or a script that the policy forbids."""
    if element.tag == "style" or "style" in element.attributes:
        return True
    if any(name.startswith("on") for name in element.attributes):
        return True
    return (
        element.tag == "script"
        and "src" not in element.attributes
        and element.attributes.get("type") not in ("application/json", "application/ld+json")
    )


def is_ranking(cell: Element) -> bool:
    """Return whether a cell is of the table whose legend says what an empty field is."""
    parents = []
    while cell.parent:
        cell = cell.parent
        parents.append(cell)
    return any("ranking" in one.classes for one in parents)


def table_mistakes(document: Document) -> list[str]:
    """Return tables without a caption, headers without scope, empty cells where a figure belongs.

    A table that a script fills is hidden until then.
    """
    mistakes = []
    for table in document.find_all("table"):
        if table.is_hidden:
            continue
        captions = [one.text for one in table.find_all("caption")]
        if len(captions) != 1 or not captions[0]:
            mistakes.append(f"a table has the captions {captions}")
    for header in document.find_all("th"):
        if header.attributes.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
            mistakes.append(f"th {header.text!r} has no scope")
    for cell in document.find_all("td"):
        field = cell.attributes.get("data-field")
        if not cell.text and ("number" in cell.classes or field) and not is_ranking(cell):
            mistakes.append(f"the cell {field or 'number'} is empty")
        gaps = [one for one in cell.walk() if "gap" in one.classes]
        if cell.text == DASH and not gaps:
            mistakes.append("a dash without a reason")
        for gap in gaps:
            reasons = [one.text for one in gap.walk() if "visually-hidden" in one.classes]
            if not gap.attributes.get("title") or reasons != [gap.attributes["title"]]:
                mistakes.append(f"a gap gives the reasons {reasons}")
    return mistakes


def inline_mistakes(document: Document) -> list[str]:
    """Return what the policy forbids, and ids that stand twice."""
    repeated = {one for one in document.ids if document.ids.count(one) > 1}
    return [
        *(f"inline style or script: {one.tag}" for one in document.elements if is_inline(one)),
        *(f"id {one} stands twice" for one in sorted(repeated)),
    ]


def control_mistakes(document: Document) -> list[str]:
    """Return controls that neither a label nor aria-label names."""
    labelled = {one.attributes.get("for") for one in document.find_all("label")}
    return [
        f"{one.tag} {one.attributes.get('id')} has no label"
        for one in document.find_all("input", "select", "textarea")
        if one.attributes.get("type") != "hidden"
        and one.attributes.get("id") not in labelled
        and not one.attributes.get("aria-label")
        and not (one.parent and one.parent.tag == "label")
    ]


def chart_mistakes(document: Document) -> list[str]:
    """Return charts of places without a single place."""
    return [
        "a chart of places is blank"
        for chart in document.find_all("svg")
        if "history-chart" in chart.classes and not chart.find_all("circle")
    ]


def link_mistakes(document: Document, page: str, site_files: SiteFiles) -> list[str]:
    """Return links to files or fragments that are not there, and parts that come from elsewhere.

    Args:
        document: a page.
        page: its path.
        site_files: the site.
    """
    mistakes = []
    for element in document.elements:
        address = element.attributes.get("href", element.attributes.get("src"))
        if address is None:
            continue
        link = urlsplit(address)
        if link.scheme or link.netloc:
            if element.tag != "a" or link.scheme not in ("http", "https"):
                mistakes.append(f"{element.tag} from elsewhere: {address}")
            continue
        target = (
            (site_files.folder / page).parent / unquote(link.path)
            if link.path
            else (site_files.folder / page)
        )
        target = target.resolve()
        if not target.is_relative_to(site_files.folder) or not target.is_file():
            mistakes.append(f"leads nowhere: {address}")
        elif link.fragment and target.suffix == ".html":
            name = target.relative_to(site_files.folder).as_posix()
            if unquote(link.fragment) not in site_files.document(name).ids:
                mistakes.append(f"there is no such fragment: {address}")
    return mistakes


def page_mistakes(page: str, site_files: SiteFiles) -> list[str]:
    """Return where a page is not well-formed, does not name itself, or has a gap in what it shows.

    Nothing is inline; every file and fragment that it points to is there; other hosts are only
    linked to.

    Args:
        page: its path.
        site_files: the site.
    """
    document = site_files.document(page)
    return [
        *document.mistakes,
        *head_mistakes(document, page.split("/")[0]),
        *text_mistakes(document),
        *table_mistakes(document),
        *control_mistakes(document),
        *inline_mistakes(document),
        *chart_mistakes(document),
        *link_mistakes(document, page, site_files),
    ]
