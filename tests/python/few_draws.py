"""Fewer draws for copies of the project that are built again and again."""

from __future__ import annotations

import csv
from pathlib import Path

FEW_DRAWS = 50
FEW_SAMPLES = 4


def use_few_draws(project_dir: Path) -> None:
    """Let a copy of the project draw few weights and samples: the same models, in less time.

    Args:
        project_dir: the copy; two of its seed files are written anew.
    """
    methodology = project_dir / "seeds" / "methodology"
    lower_values(methodology / "weight_scenarios.csv", "draw_count", FEW_DRAWS)
    settings = methodology / "analysis_settings.csv"
    lower_values(settings, "setting_value", FEW_SAMPLES, row="sensitivity_sample_count")


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
