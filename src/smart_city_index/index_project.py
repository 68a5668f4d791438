"""Assemble the dbt project of an index that is kept in a folder of its own, beside this repository.

The folder holds CSV files named like the seeds (rankings.csv, hierarchy.csv ...), in any subfolders,
and optionally index.yml with settings. The project is this repository's models, macros and tests with
those CSV files as seeds. What an index may leave out stands with the seeds, in seeds/*/*.yml
(`meta: {own_index: ...}`): `optional` seeds become files with a header only, `default` ones are this
repository's own; all others must be there. See docs/your_own_index.md.
"""

from __future__ import annotations

import csv
import difflib
import glob
import os
import re
import shutil
from pathlib import Path
from typing import Any

import yaml
from .check_seeds import PROJECT_DIR, Seed, declared_seeds

SETTINGS_FILE = "index.yml"
DATABASE_NAME = "smart_city_index.duckdb"
COPIED_DIRECTORIES = ("macros", "models", "tests")
# Tests in Python and unit tests belong to this repository, which runs them.
NOT_COPIED = shutil.ignore_patterns("*_unit_tests.yml", "python", "fixtures", "__pycache__")
# For each kind of input that may come from outside: the var that names it, and its seeds.
LOCATIONS = {
    "cities": "cities_location",
    "field_members": "field_members_location",
    "indicator_scores": "scores_location",
}
NAMES_IN_USE = ("export", "main", "system", "temp")
FIGURES_OF_A_CATEGORY = ("index", "rank", "tendency")


class IndexFolderError(Exception):
    """The index folder cannot be made a project; the message names every file and reason."""


def assemble_project(
    index_dir: Path, project_dir: Path, overrides: dict[str, str] | None = None
) -> dict[str, str]:
    """Write the dbt project of an index folder; one that is there already is replaced.

    Args:
        index_dir: the index folder.
        project_dir: directory of the project; dbt's own target/ and build/ in it are kept.
        overrides: settings that go before those of index.yml, locations as absolute paths.

    Returns:
        For every seed file of the project that holds rows of the index, by its path relative to
        project_dir: the file it was copied from. Seeds that the index leaves out are not in it.

    Raises:
        IndexFolderError: a required file is missing, a file is not known, or index.yml is wrong.
    """
    check_folder(index_dir)
    problems: list[str] = []
    settings = read_settings(index_dir, problems) | (overrides or {})
    seeds = declared_seeds(PROJECT_DIR)
    files = find_files(index_dir, project_dir, seeds, settings, problems)
    problems += missing_files(index_dir, seeds, files, settings)
    problems += unknown_categories(index_dir, files, settings)
    if problems:
        raise IndexFolderError("\n".join([f"{index_dir} is no complete index:", *problems]))
    settings.setdefault(
        "league_table_categories", categories_of(files["hierarchy"], is_below_root=True)
    )
    copy_models(project_dir, settings)
    return copy_seeds(project_dir, seeds, files)


def check_folder(index_dir: Path) -> None:
    """Refuse a folder that cannot be an index folder.

    Raises:
        IndexFolderError: it is missing, holds this repository, or its path cannot be used.
    """
    if not index_dir.is_dir():
        raise IndexFolderError(f"{index_dir} is no folder: name the folder that holds the CSV files")
    if PROJECT_DIR.is_relative_to(index_dir.resolve()):
        raise IndexFolderError(
            f"{index_dir} is, or holds, this repository: an own index needs a folder of its own"
        )
    if re.search(r"['*?\[\]]", str(index_dir.resolve())):
        raise IndexFolderError(
            f"the path of an index must not contain quotes, brackets or wildcards: {index_dir}"
        )


