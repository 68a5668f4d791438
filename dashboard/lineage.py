"""Which page reads which queries, and which marts a query reads: from the sources, nothing is run."""

from __future__ import annotations

import re
from pathlib import Path

DASHBOARD_DIR = Path(__file__).resolve().parent
MARTS_DIR = DASHBOARD_DIR.parent / "models" / "marts"

# Site.write_page reads it for the foot of every page.
QUERY_OF_EVERY_PAGE = "build"

READ_BY_MODULE = re.compile(r"\.(?:rows|grouped)\(\s*\"(\w+)\"")
NAMED_TEMPLATE = re.compile(r"\"([\w-]+\.html)\"")
SQL_BEHIND = re.compile(r"\bsql_behind\(([^)]*)\)")
READ_RELATION = re.compile(r"\b(?:from|join)\s+(\w+)")
QUOTED = re.compile(r"\"(\w+)\"")
COMMENT = re.compile(r"^-- ?(.*)$")


def queries_of_template(path: Path) -> set[str]:
    """Return the queries that a template names as the SQL behind it."""
    calls = SQL_BEHIND.findall(path.read_text("utf-8"))
    return {query for call in calls for query in QUOTED.findall(call)}


def queries_of_pages() -> dict[str, set[str]]:
    """Return the queries of each module in pages/: those it reads, and those its templates name."""
    pages: dict[str, set[str]] = {}
    for module in sorted((DASHBOARD_DIR / "pages").glob("*.py")):
        source = module.read_text("utf-8")
        if "def build(" not in source:
            continue
        queries = {QUERY_OF_EVERY_PAGE, *READ_BY_MODULE.findall(source)}
        for name in NAMED_TEMPLATE.findall(source):
            template = DASHBOARD_DIR / "templates" / name
            if template.is_file():
                queries |= queries_of_template(template)
        pages[module.stem] = queries
    return pages


def marts_of_query(query: str) -> set[str]:
    """Return the marts that queries/<query>.sql reads."""
    text = (DASHBOARD_DIR / "queries" / f"{query}.sql").read_text("utf-8")
    statements = "\n".join(line for line in text.splitlines() if not COMMENT.match(line))
    marts = {path.stem for path in MARTS_DIR.rglob("*.sql")}
    return marts.intersection(READ_RELATION.findall(statements))


def marts_of_pages() -> dict[str, set[str]]:
    """Return the marts that each module in pages/ reads."""
    return {
        page: {mart for query in queries for mart in marts_of_query(query)}
        for page, queries in queries_of_pages().items()
    }


def query_description(query: str) -> str:
    """Return the comment at the head of queries/<query>.sql as one paragraph."""
    lines: list[str] = []
    for line in (DASHBOARD_DIR / "queries" / f"{query}.sql").read_text("utf-8").splitlines():
        comment = COMMENT.match(line)
        if not comment:
            break
        lines.append(comment.group(1))
    return " ".join(lines)
