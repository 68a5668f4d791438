"""The shipped rankings together with examples/simulated_field, for tests that need both at once."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from smart_city_index.declarations import LOCATIONS
from tests.python.conftest import SIMULATED_FIELD
from tests.python.fingerprints import record_fingerprints

# Rankings whose cities have all of their scores, so that every pair of cities is compared.
COMPLETE = ("open_data_index", "simulated_field")
# What the example says beside scores is of this city.
KEPT = "duesseldorf"
# Seeds with the cities and values of the first one.
RANKED_CITIES = ("methodology/ranking_members.csv", "open_data/open_data_values.csv")
# Seeds with published figures, which fit a field of all cities only.
PUBLISHED = ("results/published_results.csv", "results/known_contradictions.csv")


def add_simulated_field(project_dir: Path, *, thinned: bool = False) -> dict[str, Path]:
    """Add the example with a complete field to a copy of the project.

    Args:
        project_dir: the copy; its seeds get the example's rows that they do not have.
        thinned: whether the complete rankings keep every fourth city alone, and one pair of cities
            of sixteen.

    Returns:
        The CSV files of the example with rows from outside, by the var that names them.
    """
    for file in sorted(SIMULATED_FIELD.glob("*.csv")):
        (seed,) = project_dir.glob(f"seeds/*/{file.name}")
        rows, added = read_csv(seed), read_csv(file)
        known = {tuple(row[column] for column in added[0]) for row in rows}
        new = [row for row in added if tuple(row.values()) not in known]
        write_csv(seed, [*rows, *new])
    shutil.copytree(SIMULATED_FIELD / "field", project_dir / "field")
    cities = project_dir / "field" / "cities.csv"
    write_csv(cities, [row for row in read_csv(cities) if row["is_simulated"] == "true"])
    files = {name: project_dir / "field" / f"{name}.csv" for name in LOCATIONS}
    # plain dbt needs every column
    optional = {"reference_period": "", "geographic_level": ""}
    scores = files["indicator_scores"]
    write_csv(scores, [{**row, **optional} for row in read_csv(scores)])
    if thinned:
        keep_every_fourth_city(project_dir, files)
    record_fingerprints(project_dir, files)
    return {LOCATIONS[name]: file for name, file in files.items()}


def keep_every_fourth_city(project_dir: Path, files: dict[str, Path]) -> None:
    """Keep every fourth city of the complete rankings, and nothing that is published of all.

    Args:
        project_dir: the copy.
        files: the CSV files with rows from outside, by the name of their seed.
    """
    members, values = (project_dir / "seeds" / name for name in RANKED_CITIES)
    cities = {
        row["city_id"]
        for file in (members, files["ranking_members"])
        for row in read_csv(file)
        if row["ranking_id"] in COMPLETE
    }
    left_out = cities - {*sorted(cities)[::4], KEPT}
    for file in (members, values, *files.values()):
        kept = [
            row
            for row in read_csv(file)
            # a file of cities names no ranking
            if row["city_id"] not in left_out or row.get("ranking_id", COMPLETE[0]) not in COMPLETE
        ]
        write_csv(file, kept)
    for file in (project_dir / "seeds" / name for name in PUBLISHED):
        write_csv(file, [row for row in read_csv(file) if row["ranking_id"] not in COMPLETE])


def read_csv(file: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def write_csv(file: Path, rows: list[dict[str, str]]) -> None:
    """Write rows, of which there is one at least, with the columns of the first one."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def location_options(locations: dict[str, Path]) -> list[str]:
    """Return the options of the command line for rows from outside, by the var that names them."""
    return [
        text
        for name, file in locations.items()
        for text in (f"--{name.replace('_', '-')}", str(file))
    ]
