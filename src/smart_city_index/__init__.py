"""Compute a composite index from raw indicator scores, test it and publish it."""

from pathlib import Path

# The dbt project that this package belongs to.
PROJECT_DIR = Path(__file__).resolve().parents[2]


class UserError(Exception):
    """A command cannot go on; the message is for the person who started it."""
