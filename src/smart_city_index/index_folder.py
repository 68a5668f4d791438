"""Look at an index that is kept in a folder of its own: which files it has and what it sets.

The folder may come from anybody. It is data: CSV files named like the seeds (rankings.csv,
framework.csv ...), in any subfolders, and index.yml with settings. Nothing else in it is used, no
link is followed, and nothing is written to it here. What an index may leave out stands with the
seeds, in seeds/*/*.yml (`meta: {own_index: ...}`). See docs/your_own_index.md.
"""

from __future__ import annotations

import difflib
import glob
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from . import PACKAGED_PROJECT, UserError
from .declarations import LOCATIONS, Seed
from .gate import SourceFile
from .reader import FileError, opened, printable, shortened

SETTINGS_FILE = "index.yml"
MAXIMUM_SETTINGS_BYTES = 1 << 16
MAXIMUM_SETTINGS_DEPTH = 4
MAXIMUM_FOLDER_DEPTH = 20
# Written by a build; what stands there is never read.
OUTPUT_DIRECTORIES = ("build", "warehouse")
CODE_SUFFIXES = (".sql", ".py")
CODE_NAMES = (
    "dbt_project.yml",
    "profiles.yml",
    "packages.yml",
    "dependencies.yml",
    "package-lock.yml",
)
DATA_SUFFIXES = (".csv", ".csv.gz", ".parquet")
# For each location the setting with the number of rows that its files must have together.
ROW_COUNTS = {
    name: location.replace("location", "row_count") for name, location in LOCATIONS.items()
}
# Settings that are one of a few words.
CHOICES = {"contradictions": ("list", "fail")}


class IndexFolderError(UserError):
    """An index folder cannot be used; the message names every file and reason."""


@dataclass
class IndexFolder:
    """What an index folder holds.

    Attributes:
        path: the folder, as the user named it.
        settings: the vars that its index.yml sets, locations and numbers of rows left out; figures
            that contradict each other are listed unless it says otherwise.
        locations: paths or patterns of files from outside, by name of the seed.
        row_counts: number of rows that these must have, by name of the seed.
        seed_files: its CSV files, by name of the seed.
        problems: what is wrong, a sentence each.
    """

    path: Path
    settings: dict[str, Any] = field(default_factory=lambda: {"contradictions": "list"})
    locations: dict[str, str] = field(default_factory=dict)
    row_counts: dict[str, int] = field(default_factory=dict)
    seed_files: dict[str, SourceFile] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_index_folder(
    path: Path, seeds: list[Seed], known_vars: dict[str, Any], overridden: set[str]
) -> IndexFolder:
    """Look at an index folder.

    Args:
        path: the folder.
        seeds: the declared seeds.
        known_vars: vars that an index may set, with their defaults.
        overridden: seeds whose location the command line gives.

    Raises:
        IndexFolderError: anything in it cannot be used.
    """
    folder = IndexFolder(path)
    entries = list(walk(folder))
    read_settings(folder, known_vars)
    external = {path for location in folder.locations.values() for path in matching(location)}
    names = [seed.name for seed in seeds if seed.own_index != "none"]
    for entry in entries:
        if re.fullmatch(r"index\.ya?ml(\..*)?", str(entry).lower()) and str(entry) != SETTINGS_FILE:
            folder.problems.append(f"{path / entry}: must be named {SETTINGS_FILE}")
        if entry.suffix.lower() != ".csv" or folder.path.resolve() / entry in external:
            continue
        shown = printable(str(path / entry))
        if entry.name not in {f"{name}.csv" for name in names}:
            near = difflib.get_close_matches(entry.stem.lower(), names, n=1)
            advice = f"is it {near[0]}.csv?" if near else f"known are {', '.join(sorted(names))}"
            folder.problems.append(f"{shown}: is no file of an index; {advice}")
        elif entry.stem in folder.seed_files:
            first = folder.seed_files[entry.stem].shown
            folder.problems.append(f"{shown}: stands at {first} already")
        else:
            folder.seed_files[entry.stem] = SourceFile((path / entry).resolve(), shown)
    folder.problems += missing_files(folder, seeds, overridden)
    if folder.problems:
        raise IndexFolderError("\n".join([f"{path} is no complete index:", *folder.problems]))
    return folder


def check_folder(path: Path, project_dir: Path) -> None:
    """Refuse what cannot be an index folder.

    Args:
        path: the folder.
        project_dir: this repository.

    Raises:
        IndexFolderError: it is missing, holds this repository, or its path cannot be used.
    """
    if not path.is_dir():
        raise IndexFolderError(
            f"{path} is no folder: name the one that holds the CSV files; sci new-index makes one"
        )
    # what is installed may lie in it, in a hidden environment
    is_installed = project_dir == PACKAGED_PROJECT
    if project_dir.resolve().is_relative_to(path.resolve()) and not is_installed:
        raise IndexFolderError(
            f"{path} is, or holds, this repository: an own index needs a folder of its own"
        )
    for name in OUTPUT_DIRECTORIES:
        output = path / name
        if output.is_symlink() or (output.exists() and not output.is_dir()):
            raise IndexFolderError(
                f"{output}: is a link or no folder; a build would write there: take it away, or"
                f" name another folder with --{name}-dir"
            )


