"""`sci spark` while somebody changes a seed between the check and the build.

    python -m tests.parity.changing_spark FILE BEFORE AFTER [options of sci spark]

In the seed FILE the first BEFORE becomes AFTER once everything is checked.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from smart_city_index import cli, spark


def main() -> int:
    """Check, change and build; returns the exit code of `sci spark`."""
    file, before, after, *arguments = sys.argv[1:]
    build = spark.run_dbt_build

    def change_and_build(
        project_dir: Path, spark_dir: Path, overrides: dict[str, Any], options: list[str]
    ) -> tuple[bool, set[str]]:
        seed = Path(file)
        text = seed.read_text(encoding="utf-8")
        assert before in text
        seed.write_text(text.replace(before, after, 1), encoding="utf-8")
        return build(project_dir, spark_dir, overrides, options)

    spark.run_dbt_build = change_and_build
    return cli.main(["spark", *arguments])


if __name__ == "__main__":
    sys.exit(main())
