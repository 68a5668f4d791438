"""The pictures of README.md and docs/overview.md, drawn from what was built, in Mermaid.

python -m tests.python.diagrams   draws them anew from target/ and the published file
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb

from .conftest import PROJECT_ROOT

PAGES = ("README.md", "docs/overview.md")
PUBLISHED = PROJECT_ROOT / "warehouse" / "smart_city_index.duckdb"
# Dimension by the column on which tables relate to it.
DIMENSIONS = {
    "edition_key": "dim_editions",
    "city_id": "dim_cities",
    "category_key": "dim_categories",
    "indicator_key": "dim_indicators",
}
# The marts that people open first; the others relate by the same columns.
SHOWN = ("league_table", "fct_index_results", "fct_indicator_scores", "rank_robustness")
# Mermaid's own line is too pale to be seen.
CHART_SETTINGS = (
    '%%{init: {"xyChart": {"width": 720, "height": 280},'
    ' "themeVariables": {"xyChart": {"plotColorPalette": "#0b6fa4"}}}}%%'
)


def station(node: dict[str, Any]) -> str:
    """Return the folder of a seed or model, without what all have in common."""
    folders = Path(node["original_file_path"]).parent.parts
    return "seeds" if folders[0] == "seeds" else "/".join(folders[1:]).removeprefix("intermediate/")


def lineage(manifest: dict[str, Any]) -> str:
    """Draw which folder of models reads which, without the arrows that others imply."""
    nodes = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("seed", "model")
    }
    reads: dict[str, set[str]] = defaultdict(set)
    for node in nodes.values():
        for name in node.get("depends_on", {}).get("nodes", []):
            if name in nodes and station(nodes[name]) != station(node):
                reads[station(node)].add(station(nodes[name]))

    def behind(name: str) -> set[str]:
        return reads[name].union(*map(behind, sorted(reads[name])))

    stations = sorted({station(node) for node in nodes.values()})
    order = sorted(stations, key=lambda name: (len(behind(name)), name))
    arrows = [
        f"    {source.replace('/', '_')} --> {target.replace('/', '_')}"
        for target in order
        for source in order
        if source in reads[target] and not any(source in behind(other) for other in reads[target])
    ]
    boxes = [f"    {name.replace('/', '_')}[{name}]" for name in order if "/" in name]
    return "\n".join(["```mermaid", "flowchart LR", *boxes, *arrows, "```"])


def relations(connection: duckdb.DuckDBPyConnection) -> str:
    """Draw the dimensions, the marts that people open first, and the columns that relate them."""
    lines = ["```mermaid", "erDiagram", "    dim_rankings ||--o{ dim_editions : ranking_id"]
    for mart in SHOWN:
        columns = columns_of(connection, mart)
        lines += [
            f"    {dimension} ||--o{{ {mart} : {column}"
            for column, dimension in DIMENSIONS.items()
            if column in columns
        ]
    return "\n".join([*lines, "```"])


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Return the columns of a mart in their order."""
    return [row[0] for row in connection.execute(f"describe {table}").fetchall()]


def ranks_over_time(connection: duckdb.DuckDBPyConnection) -> str:
    """Draw the published ranks of one city, each edition a bar that is long for a good rank."""
    rows = connection.execute(
        "select edition, overall_rank from league_table where city_id = 'duesseldorf'"
        " and ranking_id = 'smart_city_index' and overall_rank is not null order by edition"
    ).fetchall()
    editions = ", ".join(f'"{edition}"' for edition, _ in rows)
    ranks = ", ".join(str(rank) for _, rank in rows)
    return "\n".join(
        [
            "```mermaid",
            CHART_SETTINGS,
            "xychart-beta",
            f'    title "Düsseldorf in the Smart City Index, rank {rows[0][1]} to {rows[-1][1]}"',
            f"    x-axis [{editions}]",
            '    y-axis "rank, 1 is best" 25 --> 1',
            f"    line [{ranks}]",
            "```",
        ]
    )


def known_ranks(connection: duckdb.DuckDBPyConnection) -> str:
    """Draw the table of how many overall ranks of how many are known, per ranking and edition."""
    rows = connection.execute(
        "select ranking_id, edition, rank_count, city_count from edition_summaries"
        " where category_id = 'overall' and group_type = 'all' order by ranking_id desc, edition"
    ).fetchall()
    counts = {(ranking, edition): f"{known} of {count}" for ranking, edition, known, count in rows}
    editions = sorted({edition for _, edition in counts})
    lines = [
        f"| `{ranking}` | "
        + " | ".join(counts.get((ranking, edition), "") for edition in editions)
        + " |"
        for ranking in dict.fromkeys(ranking for ranking, _ in counts)
    ]
    head = "| overall ranks known | " + " | ".join(map(str, editions)) + " |"
    return "\n".join(["", head, "|---" * (len(editions) + 1) + "|", *lines, ""])


def drawn(text: str, manifest: dict[str, Any], connection: duckdb.DuckDBPyConnection) -> str:
    """Return a page with its pictures drawn anew.

    Args:
        text: the page; a picture stands between `<!-- NAME, drawn by the build -->` and `<!-- -->`.
        manifest: dbt's manifest.json.
        connection: the published file.
    """
    pictures = {
        "lineage": lambda: lineage(manifest),
        "relations": lambda: relations(connection),
        "known ranks": lambda: known_ranks(connection),
        "ranks over time": lambda: ranks_over_time(connection),
    }

    def replaced(found: re.Match[str]) -> str:
        return f"{found[1]}\n{pictures[found[2]]()}\n<!-- -->"

    return re.sub(
        r"(<!-- ([a-z ]+), drawn by the build -->)\n.*?\n?<!-- -->", replaced, text, flags=re.DOTALL
    )


if __name__ == "__main__":
    built = json.loads((PROJECT_ROOT / "target" / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(PUBLISHED), read_only=True) as published:
        for name in PAGES:
            page = PROJECT_ROOT / name
            page.write_text(
                drawn(page.read_text(encoding="utf-8"), built, published), encoding="utf-8"
            )