def walk(folder: IndexFolder) -> Iterator[Path]:
    """Yield the regular files of a folder, relative to it; whatever else it holds is a problem.

    Hidden files and folders and what a build has written are passed over.

    Args:
        folder: the index folder; takes up the problems.
    """

    def report(error: OSError) -> None:
        folder.problems.append(f"{error.filename}: cannot be read: {error.strerror}")

    root = folder.path.resolve()
    for directory, directories, names in os.walk(root, onerror=report):
        here = Path(directory)
        directories[:] = sorted(name for name in directories if not name.startswith("."))
        if here == root:
            directories[:] = [name for name in directories if name not in OUTPUT_DIRECTORIES]
        for name in sorted([*directories, *names]):
            entry = (here / name).relative_to(root)
            shown = printable(str(folder.path / entry))
            mode = (here / name).lstat().st_mode
            if name.startswith(".") and not stat.S_ISDIR(mode):
                continue
            if stat.S_ISLNK(mode):
                folder.problems.append(f"{shown}: is a link; put the file or folder itself there")
                directories[:] = [kept for kept in directories if kept != name]
            elif stat.S_ISDIR(mode):
                if len(entry.parts) > MAXIMUM_FOLDER_DEPTH:
                    folder.problems.append(f"{shortened(shown)}: lies too deep: move it up")
                    directories[:] = [kept for kept in directories if kept != name]
            elif not stat.S_ISREG(mode):
                folder.problems.append(f"{shown}: is no regular file; take it away")
            elif entry.suffix.lower() in CODE_SUFFIXES or name in CODE_NAMES:
                folder.problems.append(
                    f"{shown}: is code, and an index folder is data: nothing would run it; keep it"
                    " elsewhere"
                )
            else:
                yield entry


def read_settings(folder: IndexFolder, known_vars: dict[str, Any]) -> None:
    """Read index.yml into the settings of a folder.

    Args:
        folder: the index folder; takes up settings and problems.
        known_vars: vars that an index may set, with their defaults.
    """
    file = folder.path / SETTINGS_FILE
    if not file.exists() or file.is_symlink():
        return
    try:
        settings = parse_settings(file)
    except (FileError, yaml.YAMLError, ValueError, KeyError, TypeError) as error:
        reason = shortened(" ".join(str(error).split()), 200)
        folder.problems.append(f"{file}: cannot be read as YAML: {reason}")
        return
    if not isinstance(settings, dict):
        folder.problems.append(f"{file}: must hold lines such as scores_location: scores/*.parquet")
        return
    for name, value in settings.items():
        problem = take_up_setting(folder, name, value, known_vars)
        if problem:
            folder.problems.append(f"{file}: {problem}")


