"""The published query own_weights.sql with other weights and another edition, as it advises."""

from __future__ import annotations

import re


def with_choice(query: str, weights: str, ranking_id: str, edition: int) -> str:
    """Return the query for some weights and an edition.

    Args:
        query: the published query.
        weights: rows of category and weight, as SQL.
        ranking_id: the ranking.
        edition: the edition.
    """
    query, listed = re.subn(r"values \('', 1\.0\)", f"values {weights}", query)
    chosen = f"chosen (ranking_id, edition) as (values ('{ranking_id}', {edition})),\n\n-- One unit"
    query, replaced = re.subn(
        r"chosen as \(.*?\n\),\n\n-- One unit", chosen, query, flags=re.DOTALL
    )
    assert (listed, replaced) == (1, 1)
    return query
