"""Compare what the engine has loaded with what the gate has read: rows, and a hash per column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .gate import InputGate

Query = Callable[[str], list[tuple[Any, ...]]]

# A text as a number: fast where both sides are DuckDB, the same on every engine otherwise.
HASHES = {
    "duckdb": "cast(hash({}) as hugeint)",
    "any": "cast(('0x' || substr(md5({}), 1, 15)) as hugeint)",
    "spark": "cast(conv(substr(md5({}), 1, 15), 16, 10) as decimal(38, 0))",
}


class LoadError(Exception):
    """The engine holds other rows than the gate has read; the message names table and column."""


def compare_with_input(
    gate: InputGate, query: Query, schema: str, *, engine: str = "duckdb"
) -> None:
    """Compare every staging model, whose rows are those of the input, with what the gate read.

    Args:
        gate: the input.
        query: runs SQL on the engine and returns the rows.
        schema: schema of the staging models there.
        engine: duckdb or spark.

    Raises:
        LoadError: anything differs.
    """
    differences = list(found_differences(gate, query, schema, engine))
    if differences:
        raise LoadError(
            "\n".join(
                ["what was loaded is not what was checked, so an input changed:", *differences]
            )
        )


def found_differences(gate: InputGate, query: Query, schema: str, engine: str) -> Iterator[str]:
    """Yield a line for every model or column that differs, see `compare_with_input`."""
    gate_hash = HASHES["duckdb" if engine == "duckdb" else "any"]
    for model, columns in gate.staging_models().items():
        text = "varchar" if engine == "duckdb" else "string"
        (read,) = gate.connection.execute(
            fingerprint(model, columns, gate_hash, "varchar")
        ).fetchall()
        (loaded,) = query(fingerprint(f"{schema}.{model}", columns, HASHES[engine], text))
        read_texts, loaded_texts = [str(value) for value in read], [str(value) for value in loaded]
        if read_texts[0] != loaded_texts[0]:
            yield f"{model}: {read[0]:,} rows were checked, {loaded[0]:,} were loaded"
        else:
            for column, before, after in zip(
                columns, read_texts[1:], loaded_texts[1:], strict=True
            ):
                if before != after:
                    yield f"{model}: column {column} has other values"


def fingerprint(relation: str, columns: list[str], hash_of: str, text: str) -> str:
    """Return SQL for the number of rows of a relation and a hash of each column and of whole rows.

    Args:
        relation: table or view.
        columns: its columns.
        hash_of: the hash of a text as a number, with a place for the text.
        text: the engine's type for texts.
    """
    texts = [f"coalesce(cast({column} as {text}), '(empty)')" for column in columns]
    sums = ", ".join(f"sum({hash_of.format(value)})" for value in texts)
    return f"select count(*), {sums} from {relation}"
