"""Compute a composite index from raw indicator scores, test it and publish it."""

from pathlib import Path

PACKAGE_DIR = Path(__file__).resolve().parent
PACKAGED_PROJECT = PACKAGE_DIR / "project"
# Whether this is an installed wheel, which brings the dbt project along, but no figures.
IS_WHEEL = PACKAGED_PROJECT.is_dir()
# The dbt project that this package belongs to: that of its repository, or of its wheel.
PROJECT_DIR = PACKAGED_PROJECT if IS_WHEEL else PACKAGE_DIR.parents[1]


class UserError(Exception):
    """A command cannot go on; the message is for the person who started it."""


def home_dir(index_dir: Path | None, project_dir: Path = PROJECT_DIR) -> Path:
    """Return the folder whose figures a command is about, where its build/ and warehouse/ are.

    Args:
        index_dir: the index folder that the command line names, if it names one.
        project_dir: the dbt project.

    Raises:
        UserError: it names none, and this package has no figures of its own.
    """
    if index_dir is None and IS_WHEEL and project_dir == PROJECT_DIR:
        raise UserError(
            "name an index folder with --index DIR: sci as it is installed here has no figures of"
            " its own; sci new-index DIR makes a folder to begin with"
        )
    return index_dir or project_dir
