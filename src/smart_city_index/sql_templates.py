"""Render the project's own SQL without dbt: macros, staging models and the tests of the input.

The gate runs the same SQL as dbt does, on what it has read, in a fraction of the time that dbt
takes to start. Known are only the few things of dbt's that this SQL uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

import jinja2

ENGINE = "duckdb"
TEST_BLOCK = re.compile(r"{%(-?)\s*(end)?test\b\s*(\w*)")


class TemplateError(Exception):
    """A macro asks for something that only dbt has, or raises an error of its own."""


class Relation(str):
    """A table or view, as templates print and ask it."""

    __slots__ = ()

    @property
    def identifier(self) -> str:
        """Return its name without the schema."""
        return self.rpartition(".")[2]


class SqlTemplates:
    """Renders SQL of a project for an open DuckDB database."""

    def __init__(self, project_dir: Path, variables: dict[str, Any]) -> None:
        """Read the project's macros and generic tests.

        Args:
            project_dir: the dbt project.
            variables: its vars.
        """
        self.environment = _environment()
        self.environment.globals |= {
            "adapter": SimpleNamespace(dispatch=self._dispatch),
            "config": lambda **_: "",
            "dbt": SimpleNamespace(type_string=lambda: "varchar"),
            "exceptions": SimpleNamespace(raise_compiler_error=_raise),
            "execute": True,
            "flags": SimpleNamespace(EMPTY=False),
            # the gate has read them already
            "external_rows": lambda relation: relation,
            "modules": SimpleNamespace(re=re),
            "ref": Relation,
            "return": lambda value: value,
            "source": lambda _, name: Relation(f"external_{name}"),
            "var": lambda name, default=None: variables.get(name, default),
        }
        files = [*project_dir.glob("macros/**/*.sql"), *project_dir.glob("tests/generic/*.sql")]
        text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(files))
        self.macros = self._template(TEST_BLOCK.sub(_as_macro, text)).module
        for name in dir(self.macros):
            if not name.startswith("_"):
                self.environment.globals.setdefault(name, getattr(self.macros, name))

    def render(self, file: Path) -> str:
        """Return the SQL of a model or a test.

        Args:
            file: its file.

        Raises:
            TemplateError: it cannot be rendered without dbt.
        """
        try:
            return self._template(file.read_text(encoding="utf-8")).render().strip()
        except jinja2.TemplateError as error:
            raise TemplateError(f"{file}: {error}") from error

    def test(self, name: str, model: str, arguments: dict[str, Any]) -> str:
        """Return the SQL of a generic test.

        Args:
            name: the kind of test, for example valid_rows.
            model: the relation to test.
            arguments: its arguments.
        """
        macro: Callable[..., str] = getattr(self.macros, f"test_{name}")
        return str(macro(Relation(model), **arguments)).strip()

    def macro(self, name: str, *arguments: object) -> str:
        """Return what a macro of the project prints.

        Args:
            name: name of the macro.
            arguments: its arguments.
        """
        macro: Callable[..., str] = getattr(self.macros, name)
        return str(macro(*arguments)).strip()

    def _template(self, text: str) -> jinja2.Template:
        """Return the template of a text."""
        globals_ = self.environment.make_globals(None)
        return jinja2.Template.from_code(self.environment, _compiled(text), globals_)

    def _dispatch(self, name: str) -> Callable[..., str]:
        """Return the engine's macro of a name, or the default one."""
        for prefix in (ENGINE, "default"):
            macro: Callable[..., str] | None = getattr(self.macros, f"{prefix}__{name}", None)
            if macro is not None:
                return macro
        raise TemplateError(f"there is no macro {name} for {ENGINE}")


def _environment() -> jinja2.Environment:
    """Return an environment that knows nothing of a project yet."""
    return jinja2.Environment(
        extensions=["jinja2.ext.do"],
        undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape((), default_for_string=False),
    )


@cache
def _compiled(text: str) -> CodeType:
    """Return a text as compiled by Jinja; to compile takes longer than anything else here."""
    return _environment().compile(text)


def _as_macro(block: re.Match[str]) -> str:
    """Return the tag of a test block as that of a macro."""
    dash, end, name = block.groups()
    return f"{{%{dash} endmacro" if end else f"{{%{dash} macro test_{name}"


def _raise(message: str) -> None:
    """Raise an error of a macro."""
    raise TemplateError(message)
