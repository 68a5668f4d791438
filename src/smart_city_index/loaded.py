"""Compare what the engine has loaded with what the gate has read: every value of every row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from . import UserError
from .gate import InputGate

Query = Callable[[str], list[tuple[Any, ...]]]

# The engine's type for texts.
TEXT_TYPES = {"duckdb": "varchar", "spark": "string"}
# Characters that the gate lets into no text: between the values of a row, and in place of none.
SEPARATOR = "chr(31)"
NOTHING = "chr(30)"


class LoadError(UserError):
    """The engine holds other rows than the gate has read; the message names table and column."""


def compare_with_input(
    gate: InputGate,
    query: Query,
    schema: str,
    *,
    engine: str = "duckdb",
    models: Collection[str] | None = None,
) -> None:
    """Compare every staging model, whose rows are those of the input, with what the gate read.

    Args:
        gate: the input.
        query: runs SQL on the engine and returns the rows.
        schema: schema of the staging models there.
        engine: duckdb or spark.
        models: names of the models that there are on the engine; if not given, all.

    Raises:
        LoadError: anything differs.
    """
    differences = [
        difference
        for model, columns in gate.staging_models().items()
        if models is None or model in models
        for difference in found_differences(gate, query, f"{schema}.{model}", columns, engine)
    ]
    if differences:
        raise LoadError(
            "\n".join(
                ["what was loaded is not what was checked, so an input changed:", *differences]
            )
        )


def found_differences(
    gate: InputGate, query: Query, relation: str, columns: list[str], engine: str
) -> Iterator[str]:
    """Yield what differs in a staging model, a line each; first whole rows are compared.

    Args:
        gate: the input.
        query: as for `compare_with_input`.
        relation: the model on the engine, with its schema.
        columns: its columns.
        engine: duckdb or spark.
    """
    model = relation.rpartition(".")[2]

    def both(groups: list[list[str]]) -> tuple[list[str], list[str]]:
        (read,) = gate.connection.execute(
            fingerprint(model, groups, "duckdb", is_portable=engine != "duckdb")
        ).fetchall()
        (loaded,) = query(fingerprint(relation, groups, engine, is_portable=engine != "duckdb"))
        return [str(value) for value in read], [str(value) for value in loaded]

    read, loaded = both([columns])
    if read[0] != loaded[0]:
        yield f"{model}: {int(read[0]):,} rows were checked, {int(loaded[0]):,} were loaded"
    elif read != loaded:
        sums = zip(columns, *(side[1:] for side in both([[name] for name in columns])), strict=True)
        changed = [column for column, before, after in sums if before != after]
        for column in changed:
            yield f"{model}: column {column} has other values"
        if not changed:
            yield f"{model}: the values belong to other rows"


def fingerprint(relation: str, groups: list[list[str]], engine: str, *, is_portable: bool) -> str:
    """Return SQL for the number of rows of a relation, and the sum of a hash for groups of columns.

    Args:
        relation: table or view.
        groups: groups of its columns.
        engine: duckdb or spark.
        is_portable: whether the hash must be the same on every engine, which takes longer.
    """
    sums = []
    for columns in groups:
        texts = [f"cast({column} as {TEXT_TYPES[engine]})" for column in columns]
        hashed = portable_hash(texts, engine) if is_portable else f"hash({', '.join(texts)})"
        sums.append(f"sum({hashed})")
    return f"select {', '.join(['count(*)', *sums])} from {relation}"


def portable_hash(texts: list[str], engine: str) -> str:
    """Return SQL for 60 bits of a hash of some texts, as a number.

    Args:
        texts: SQL of each.
        engine: duckdb or spark.
    """
    whole = f" || {SEPARATOR} || ".join(f"coalesce({text}, {NOTHING})" for text in texts)
    digits = f"substr(md5({whole}), 1, 15)"
    if engine == "duckdb":
        return f"cast('0x' || {digits} as bigint)"
    return f"cast(conv({digits}, 16, 10) as decimal(38, 0))"
