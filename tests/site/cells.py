"""Cells of figures as the pages show them, and as the marts say they have to be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from playwright.sync_api import Page

from .site_files import Element

MINUS = "\u2212"
DASH = "\u2013"
ARROWS = {1: "▲", -1: "▼", 0: "="}

# Beside the figure of a cell: its marks, bar, arrow and explanations.
BESIDE_FIGURE = ("mark", "arrow", "detail", "tag", "of", "visually-hidden")


@dataclass(frozen=True)
class Cell:
    """A cell.

    Args:
        text: what it shows, without marks; a dash for a gap.
        marks: the letters of its marks.
        is_gap: whether it says that, and why, there is no figure.
        arrow: the arrow of a tendency.
    """

    text: str
    marks: str = ""
    is_gap: bool = False
    arrow: str = ""


GAP = Cell(DASH, is_gap=True)

# What the recorded published figures of a result came to, and whether its ranking is computed.
VERDICTS = """
    select
        results.ranking_id, results.edition, results.city_id, results.category_id,
        max(verdict) filter (where figure = 'rank') as rank_verdict,
        max(verdict) filter (where figure = 'tendency') as tendency_verdict,
        max(verdict) filter (where figure = 'index') as index_verdict,
        not exists (
            from fct_index_results as others
            where others.ranking_id = results.ranking_id and others.rank_source <> 'computed'
        ) as is_computed
    from fct_index_results as results
    left join published_reconciliation using (ranking_id, edition, city_id, category_id)
    group by all
"""

# As one text, because taking over thousands of values one by one takes longer than reading them.
READ_ROWS = """
([selector, key, beside]) => {
  const figure = (node) => [...node.childNodes].map((child) => child.nodeType === Node.TEXT_NODE ?
    child.data : child.nodeType !== Node.ELEMENT_NODE || child.matches(beside) ? "" :
    figure(child)).join("");
  const read = (cell) => {
    const text = (part) => [...cell.querySelectorAll(part)].map((one) => one.textContent).join("");
    const gap = cell.querySelector(".gap");
    return {
      text: figure(cell).trim(),
      marks: text(".mark [aria-hidden]"),
      is_gap: Boolean(gap && gap.title && text(".gap .visually-hidden") === gap.title),
      arrow: text(".arrow"),
    };
  };
  const rows = [...document.querySelectorAll(selector)].filter((row) => row.checkVisibility());
  return JSON.stringify(rows.map((row) => [
    row.dataset[key],
    Object.fromEntries(
      [...row.querySelectorAll("[data-field]")].map((cell) => [cell.dataset.field, read(cell)])),
  ]));
}
"""


def rows_in_browser(page: Page, selector: str, key: str) -> list[tuple[str, dict[str, Cell]]]:
    """Return the visible rows that a selector finds, in order: their key and their cells by field.

    Args:
        page: an open page.
        selector: of the rows.
        key: what names a row: `city` for the attribute data-city.
    """
    beside = ", ".join(f".{name}" for name in BESIDE_FIGURE)
    return [
        (name, {field: Cell(**cell) for field, cell in cells.items()})
        for name, cells in json.loads(page.evaluate(READ_ROWS, [selector, key, beside]))
    ]


def cell_in_file(element: Element) -> Cell:
    """Return a cell of a parsed file."""

    def texts(name: str) -> str:
        return "".join(one.text for one in element.walk() if name in one.classes)

    gaps = [one for one in element.walk() if "gap" in one.classes]
    reasons = [one.text for gap in gaps for one in gap.walk() if "visually-hidden" in one.classes]
    return Cell(
        text=figure_text(element).strip(),
        marks="".join(
            one.text
            for one in element.walk()
            if "aria-hidden" in one.attributes and one.parent and "mark" in one.parent.classes
        ),
        is_gap=bool(reasons and reasons == [gap.attributes.get("title") for gap in gaps]),
        arrow=texts("arrow"),
    )


def figure_text(element: Element) -> str:
    """Return the text of a cell without what stands beside its figure."""
    return "".join(
        child if isinstance(child, str) else figure_text(child)
        for child in element.children
        if isinstance(child, str) or not set(child.classes) & set(BESIDE_FIGURE)
    )


def rows_in_file(container: Element, key: str) -> list[tuple[str, dict[str, Cell]]]:
    """Return the rows of a parsed part of a page as `rows_in_browser` does.

    Args:
        container: where the rows are.
        key: what names a row: `data-city`.
    """
    return [
        (
            row.attributes[key],
            {
                cell.attributes["data-field"]: cell_in_file(cell)
                for cell in row.walk()
                if "data-field" in cell.attributes
            },
        )
        for row in container.find_all("tr")
        if key in row.attributes
    ]


def printed(figure: str, language: str) -> str:
    """Return a figure of a mart (`-85.8`) as a page of a language prints it."""
    decimal_mark = {"de": ",", "en": "."}[language]
    return figure.replace("-", MINUS).replace(".", decimal_mark)


def signed(number: int | Decimal) -> str:
    """Return a whole number with its sign."""
    return "±0" if number == 0 else f"{number:+d}".replace("-", MINUS)


def result_cells(row: dict[str, Any], language: str) -> dict[str, Cell]:
    """Return the cells place, tendency and index that a result has to have.

    Args:
        row: rank, tendency and index_displayed with their sources; the columns of VERDICTS;
            is_simulated, is_simulated_city; possible_places, where they stand for a missing place.
        language: `de` or `en`.
    """

    def marks(figure: str) -> str:
        source, verdict = row[f"{figure}_source"], row[f"{figure}_verdict"]
        if row["is_simulated"] and not row["is_simulated_city"]:
            return "s"
        if verdict == "contradiction":
            return "x"
        if source == "implied":
            return "t"
        if source == "computed" and verdict is None and not row["is_computed"]:
            return "c"
        return "p" if source == "published" and row["is_computed"] else ""

    place, tendency, index = row["rank"], row["tendency"], row["index_displayed"]
    return {
        "place": Cell(row.get("possible_places") or DASH, is_gap=True)
        if place is None
        else Cell(str(place), marks("rank")),
        "tendency": GAP
        if tendency is None
        else Cell(
            signed(tendency),
            marks("tendency"),
            arrow=ARROWS[(tendency > 0) - (tendency < 0)],
        ),
        "index": GAP if index is None else Cell(printed(index, language), marks("index")),
    }
