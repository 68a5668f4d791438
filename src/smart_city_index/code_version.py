"""Which version of the code this is. The build of the wheel runs this file by itself."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

# `git archive` fills it in (.gitattributes), and so does the build of the wheel (hatch_build.py).
VERSION_FILE = "code_version.txt"


def code_version(project_dir: Path) -> str:
    """Return `git describe` of a project, now or when it was packed; `unknown` if nobody knows.

    Args:
        project_dir: a checkout, an unpacked archive, or the project in an installed wheel.
    """
    # not that of a repository in which the project merely lies
    if (project_dir / ".git").exists():
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            return subprocess.run(
                ["git", "describe", "--always", "--dirty", "--tags"],
                cwd=project_dir,
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
    with contextlib.suppress(OSError):
        packed = (project_dir / VERSION_FILE).read_text(encoding="utf-8")
        # the tag, if there is one, stands before the commit
        if "$" not in packed and packed.split():
            return packed.split()[0]
    return "unknown"
