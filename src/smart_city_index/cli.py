"""The command line, `sci`: one subcommand per task."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from .interruption import RECEIVED, Interrupted, interruptible

# A subcommand's module, which has add_arguments(parser) and run(arguments) -> exit code, and its
# help. It is imported only when it is called: each needs other packages.
COMMANDS = {
    "check": ("check", "check the input only"),
    "import": ("importing", "turn a copied page, table or spreadsheet into rows of the seeds"),
    "new-edition": ("new_edition", "start an edition with the tree and members of another"),
    "fingerprints": ("fingerprints", "print the fingerprints of transcribed rows to be recorded"),
    "build": ("build", "check the input, compute, test and publish"),
    "verify": ("publication", "compare the published files with their manifest"),
    "export": ("export", "write a workbook for Excel and CSV files of the published tables"),
    "diff": ("diff", "compare two published files row by row"),
    "project": ("index_project", "write the dbt project of an index folder, to look inside"),
    "site": ("site.build", "write the static site from the published file"),
    "serve": ("site.serve", "show the site on localhost"),
    "spark": ("spark", "build and test on Apache Spark"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand.

    Args:
        arguments: words of the command line; those of this process if not given.

    Returns:
        The exit code: 0 if all went well, 1 if not, 2 if the command line is wrong.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="sci", description=__doc__)
    parser.set_defaults(run=None)
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, (module_name, help_text) in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=help_text, description=help_text)
        if name in words[:1]:
            module = importlib.import_module(f"smart_city_index.{module_name}")
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    parsed, unknown = parser.parse_known_args(words)
    # A subcommand that hands options on to dbt has the default dbt_options.
    if "dbt_options" in parsed:
        parsed.dbt_options = unknown
    elif unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    try:
        with interruptible():
            exit_code = int(parsed.run(parsed))
            # what a signal has led to may have been reported as an error already
            if exit_code and RECEIVED:
                raise RECEIVED[0]
            return exit_code
    except Interrupted as error:
        print(f"\nInterrupted ({error}): what is published is as it was.", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
