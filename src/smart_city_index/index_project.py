"""Write the dbt project of an index folder: this repository's SQL with the rows that the gate read.

    sci project --index my_index my_project

Plain dbt works in the project. A build of an index makes one of its own, in a fresh directory.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from .check import (
    CheckedInput,
    add_input_arguments,
    checked_input,
    request_of,
    run_directory,
)
from .declarations import LOCATIONS, project_vars

# What is the same for every index; pyproject.toml puts it into the wheel. Unit tests and fixtures
# belong to the repository, which runs them.
ENGINE_FILES = (
    "profiles.yml",
    "macros/**/*.sql",
    "macros/*.yml",
    "models/**/*.sql",
    "models/**/*.yml",
    "models/**/*.md",
    "seeds/*/*.yml",
    "tests/*.sql",
    "tests/generic/*.sql",
    "tests/input/*.sql",
)
UNIT_TESTS = "\nunit_tests:\n"
NAMES_IN_USE = ("export", "main", "system", "temp")
FIGURES_OF_A_CATEGORY = ("index", "rank", "tendency")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sci project`."""
    add_input_arguments(parser)
    parser.add_argument("output", type=Path, metavar="OUTPUT", help="directory to write; a new one")


def run(arguments: argparse.Namespace) -> int:
    """Write the dbt project of an index folder; returns the exit code."""
    request = request_of(arguments)
    output = arguments.output.absolute()
    if request.index_dir is None:
        print("name an index folder with --index: this is a dbt project already", file=sys.stderr)
        return 1
    if os.path.lexists(output):
        print(f"{arguments.output} is there already: name a new directory", file=sys.stderr)
        return 1
    if output.resolve().is_relative_to(request.index_dir.resolve()):
        print(f"{arguments.output} lies in the index folder, which is data", file=sys.stderr)
        return 1
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with run_directory(request) as run_dir, checked_input(request, run_dir) as checked:
            assemble_project(checked, request.project_dir, output)
            let_seeds_be_empty(output)
    except OSError as error:
        print(f"cannot write {arguments.output}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"Wrote {arguments.output}.")
    return 0


def assemble_project(checked: CheckedInput, engine_dir: Path, target: Path) -> None:
    """Write the dbt project of an index.

    Args:
        checked: the input.
        engine_dir: the dbt project whose macros, models and tests are used.
        target: directory of the new project; must not exist yet.
    """
    (target / "build").mkdir(parents=True)
    for file in engine_files(engine_dir):
        copy(engine_dir / file, target / file)
    for file in sorted((target / "models").rglob("*.yml")):
        declaration, mark, _ = file.read_text(encoding="utf-8").partition(UNIT_TESTS)
        if mark:
            file.write_text(f"{declaration.rstrip()}\n", encoding="utf-8")
    for name, seed in checked.gate.seeds.items():
        file = target / seed.path.relative_to(engine_dir)
        file.parent.mkdir(parents=True, exist_ok=True)
        checked.gate.write_seed(name, file)
    settings = checked.settings()
    document = yaml.safe_load((engine_dir / "dbt_project.yml").read_text(encoding="utf-8"))
    document["vars"] |= settings | write_external_rows(checked, target / "external")
    write_yaml(target / "dbt_project.yml", document)
    file = target / "models" / "marts" / "reporting" / "league_table.yml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    (league_table,) = document["models"]
    shipped = project_vars(engine_dir)["league_table_categories"]
    replace_categories(league_table, shipped, settings["league_table_categories"])
    write_yaml(file, document)


def let_seeds_be_empty(project_dir: Path) -> None:
    """Declare that seeds which an index can leave out may have no rows, for whoever checks them.

    Args:
        project_dir: a written project, where such a seed is a header.
    """
    for file in sorted(project_dir.glob("seeds/*/*.yml")):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        for seed in document["seeds"]:
            meta = seed["config"].get("meta", {})
            if "own_index" in meta:
                meta["may_be_empty"] = True
        write_yaml(file, document)


def engine_files(engine_dir: Path) -> list[Path]:
    """Return the files that the projects of all indices share, relative to the engine's own."""
    files = {file for pattern in ENGINE_FILES for file in engine_dir.glob(pattern)}
    return sorted(file.relative_to(engine_dir) for file in files)


def write_external_rows(checked: CheckedInput, directory: Path) -> dict[str, str]:
    """Write the rows from outside as they were checked.

    Args:
        checked: the input.
        directory: where to write; made if there is anything to write.

    Returns:
        The vars that name the written files.
    """
    locations = {}
    for name in checked.external:
        directory.mkdir(exist_ok=True)
        file = directory / f"{name}.parquet"
        checked.gate.write_external(name, file)
        locations[LOCATIONS[name]] = str(file)
    return locations


def copy(source: Path, target: Path) -> None:
    """Copy a file into a directory, which is made if it is missing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def database_name(index_dir: Path) -> str:
    """Return the name of an index' DuckDB file, after its folder: my_index.duckdb for my-index."""
    name = re.sub(r"[^a-z0-9]+", "_", index_dir.resolve().name.lower()).strip("_")
    if not name or name[0].isdigit() or name in NAMES_IN_USE:
        name = f"index_{name}".rstrip("_")
    return f"{name}.duckdb"


def replace_categories(
    league_table: dict[str, Any], shipped: list[str], categories: list[str]
) -> None:
    """Put the categories of an index into the contract of league_table, which needs their names.

    Args:
        league_table: the model's declaration, changed in place.
        shipped: identifiers of the categories that it has now.
        categories: identifiers of the categories that it is to have.
    """
    columns: dict[str, dict[str, Any]] = {
        column["name"]: column for column in league_table["columns"]
    }
    pattern = {figure: columns[f"{shipped[0]}_{figure}"] for figure in FIGURES_OF_A_CATEGORY}
    position = list(columns).index(f"{shipped[0]}_{FIGURES_OF_A_CATEGORY[0]}")
    shipped_names = {f"{name}_{figure}" for name in shipped for figure in FIGURES_OF_A_CATEGORY}
    remaining = [column for name, column in columns.items() if name not in shipped_names]
    added = [
        {
            "name": f"{category}_{figure}",
            "description": pattern[figure]["description"].replace(shipped[0], category),
            "data_type": pattern[figure]["data_type"],
        }
        for category in categories
        for figure in FIGURES_OF_A_CATEGORY
    ]
    league_table["columns"] = [*remaining[:position], *added, *remaining[position:]]
    league_table["constraints"] = [
        constraint
        for constraint in league_table["constraints"]
        if constraint.get("expression", "").split(" ")[0] not in shipped_names
    ]


def write_yaml(file: Path, document: dict[str, Any]) -> None:
    """Write a YAML file whose keys keep their order."""
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000)
    file.write_text(f"# Written by sci project.\n{text}", encoding="utf-8")
