"""What the tests of docs/connect.md share: its blocks, a copy to run them on, and another build."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from smart_city_index.publication import MANIFEST, PUBLICATIONS
from tests.python.pages import PROJECT_ROOT, fenced_blocks, read_page

PAGE = read_page("connect.md")
BLOCKS = fenced_blocks(PAGE)
RANKING = next(block.text for block in BLOCKS if block.language == "sql")
DATABASE = Path("warehouse", "smart_city_index.duckdb")
# Who is first in the query of the page, and how many rows it has without its limit.
FIRST_CITY = "Hannover"
CITY_COUNT = 83

# Sections whose blocks tests/python/test_connect.py runs, and those of tests/clients.
PYTHON_SECTIONS = {"Connect a BI tool or a SQL client", "After a build"}
CLIENT_SECTIONS = {
    "DuckDB CLI",
    "Harlequin, an editor in the terminal",
    "Streamlit, a small app",
    "Apache Superset",
    "pandas, polars, pyarrow",
    "SQLAlchemy",
    "ibis",
    "Node.js",
}


def blocks(section: str, language: str) -> list[str]:
    """Return the blocks of a section of the page in one language, without installations.

    Args:
        section: the heading, or its beginning.
        language: sh, python or text.
    """
    return [
        block.text
        for block in BLOCKS
        if block.section.startswith(section)
        and block.language == language
        and not block.text.startswith(("pip install", "npm install"))
    ]


def lay_out(directory: Path, warehouse_dir: Path) -> Path:
    """Make a directory in which the blocks of the page can run.

    Args:
        directory: gets the published file (a copy), the Parquet files, the examples, ranking.sql.
        warehouse_dir: the published files.

    Returns:
        The directory.
    """
    (directory / "warehouse").mkdir()
    shutil.copyfile(warehouse_dir / DATABASE.name, directory / DATABASE)
    shutil.copyfile(warehouse_dir / MANIFEST, directory / "warehouse" / MANIFEST)
    (directory / "warehouse" / PUBLICATIONS).symlink_to(warehouse_dir / PUBLICATIONS)
    (directory / "examples").symlink_to(PROJECT_ROOT / "examples")
    (directory / "ranking.sql").write_text(RANKING, encoding="utf-8")
    return directory


def publish_another(file: Path, city_name: str) -> None:
    """Publish another file under the same path as a build does: one rename over the old one.

    Args:
        file: the published file.
        city_name: in the new file, the name of the city that is first in the query of the page.
    """
    staged = file.with_name("staged.duckdb")
    shutil.copyfile(file, staged)
    with duckdb.connect(str(staged)) as connection:
        city_id = connection.execute(
            "select city_id from league_table where ranking_id = 'open_data_index'"
            " and edition = 2026 and overall_rank = 1"
        ).fetchall()[0][0]
        for table in ("league_table", "dim_cities"):
            connection.execute(
                f"update {table} set city_name = ? where city_id = ?", [city_name, city_id]
            )
    staged.replace(file)
