"""What the tests share with those of tests/python: one build, by the engine that goes first."""

from tests.python.conftest import built_project, published_warehouse

__all__ = ["built_project", "published_warehouse"]
