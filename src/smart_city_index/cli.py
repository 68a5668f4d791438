"""The command line, `sci`: one subcommand per task."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import re
import sys
from collections.abc import Sequence

from . import PROJECT_DIR, UserError
from . import __doc__ as package_text
from .code_version import code_version
from .interruption import RECEIVED, Interrupted, interruptible

# A subcommand's module, which has add_arguments(parser) and run(arguments) -> exit code, and its
# help. It is imported only when it is called: each needs other packages.
COMMANDS = {
    "new-index": ("new_index", "write a folder to begin an index of your own with"),
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
    listed = [f"  {name:<14}{help_text}" for name, (_, help_text) in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="sci",
        usage="sci COMMAND ...",
        description="\n".join([f"{package_text}\n", *listed]),
        epilog="sci COMMAND --help says what a command can do.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print which version this is")
    parser.set_defaults(run=None)
    subparsers = parser.add_subparsers(metavar="COMMAND", help=argparse.SUPPRESS, prog="sci")
    for name, (module_name, help_text) in COMMANDS.items():
        subparser = subparsers.add_parser(
            name, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        if name in words[:1]:
            module = importlib.import_module(f"smart_city_index.{module_name}")
            module.add_arguments(subparser)
            examples = re.findall(rf"^ +(sci {name}\b.*)$", module.__doc__ or "", re.MULTILINE)
            subparser.description = f"{help_text[0].upper()}{help_text[1:]}."
            subparser.epilog = "\n    ".join(["for example:", *examples]) if examples else None
            subparser.set_defaults(run=module.run)
    parsed, unknown = parser.parse_known_args(words)
    # A subcommand that hands options on to dbt has the default dbt_options.
    if "dbt_options" in parsed:
        parsed.dbt_options = unknown
    elif unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    if parsed.run is None:
        print(version_text() if parsed.version else parser.format_help().rstrip())
        return 0
    try:
        with interruptible():
            exit_code = int(parsed.run(parsed))
            # what a signal has led to may have been reported as an error already
            if exit_code and RECEIVED:
                raise RECEIVED[0]
            return exit_code
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    except Interrupted as error:
        print(f"\nInterrupted ({error}): what is published is as it was.", file=sys.stderr)
        return error.exit_code


def version_text() -> str:
    """Return the version of the package, and that of the code it was made of."""
    version = importlib.metadata.version("smart-city-index")
    return f"sci {version} (code {code_version(PROJECT_DIR)})"


if __name__ == "__main__":
    sys.exit(main())
