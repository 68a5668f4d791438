"""Which DuckDB versions open the published file: installs each driver and tries it.

    python -m benchmarks.drivers [--versions 1.3.2 1.4.0] [--warehouse DIRECTORY]

Prints the table of docs/connect.md. Drivers come from the package index into a temporary directory;
nothing is changed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from smart_city_index.publication import current_publication

PROJECT_ROOT = Path(__file__).resolve().parents[1]
DATABASE = "smart_city_index.duckdb"
VERSIONS = (
    "0.10.3",
    "1.0.0",
    "1.1.3",
    "1.2.2",
    "1.3.2",
    "1.4.0",
    "1.4.5",
    "1.5.0",
    "1.5.6",
    "2.0.0",
    "2.0.1",
)

# Prints `yes`, or the first sentence of the error: for a view of the DuckDB file, and for Parquet.
PROGRAM = """
import sys, duckdb
QUERY = "select city_name from {} where edition_key = 'open_data_index_2026' and overall_rank = 7"
def attempt(database, table):
    try:
        with duckdb.connect(database, read_only=database != ":memory:") as connection:
            cities = connection.execute(QUERY.format(table)).fetchall()
        return "yes" if cities else "no rows"
    except duckdb.Error as error:
        return str(error).splitlines()[0]
print(attempt(sys.argv[1], "bi.league_table"))
print(attempt(":memory:", f"'{sys.argv[2]}'"))
"""


def try_driver(driver_dir: Path, warehouse_dir: Path) -> tuple[str, str]:
    """Read the published files with a driver, in a process of its own.

    Args:
        driver_dir: directory that holds the driver's package `duckdb`.
        warehouse_dir: directory of the published files.

    Returns:
        For the DuckDB file and for a Parquet file: `yes`, or the first line of DuckDB's error.

    Raises:
        subprocess.CalledProcessError: the driver cannot be imported.
    """
    publication = current_publication(warehouse_dir)
    assert publication
    files = (warehouse_dir / DATABASE, publication.directory / "parquet" / "league_table.parquet")
    completed = subprocess.run(
        [sys.executable, "-c", PROGRAM, *files],
        env={**os.environ, "PYTHONPATH": str(driver_dir)},
        capture_output=True,
        text=True,
        check=True,
    )
    database, parquet = completed.stdout.splitlines()
    return database, parquet


def install(version: str, driver_dir: Path) -> bool:
    """Install a driver; return whether the package index has a wheel of it for this Python."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    completed = subprocess.run(
        [*pip, "--no-deps", "--only-binary=:all:", "--target", driver_dir, f"duckdb=={version}"],
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return completed.returncode == 0


def main() -> None:
    """Try every version and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--versions", nargs="+", default=VERSIONS)
    parser.add_argument("--warehouse", type=Path, default=PROJECT_ROOT / "warehouse")
    arguments = parser.parse_args()
    print("| DuckDB | opens the file | reads the Parquet files |\n|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="drivers_") as name:
        for version in arguments.versions:
            driver_dir = Path(name) / version
            if install(version, driver_dir):
                database, parquet = try_driver(driver_dir, arguments.warehouse)
                print(f"| {version} | {database} | {parquet} |", flush=True)
            else:
                print(f"| {version} | no wheel for this Python | |", flush=True)


if __name__ == "__main__":
    main()
