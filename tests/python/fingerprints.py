"""Record the fingerprints of a copy's seeds, for tests of what comes after the comparison."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from smart_city_index.fingerprints import SEED, rows_to_record
from smart_city_index.gate import RECORDED, InputGate, SourceFile, own_seed_files


def record_fingerprints(project_dir: Path, external: dict[str, Path] | None = None) -> None:
    """Record the rows of a project as they are, as if they had been compared with their sources.

    Nothing is recorded if the gate finds anything else.

    Args:
        project_dir: copy of the project.
        external: file of each seed with rows from outside, by its name.
    """
    with tempfile.TemporaryDirectory() as scratch, InputGate(project_dir, Path(scratch)) as gate:
        seed = gate.seeds[SEED]
        files = {name: [SourceFile(file, file.name)] for name, file in (external or {}).items()}
        report = gate.check(own_seed_files(gate, project_dir), files, without=frozenset({RECORDED}))
        if not report.total:
            gate.connection.execute(f"delete from texts.{SEED}")
            with seed.path.open("w", encoding="utf-8", newline="") as opened:
                writer = csv.writer(opened, lineterminator="\n")
                writer.writerow(seed.types)
                for *columns, _, _ in rows_to_record(gate):
                    writer.writerow([*columns, "a test", "2026-11-26"])
