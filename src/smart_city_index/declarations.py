"""What the project declares about its seeds: columns, types and rules, read once from their YAML.

A seed's rules are the arguments of its data tests of kind `valid_rows` (tests/generic/README.md).
The input gate runs the same tests, so that a rule is written in one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from yaml import CSafeLoader

# Kinds of input that may also come from outside, and the var that says where from.
LOCATIONS = {
    "cities": "cities_location",
    "ranking_members": "ranking_members_location",
    "indicator_scores": "scores_location",
}
# Column that files from outside have on top: they may mix what is simulated and what is not.
FLAG = "is_simulated"


@dataclass(frozen=True)
class RowTest:
    """A data test of kind `valid_rows`.

    Attributes:
        name: name of the test.
        arguments: its arguments (key, required, bounds, accepted_values, references ...).
    """

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Seed:
    """What the project declares about one seed.

    Attributes:
        name: name of the seed, the file's name without its ending.
        path: the file below the project's seeds/.
        types: type of every column, in the order of the header.
        tests: its row tests.
        may_be_empty: True if a header without rows is fine (`meta: {may_be_empty: true}`).
        own_index: what an index in a folder of its own must do about it: `required`, `optional`,
            `default` or `none`: it cannot have it (`meta: {own_index: ...}`, see index_project.py).
        optional_columns: columns that a file may leave out (`meta: {optional_columns: [...]}`).
        added_to: the seed whose rows it adds to (`meta: {added_to: ...}`), or None.
    """

    name: str
    path: Path
    types: dict[str, str]
    tests: tuple[RowTest, ...]
    may_be_empty: bool
    own_index: str
    optional_columns: tuple[str, ...] = ()
    added_to: str | None = None


def declared_seeds(project_dir: Path) -> list[Seed]:
    """Return the seeds of a project in the order of its YAML files.

    Args:
        project_dir: the dbt project.
    """
    seeds = []
    for declaration in sorted(project_dir.glob("seeds/*/*.yml")):
        document = _document(declaration.read_text(encoding="utf-8"))
        for entry in document["seeds"]:
            name = entry["name"]
            paths = sorted(project_dir.glob(f"seeds/**/{name}.csv"))
            meta = entry["config"].get("meta", {})
            seeds.append(
                Seed(
                    name=name,
                    path=paths[0] if paths else declaration.with_name(f"{name}.csv"),
                    types=entry["config"]["column_types"],
                    tests=tuple(
                        RowTest(test["valid_rows"]["name"], test["valid_rows"]["arguments"])
                        for test in entry["data_tests"]
                    ),
                    may_be_empty=meta.get("may_be_empty", False),
                    own_index=meta.get("own_index", "required"),
                    optional_columns=tuple(meta.get("optional_columns", ())),
                    added_to=meta.get("added_to"),
                )
            )
    return seeds


def project_vars(project_dir: Path) -> dict[str, Any]:
    """Return the vars of a project's dbt_project.yml.

    Args:
        project_dir: the dbt project.
    """
    document = _document((project_dir / "dbt_project.yml").read_text(encoding="utf-8"))
    return dict(document["vars"])


@cache
def _document(text: str) -> Any:
    """Return what a YAML text says; it must not be changed."""
    # the parser in C, which PyYAML's wheels have, takes a tenth of the time
    return yaml.load(text, Loader=CSafeLoader)
