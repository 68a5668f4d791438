"""Compare what the engine has loaded with what the gate has read: every value of every row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from .gate import InputGate

Query = Callable[[str], list[tuple[Any, ...]]]

# A text as a number: fast where both sides are DuckDB, the same on every engine otherwise.
HASHES = {
    "duckdb": "cast(hash({}) as hugeint)",
    "any": "cast(('0x' || substr(md5({}), 1, 15)) as hugeint)",
    "spark": "cast(conv(substr(md5({}), 1, 15), 16, 10) as decimal(38, 0))",
}
TEXT_TYPES = {"duckdb": "varchar", "spark": "string"}
# Characters that the gate lets into no text: between the values of a row, and in place of none.
SEPARATOR = "chr(31)"
NOTHING = "chr(30)"


class LoadError(Exception):
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
    gate_hash, text = HASHES["duckdb" if engine == "duckdb" else "any"], TEXT_TYPES[engine]

    def both(groups: list[list[str]]) -> tuple[list[str], list[str]]:
        (read,) = gate.connection.execute(
            fingerprint(model, groups, gate_hash, TEXT_TYPES["duckdb"])
        ).fetchall()
        (loaded,) = query(fingerprint(relation, groups, HASHES[engine], text))
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


def fingerprint(relation: str, groups: list[list[str]], hash_of: str, text: str) -> str:
    """Return SQL for the number of rows of a relation, and the sum of a hash for groups of columns.

    Args:
        relation: table or view.
        groups: groups of its columns.
        hash_of: the hash of a text as a number, with a place for the text.
        text: the engine's type for texts.
    """
    sums = []
    for columns in groups:
        texts = [f"coalesce(cast({column} as {text}), {NOTHING})" for column in columns]
        sums.append(f"sum({hash_of.format(f' || {SEPARATOR} || '.join(texts))})")
    return f"select {', '.join(['count(*)', *sums])} from {relation}"