def read_settings(index_dir: Path, problems: list[str]) -> dict[str, Any]:
    """Read index.yml.

    Args:
        index_dir: the index folder.
        problems: takes up what is wrong with the file.

    Returns:
        The vars that the index sets, locations as absolute paths.
    """
    file = index_dir / SETTINGS_FILE
    if (index_dir / "index.yaml").exists():
        problems.append(f"{index_dir / 'index.yaml'}: must be named {SETTINGS_FILE}")
    if not file.exists():
        return {}
    try:
        settings = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problems.append(f"{file}: cannot be read as YAML: {' '.join(str(error).split())}")
        return {}
    if not isinstance(settings, dict):
        problems.append(f"{file}: must hold lines such as scores_location: scores/*.parquet")
        return {}
    defaults = shipped_vars()
    known = [*LOCATIONS.values(), *defaults]
    for name, value in settings.items():
        if name not in known:
            problems.append(f"{file}: unknown setting {name!r}; known are {', '.join(known)}")
        elif name not in defaults and not (isinstance(value, str) and value):
            problems.append(f"{file}: {name} must be a path, found {value!r}")
        elif name in defaults and type(value) is not type(defaults[name]):
            expected = "a list" if isinstance(defaults[name], list) else f"like {defaults[name]!r}"
            problems.append(f"{file}: {name} must be {expected}, found {value!r}")
    return {
        name: value if name in defaults else os.path.normpath(index_dir.resolve() / str(value))
        for name, value in settings.items()
    }


def shipped_vars() -> dict[str, Any]:
    """Return the vars of this repository's dbt_project.yml."""
    document = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    return dict(document["vars"])


def find_files(
    index_dir: Path,
    project_dir: Path,
    seeds: list[Seed],
    settings: dict[str, Any],
    problems: list[str],
) -> dict[str, Path]:
    """Find the CSV files of an index, hidden folders, build/ and warehouse/ excepted.

    Args:
        index_dir: the index folder.
        project_dir: directory of the project, which may lie in the folder.
        seeds: the declared seeds.
        settings: settings of the index; files that a location names are no seeds.
        problems: takes up files whose name is not known or stands twice.

    Returns:
        The files by name of the seed.
    """
    names = [seed.name for seed in seeds]
    external = {
        Path(found)
        for location in LOCATIONS.values()
        if isinstance(settings.get(location), str)
        for found in glob.glob(settings[location], recursive=True)
    }
    files: dict[str, Path] = {}
    for file in sorted(index_dir.rglob("*.csv")):
        parts = file.relative_to(index_dir).parts
        if (
            parts[0] in ("build", "warehouse")
            or any(part.startswith(".") for part in parts)
            or file.resolve().is_relative_to(project_dir.resolve())
            or index_dir.resolve() / Path(*parts) in external
        ):
            continue
        if file.stem not in names:
            near = difflib.get_close_matches(file.stem, names, n=1)
            advice = f"is it {near[0]}.csv?" if near else f"known are {', '.join(sorted(names))}"
            problems.append(f"{file}: is no file of an index; {advice}")
        elif file.stem in files:
            problems.append(f"{file}: stands at {files[file.stem]} already")
        else:
            files[file.stem] = file
    return files


def missing_files(
    index_dir: Path, seeds: list[Seed], files: dict[str, Path], settings: dict[str, Any]
) -> list[str]:
    """Return a line for every required file that an index lacks.

    Args:
        index_dir: the index folder.
        seeds: the declared seeds.
        files: the files found, by name of the seed.
        settings: settings of the index.
    """
    problems = [
        f"{index_dir / seed.name}.csv: is missing; its header is {','.join(seed.types)}"
        for seed in seeds
        if seed.own_index == "required" and seed.name not in files
    ]
    for name, location in LOCATIONS.items():
        choices = [name, f"simulated_{name}"]
        if name == "indicator_scores":
            choices.append("published_results")
        if location not in settings and not any(choice in files for choice in choices):
            alternatives = " or ".join(f"{choice}.csv" for choice in choices[1:])
            problems.append(
                f"{index_dir / name}.csv: is missing; so are {alternatives} and the setting"
                f" {location} in {SETTINGS_FILE}: one of them is needed"
            )
    return problems


