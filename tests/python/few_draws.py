"""Fewer draws for copies of the project that are built again and again."""

from __future__ import annotations

import csv
from pathlib import Path

FEW_DRAWS = 50
FEW_SAMPLES = 4
# As many as examples/hdi has, where draws are recomputed one by one; 5 percent of them are a whole
# number, so that a quantile that is off by one shows.
COMPARED_DRAWS = 200
COMPARED_SAMPLES = 32


def use_few_draws(project_dir: Path, draws: int = FEW_DRAWS, samples: int = FEW_SAMPLES) -> None:
    """Let a copy of the project draw few weights and samples: the same models, in less time.

    Args:
        project_dir: the copy; two of its seed files are written anew.
        draws: draws of weights of every scenario.
        samples: base samples of the sensitivity analysis.
    """
    lower_draws(project_dir / "seeds" / "methodology", draws, samples)


def lower_draws(directory: Path, draws: int = FEW_DRAWS, samples: int = FEW_SAMPLES) -> None:
    """Do so in a directory with weight_scenarios.csv, and perhaps analysis_settings.csv."""
    lower_values(directory / "weight_scenarios.csv", "draw_count", draws)
    settings = directory / "analysis_settings.csv"
    if settings.exists():
        lower_values(settings, "setting_value", samples, row="sensitivity_sample_count")


def lower_values(seed_file: Path, column: str, value: int, row: str | None = None) -> None:
    """Set a column of a seed file to a value, in all rows or in the one of a key (first column)."""
    with seed_file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.reader(opened))
    position = rows[0].index(column)
    for cells in rows[1:]:
        if row in (None, cells[0]):
            cells[position] = str(value)
    with seed_file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerows(rows)
