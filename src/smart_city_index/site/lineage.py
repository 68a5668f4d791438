"""Which page reads which queries and marts: read from the sources, nothing is run."""

from __future__ import annotations

import re

from .. import PROJECT_DIR
from . import SITE_DIR

MARTS_DIR = PROJECT_DIR / "models" / "marts"

# Site.write_page reads it for the foot of every page.
QUERY_OF_EVERY_PAGE = "build"

LIST_OF_TABLES = "duckdb_tables"

READ_BY_MODULE = re.compile(r"\.(?:rows|grouped)\(\s*\"(\w+)\"")
NAMED_TEMPLATE = re.compile(r"\"([\w-]+\.html)\"")
NAMED_BY_TEMPLATE = re.compile(r"{%-?\s*(?:extends|include|import|from)\s+\"([\w-]+\.html)\"")
SQL_BEHIND = re.compile(r"\bsql_behind\(([^)]*)\)")
READ_RELATION = re.compile(r"\b(?:from|join)\s+(\w+)")
QUOTED = re.compile(r"\"(\w+)\"")
COMMENT = re.compile(r"^--")


def queries_of_template(name: str) -> set[str]:
    """Return the queries that a template, and those it takes in, name as the SQL behind them."""
    text = (SITE_DIR / "templates" / name).read_text("utf-8")
    queries = {query for call in SQL_BEHIND.findall(text) for query in QUOTED.findall(call)}
    for other in NAMED_BY_TEMPLATE.findall(text):
        queries |= queries_of_template(other)
    return queries


def queries_of_pages() -> dict[str, set[str]]:
    """Return the queries of each module in pages/: those it reads, and those its templates name."""
    pages: dict[str, set[str]] = {}
    for module in sorted((SITE_DIR / "pages").glob("*.py")):
        source = module.read_text("utf-8")
        if "def build(" not in source:
            continue
        queries = {QUERY_OF_EVERY_PAGE, *READ_BY_MODULE.findall(source)}
        for name in NAMED_TEMPLATE.findall(source):
            if (SITE_DIR / "templates" / name).is_file():
                queries |= queries_of_template(name)
        pages[module.stem] = queries
    return pages


def marts_of_query(query: str) -> set[str]:
    """Return the marts that queries/<query>.sql reads; all, if it lists the tables of the file."""
    text = (SITE_DIR / "queries" / f"{query}.sql").read_text("utf-8")
    statements = "\n".join(line for line in text.splitlines() if not COMMENT.match(line))
    marts = {path.stem for path in MARTS_DIR.rglob("*.sql")}
    relations = set(READ_RELATION.findall(statements))
    return marts if LIST_OF_TABLES in relations else marts & relations


def marts_of_pages() -> dict[str, set[str]]:
    """Return the marts that each module in pages/ reads."""
    return {
        page: {mart for query in queries for mart in marts_of_query(query)}
        for page, queries in queries_of_pages().items()
    }
