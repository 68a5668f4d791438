"""The pages in docs/ as the tests read them: their indented and their fenced blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
HEADING_OR_BLOCK = re.compile(r"^#+ ([^\n]+)$|^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANSWERED_QUERY = re.compile(r"^```sql\n([^`]+)```\n\n((?:\|.*\n)+)", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        section: the heading above it.
        language: what stands behind the opening fence.
        text: the block, with its last line break.
    """

    section: str
    language: str
    text: str


def read_page(name: str) -> str:
    """Return a page of docs/."""
    return (PROJECT_ROOT / "docs" / name).read_text(encoding="utf-8")


def indented_block(page: str, start: str) -> str:
    """Return the indented block of a page that begins with a text, without its indentation."""
    lines = page.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(f"    {start}"))
    last = next((n for n, line in enumerate(lines) if n > first and line and line[0] != " "), None)
    return "\n".join(line[4:] for line in lines[first:last]).strip()


def fenced_blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page, in its order."""
    blocks = []
    section = ""
    for heading, language, text in HEADING_OR_BLOCK.findall(page):
        if heading:
            section = heading
        else:
            blocks.append(Block(section, language, text))
    return blocks


def answered_queries(page: str) -> list[tuple[str, list[list[str]]]]:
    """Return the queries of a page with the table below each: its head and its rows."""
    return [
        (
            sql,
            [
                [cell.strip() for cell in line.strip("|").split("|")]
                for line in table.splitlines()
                if not line.startswith("|---")
            ],
        )
        for sql, table in ANSWERED_QUERY.findall(page)
    ]
