"""docs/connect.md is true, as far as DuckDB alone can show it; tests/clients starts the clients."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from benchmarks.drivers import try_driver

from tests.python.conftest import PROJECT_ROOT, Warehouse
from tests.python.connect_page import (
    BLOCKS,
    CLIENT_SECTIONS,
    DATABASE,
    FIRST_CITY,
    PAGE,
    PYTHON_SECTIONS,
    RANKING,
    blocks,
    lay_out,
    publish_another,
)

TABLE_ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
DRIVERS = {
    "1.3.2": PROJECT_ROOT / ".drivers" / "duckdb-1.3",
    "1.4.0": PROJECT_ROOT / ".drivers" / "duckdb-1.4",
    duckdb.__version__: Path(duckdb.__file__).parents[1],
    "2.0.0": PROJECT_ROOT / ".drivers" / "duckdb-2.0",
}


@pytest.fixture
def directory(tmp_path: Path, published_warehouse: Warehouse) -> Path:
    """Return a directory to run the page in, with a published file of its own."""
    return lay_out(tmp_path, published_warehouse.directory)


def first_city(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the city on the first place of the query of the page."""
    return str(connection.execute(RANKING).fetchall()[0][1])


@pytest.mark.parametrize("version", DRIVERS)
def test_versions_open_the_file_or_say_what_the_page_says(
    published_warehouse: Warehouse, version: str
) -> None:
    """The driver reads the files or refuses them with the words of the table."""
    if version == "2.0.0" and sys.version_info < (3, 11):
        pytest.skip("DuckDB 2.0 has no driver for Python 3.10")
    assert (DRIVERS[version] / "duckdb").is_dir(), "a driver is missing: run `make test`"
    stated = {stated: row for stated, *row in TABLE_ROW.findall(PAGE)}
    assert list(try_driver(DRIVERS[version], published_warehouse.directory)) == stated[version]


def test_query_returns_what_the_page_shows(directory: Path) -> None:
    """The query of the page returns the table that the page prints below the CLI."""
    with duckdb.connect(str(directory / DATABASE), read_only=True) as connection:
        rows = connection.execute(RANKING).fetchall()
    (shown,) = blocks("DuckDB CLI", "text")
    cells = [
        tuple(cell.strip() for cell in line.strip("│").split("│"))
        for line in shown.splitlines()
        if line.startswith("│")
    ][2:]
    assert [tuple(str(cell) for cell in row) for row in rows] == cells


def test_python_blocks_run(directory: Path) -> None:
    """The blocks that need nothing but DuckDB print what their queries ask for."""
    outputs = []
    for block in blocks("After a build", "python"):
        completed = subprocess.run(
            [sys.executable, "-c", block],
            cwd=directory,
            capture_output=True,
            text=True,
            check=False,
        )
        assert completed.returncode == 0, completed.stderr
        outputs.append(completed.stdout.strip())
    assert outputs == ["[('Düsseldorf',)]", "[(2,)]"]


def test_kept_connection_shows_the_old_file_to_its_whole_process(directory: Path) -> None:
    """While it is open every connection to the path reads the old file; afterwards the new one."""
    file = str(directory / DATABASE)
    kept = duckdb.connect(file, read_only=True)
    assert first_city(kept) == FIRST_CITY
    publish_another(directory / DATABASE, "Other city")
    assert first_city(kept) == FIRST_CITY
    with duckdb.connect(file, read_only=True) as connection:
        assert first_city(connection) == FIRST_CITY
    with pytest.raises(duckdb.ConnectionException, match="different configuration than existing"):
        duckdb.connect(file, read_only=True, config={"custom_user_agent": "another"})
    kept.close()
    with duckdb.connect(file, read_only=True) as connection:
        assert first_city(connection) == "Other city"


def test_attached_file_is_the_one_published_now(directory: Path) -> None:
    """A database of one's own reads the new file while others keep the old one open."""
    with duckdb.connect(str(directory / DATABASE), read_only=True):
        publish_another(directory / DATABASE, "Other city")
        with duckdb.connect() as connection:
            connection.execute(f"attach '{directory / DATABASE}' as published (read_only)")
            connection.execute("use published")
            assert first_city(connection) == "Other city"


def test_queries_of_the_streamlit_app_run(directory: Path) -> None:
    """Every query of the app returns rows and has a use for each parameter that it names."""
    app = ast.parse((PROJECT_ROOT / "examples" / "streamlit_app.py").read_text(encoding="utf-8"))
    queries = [
        node.value.value
        for node in app.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and "select" in node.value.value
    ]
    assert len(queries) == 5
    values = {"ranking_id": "open_data_index", "edition": 2026, "category_id": "overall"}
    with duckdb.connect(str(directory / DATABASE), read_only=True) as connection:
        for sql in queries:
            used = {name: value for name, value in values.items() if f"${name}" in sql}
            assert connection.execute(sql, used).fetchall(), sql


def test_every_block_of_the_page_is_run_somewhere() -> None:
    """Each section with a block belongs to this file or to tests/clients."""
    assert {block.section for block in BLOCKS} == PYTHON_SECTIONS | CLIENT_SECTIONS
    assert {block.language for block in BLOCKS} == {"sh", "python", "js", "sql", "text"}


def test_page_installs_what_is_tested() -> None:
    """Every version on the page is the one that `make clients` installs."""
    locked = "".join(
        (PROJECT_ROOT / "locks" / f"{name}.txt").read_text(encoding="utf-8")
        for name in ("clients", "superset")
    )
    stated = re.findall(r"[\w-]+(?:\[\w+\])?==[\d.]+", PAGE)
    assert len(stated) == 13
    assert [package for package in stated if f"{package} \\\n" not in locked] == []