def parse_settings(file: Path) -> Any:
    """Return what a small YAML file holds.

    Raises:
        FileError: it is no regular file, too large, too deep, refers to parts of itself, or says
            something twice.
        yaml.YAMLError, ValueError, KeyError, TypeError: it is no YAML, or no UTF-8.
    """
    with opened(file) as stream:
        content = stream.read(MAXIMUM_SETTINGS_BYTES + 1)
    if len(content) > MAXIMUM_SETTINGS_BYTES:
        raise FileError(f"is longer than {MAXIMUM_SETTINGS_BYTES:,} bytes", "")
    text = content.decode("utf-8-sig")
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FileError("anchors and aliases (& and *) are not allowed", "")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAXIMUM_SETTINGS_DEPTH:
            raise FileError(f"lists are nested deeper than {MAXIMUM_SETTINGS_DEPTH} levels", "")
    node = yaml.compose(text, yaml.SafeLoader)
    if isinstance(node, yaml.MappingNode):
        names = [str(key.value) for key, _ in node.value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise FileError(f"{shortened(twice[0])} is set twice", "")
    settings = yaml.safe_load(text)
    return {} if settings is None else settings


def take_up_setting(
    folder: IndexFolder, name: Any, value: Any, known_vars: dict[str, Any]
) -> str | None:
    """Take up a setting, or return what is wrong with it.

    Args:
        folder: the index folder.
        name: name of the setting.
        value: its value.
        known_vars: vars that an index may set, with their defaults.
    """
    shown = shortened(repr(value))
    seed_of_location = {location: seed for seed, location in LOCATIONS.items()}
    seed_of_row_count = {row_count: seed for seed, row_count in ROW_COUNTS.items()}
    if name in seed_of_location:
        if not isinstance(value, str) or not value:
            return f"{name} must be a path, found {shown}"
        problem = location_problem(value)
        if problem:
            return f"{name} {problem}, found {shown}"
        root = glob.escape(str(folder.path.resolve()))
        # a path that begins with / stays as it is
        folder.locations[seed_of_location[name]] = str(Path(root) / value)
    elif name in seed_of_row_count:
        if type(value) is not int or value < 1:
            return f"{name} must be a number of rows, found {shown}"
        folder.row_counts[seed_of_row_count[name]] = value
    elif name not in known_vars:
        known = ", ".join([*seed_of_location, *seed_of_row_count, *known_vars])
        near = difflib.get_close_matches(str(name), known.split(", "), n=1)
        advice = f"is it {near[0]}?" if near else "known are"
        return f"unknown setting {shortened(repr(name))}; {advice} ({known})"
    elif type(value) is not type(known_vars[name]):
        default = known_vars[name]
        expected = "a list" if isinstance(default, list) else f"like {default!r}"
        return f"{name} must be {expected}, found {shown}"
    elif isinstance(value, list) and (
        not value or len(set(map(str, value))) < len(value) or not all(map(is_identifier, value))
    ):
        return (
            f"{name} must name at least one category_id, each once, in quotes if YAML takes it for"
            f" something else, found {shown}"
        )
    elif type(value) is int and value < 1:
        return f"{name} must be 1 or more, found {shown}"
    elif name in CHOICES and value not in CHOICES[name]:
        return f"{name} must be {' or '.join(CHOICES[name])}, found {shown}"
    else:
        folder.settings[name] = value
    return None


def location_problem(value: str) -> str | None:
    """Return what is wrong with a path or pattern that index.yml names, or None."""
    parts = Path(value).parts
    if not value.isprintable():
        return "must be a readable path"
    if "://" in value:
        return "is no file on this machine: fetch it first, and name the copy"
    if Path(value).is_absolute():
        return "must not search the whole machine: ** is for the folder" if "**" in value else None
    if ".." in parts:
        return "leaves the folder: write the whole path, from / on, of files elsewhere"
    if any(part.startswith(".") for part in parts) or parts[0] in OUTPUT_DIRECTORIES:
        return "must not name hidden folders, build or warehouse"
    if len(parts) > 1 and re.search(r"[*?\[]", parts[0]):
        return "must begin with the name of a folder"
    return "must have ** once at most" if value.count("**") > 1 else None


def is_identifier(value: object) -> bool:
    """Return whether a value can be the identifier of a category."""
    return isinstance(value, str) and re.fullmatch("[a-z][a-z0-9_]*", value) is not None


def missing_files(folder: IndexFolder, seeds: list[Seed], overridden: set[str]) -> list[str]:
    """Return a sentence for every required file that an index lacks.

    Args:
        folder: the index folder.
        seeds: the declared seeds.
        overridden: seeds whose location the command line gives.
    """
    problems = [
        f"{folder.path / seed.name}.csv: is missing; its header is {','.join(seed.types)}"
        for seed in seeds
        if seed.own_index == "required" and seed.name not in folder.seed_files
    ]
    for name, location in LOCATIONS.items():
        # published results alone make an index too
        choices = [name, "published_results"] if name == "indicator_scores" else [name]
        is_given = name in folder.locations or name in overridden
        if name in folder.row_counts and not is_given:
            problems.append(
                f"{folder.path / SETTINGS_FILE}: {ROW_COUNTS[name]} has no effect"
                f" without {location}"
            )
        if not is_given and not any(choice in folder.seed_files for choice in choices):
            missing = [f"{choice}.csv" for choice in choices]
            problems.append(
                f"{folder.path / missing[0]}: is missing; so is the setting {location} in"
                f" {SETTINGS_FILE}: {', '.join(missing)} or files that it names are needed"
            )
    return problems


def matching(location: str) -> list[Path]:
    """Return what a path or pattern matches, folders left out, by name."""
    # pathlib's own glob takes no absolute pattern
    found = map(Path, glob.glob(location, recursive=True))  # noqa: PTH207
    return sorted(path for path in found if not path.is_dir())


def location_files(location: str, shown: str, folder: Path | None) -> list[SourceFile]:
    """Return the files of a location.

    Args:
        location: absolute path or pattern.
        shown: the location, as the user wrote it.
        folder: the index folder that names it, in which no link is followed; None if the command
            line does.

    Raises:
        FileError: there is none, or one is no regular data file.
    """
    if "://" in shown:
        raise FileError("is no file on this machine", "Fetch it first, and name the copy.")
    files = matching(location)
    if not files:
        raise FileError(
            "no file matches", "Correct the path; it is relative to the folder of the setting."
        )
    for path in files:
        root = folder.resolve() if folder else None
        inside = root is not None and path.is_relative_to(root)
        real = path.resolve()
        if inside and real != path:
            raise FileError(f"{path.name} is reached by a link", "Put the file itself there.")
        if re.search(r"[*?\[\]]", str(path)):
            raise FileError("a file has brackets or wildcards in its path", "Give it another name.")
        if not str(path).endswith(DATA_SUFFIXES) or not str(real).endswith(DATA_SUFFIXES):
            raise FileError(
                f"{shortened(path.name)} is no data file", f"Name files {', '.join(DATA_SUFFIXES)}."
            )
    base, name = (folder, folder.resolve()) if folder else (Path(), Path.cwd())
    return [
        SourceFile(
            path, str(base / path.relative_to(name)) if path.is_relative_to(name) else str(path)
        )
        for path in files
    ]