def unknown_categories(
    index_dir: Path, files: dict[str, Path], settings: dict[str, Any]
) -> list[str]:
    """Return a line for every category of the settings that no tree has; arguments as above."""
    chosen = settings.get("league_table_categories")
    if "hierarchy" not in files or not isinstance(chosen, list):
        return []
    known = categories_of(files["hierarchy"], is_below_root=False)
    return [
        f"{index_dir / SETTINGS_FILE}: league_table_categories: {category!r} is no category of"
        f" {files['hierarchy'].name}; known are {', '.join(known)}"
        for category in chosen
        if category not in known
    ]


def categories_of(hierarchy: Path, *, is_below_root: bool) -> list[str]:
    """Return the categories of all methodologies in the order of the file.

    Args:
        hierarchy: the file, which need not have passed the input gate yet.
        is_below_root: whether to return only those right below the root.
    """
    with hierarchy.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return list(
        dict.fromkeys(
            row["node_id"]
            for row in rows
            if row.get("node_type") == "category"
            and (not is_below_root or row.get("parent_node_id") == "overall")
        )
    )


def database_name(index_dir: Path) -> str:
    """Return the name of an index' DuckDB file, after its folder: my_index.duckdb for my-index."""
    name = re.sub(r"[^a-z0-9]+", "_", index_dir.resolve().name.lower()).strip("_")
    if not name or name[0].isdigit() or name in NAMES_IN_USE:
        name = f"index_{name}".rstrip("_")
    return f"{name}.duckdb"


def copy_models(project_dir: Path, settings: dict[str, Any]) -> None:
    """Copy everything but the seeds from this repository, with the vars of an index.

    Args:
        project_dir: directory of the project.
        settings: settings of the index.
    """
    for name in COPIED_DIRECTORIES:
        shutil.rmtree(project_dir / name, ignore_errors=True)
        shutil.copytree(PROJECT_DIR / name, project_dir / name, ignore=NOT_COPIED)
    (project_dir / "build").mkdir(exist_ok=True)
    shutil.copyfile(PROJECT_DIR / "profiles.yml", project_dir / "profiles.yml")
    document = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    document["vars"] |= settings
    write_yaml(project_dir / "dbt_project.yml", document)
    reporting = project_dir / "models" / "marts" / "reporting" / "_reporting.yml"
    document = yaml.safe_load(reporting.read_text(encoding="utf-8"))
    (league_table,) = [model for model in document["models"] if model["name"] == "league_table"]
    replace_categories(league_table, settings["league_table_categories"])
    write_yaml(reporting, document)


def replace_categories(league_table: dict[str, Any], categories: list[str]) -> None:
    """Put the categories of an index into the contract of league_table, which needs their names.

    Args:
        league_table: the model's declaration, changed in place.
        categories: identifiers of the categories.
    """
    shipped = shipped_vars()["league_table_categories"]
    columns: dict[str, dict[str, Any]] = {column["name"]: column for column in league_table["columns"]}
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
    file.write_text(f"# Written by scripts/index_project.py.\n{text}", encoding="utf-8")


def copy_seeds(project_dir: Path, seeds: list[Seed], files: dict[str, Path]) -> dict[str, str]:
    """Write the seeds of a project.

    Args:
        project_dir: directory of the project.
        seeds: the declared seeds.
        files: the files of the index, by name of the seed.

    Returns:
        See `assemble_project`.
    """
    shutil.rmtree(project_dir / "seeds", ignore_errors=True)
    origins: dict[str, str] = {}
    for seed in seeds:
        relative = seed.path.relative_to(PROJECT_DIR)
        target = project_dir / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        origin = files.get(seed.name) or (seed.path if seed.own_index == "default" else None)
        if origin is None:
            target.write_text(f"{','.join(seed.types)}\n", encoding="utf-8")
        else:
            shutil.copyfile(origin, target)
            origins[str(relative)] = str(origin)
    for declaration in PROJECT_DIR.glob("seeds/*/*.yml"):
        target = project_dir / declaration.relative_to(PROJECT_DIR)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(declaration, target)
    return origins
