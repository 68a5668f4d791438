"""Write an index folder to begin with: complete, small and made up, so that it builds as it is.

    sci new-index my_index

Its files are those of new_index/ and docs/your_own_index.md.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from pathlib import Path

from . import PACKAGE_DIR, PROJECT_DIR

TEMPLATE_DIR = PACKAGE_DIR / "new_index"
MANUAL = PROJECT_DIR / "docs" / "your_own_index.md"
# [name](page.md) leads nowhere in a folder of its own
LINK_TO_PAGE = re.compile(r"\[([^\]]+)\]\((?!https?:|#)[^)]+\)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the argument of `sci new-index`."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder to make")


def run(arguments: argparse.Namespace) -> int:
    """Write the folder; returns the exit code."""
    directory: Path = arguments.directory
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # a repository or an environment may be there already
        present = sorted(path.name for path in directory.iterdir() if path.name[0] != ".")
        if present:
            print(
                f"{directory} holds {present[0]} already: name a new or empty folder",
                file=sys.stderr,
            )
            return 1
        for file in sorted(TEMPLATE_DIR.iterdir()):
            # the content alone: the installed package may be read-only
            shutil.copyfile(file, directory / file.name)
        manual = LINK_TO_PAGE.sub(r"\1", MANUAL.read_text(encoding="utf-8"))
        (directory / MANUAL.name).write_text(manual, encoding="utf-8")
    except OSError as error:
        print(f"cannot write {error.filename or directory}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"Wrote {directory}: a complete index of made-up towns. README.md says what to replace.")
    print("Next:")
    for command in ("check", "build", "site"):
        print(f'    sci {command} --index "{directory}"')
    return 0
