"""Ranges of unknown ranks and indices, found again city by city, with loops instead of windows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import duckdb

from tests.python.conftest import BuiltProject

ROUNDS = 2
BOUNDS = ("rank_from", "rank_to", "index_from", "index_to")
# The highest index can be reached; every other upper end is no part of its range.
ABOVE = Decimal("1e-12")


@dataclass(frozen=True)
class Range:
    """What is proved of a city in a category, or of whoever holds a rank (is_city is False)."""

    rank_from: int
    rank_to: int
    index_from: Decimal
    index_to: Decimal
    rules: dict[str, str]
    is_city: bool = True
    is_rank_known: bool = False
    is_index_known: bool = False

    def narrowed(self, rule: str, **bounds: Any) -> Range:
        """Return the range with those of the bounds that are narrower."""
        narrower = {
            name: value
            for name, value in bounds.items()
            if (value > getattr(self, name)) == name.endswith("_from")
            and value != getattr(self, name)
        }
        return replace(self, **narrower, rules=self.rules | dict.fromkeys(narrower, rule))


# By category and city.
Ranges = dict[str, dict[str, Range]]


@dataclass
class Edition:
    """One edition: its ranges, tree and published means."""

    ranges: Ranges
    city_counts: dict[str, int]
    taken: dict[str, set[int]]
    means: dict[str, tuple[Decimal, Decimal]]
    weights: dict[str, Decimal]
    is_root_mean: bool
    is_exclusive: bool
    rank_unit: Decimal


def ordered(edition: Edition, category: str) -> dict[str, Range]:
    """Return the ranges of a category, narrowed by the order of ranks and indices."""
    known, count = edition.ranges[category], edition.city_counts[category]
    result = {}
    for city, own in known.items():
        better = [r for r in known.values() if r.index_from >= own.index_to + edition.rank_unit]
        worse = [r for r in known.values() if r.index_to + edition.rank_unit <= own.index_from]
        result[city] = own.narrowed(
            "order",
            rank_from=1
            + max([sum(r.is_city for r in better), *(r.rank_from for r in better)], default=0),
            rank_to=min([count - sum(r.is_city for r in worse), *(r.rank_to - 1 for r in worse)]),
            index_from=max(
                (r.index_from for r in known.values() if r.rank_from > own.rank_to),
                default=Decimal(0),
            ),
            index_to=min(
                (r.index_to for r in known.values() if r.rank_to < own.rank_from),
                default=own.index_to,
            ),
        )
    return result


def limited(edition: Edition, category: str, city: str) -> Range:
    """Return a range, narrowed by taken ranks, the published mean and the mean of the categories."""
    own = edition.ranges[category][city]
    others = [r for name, r in edition.ranges[category].items() if r.is_city and name != city]
    first, last = own.rank_from, own.rank_to
    while edition.is_exclusive and not own.is_rank_known and first in edition.taken[category]:
        first += 1
    while edition.is_exclusive and not own.is_rank_known and last in edition.taken[category]:
        last -= 1
    result = own.narrowed("taken_ranks", rank_from=first, rank_to=last)
    mean_bounds, tree_bounds = {}, {}
    if own.is_city and category in edition.means:
        least, greatest = edition.means[category]
        mean_bounds = {
            "index_from": least - sum(r.index_to for r in others),
            "index_to": greatest - sum(r.index_from for r in others),
        }
    if own.is_city and edition.is_root_mean and category in {"overall", *edition.weights}:
        total = sum(edition.weights.values())
        root = edition.ranges["overall"][city]
        siblings = {
            name: (weight, edition.ranges[name][city])
            for name, weight in edition.weights.items()
            if name != category
        }
        low = sum((w * r.index_from for w, r in siblings.values()), Decimal(0))
        high = sum((w * r.index_to for w, r in siblings.values()), Decimal(0))
        if category == "overall":
            tree_bounds = {"index_from": low / total, "index_to": high / total}
        else:
            weight = edition.weights[category]
            tree_bounds = {
                "index_from": (total * root.index_from - high) / weight,
                "index_to": (total * root.index_to - low) / weight,
            }
    return result.narrowed("published_mean", **mean_bounds).narrowed(
        "mean_of_categories", **tree_bounds
    )


def read_editions(connection: duckdb.DuckDBPyConnection) -> dict[str, Edition]:
    """Return every edition with an index that is not computed, as its known figures leave it."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    editions: dict[str, Edition] = {}
    for key, scale, unit, is_exclusive in rows(
        "select edition_key, scale_maximum, power(10, -index_digits)::decimal(18, 4),"
        " rank_taken_on = 'unrounded' from main_intermediate.int_editions where edition_key in"
        " (select edition_key from main_intermediate.int_ranks where computed_index is null)"
    ):
        tree = rows(
            "select node_id, node_type, weight, aggregation from main_intermediate.int_edition_nodes"
            f" where edition_key = '{key}' and 'overall' in (node_id, parent_node_id)"
        )
        below = [row for row in tree if row[0] != "overall"]
        edition = Edition(
            ranges=defaultdict(dict),
            city_counts=defaultdict(int),
            taken=defaultdict(set),
            means={},
            weights={name: weight for name, _, weight, _ in below},
            is_root_mean=all(kind == "category" for _, kind, _, _ in below)
            and all(how == "arithmetic" for name, _, _, how in tree if name == "overall"),
            is_exclusive=is_exclusive,
            rank_unit=Decimal(0) if is_exclusive else unit,
        )
        figures = [
            (city, node, rank, index, digits, True)
            for city, node, rank, index, digits in rows(
                "select city_id, node_id, rank, coalesce(ranks.published_index, index_value),"
                " coalesce(published_index_digits, index_digits)"
                " from main_intermediate.int_ranks as ranks"
                " inner join main_intermediate.int_editions using (edition_key)"
                " left join main_intermediate.int_published_results"
                f" using (edition_key, city_id, node_id) where edition_key = '{key}'"
            )
        ]
        for _, node, rank, _, _, _ in figures:
            edition.city_counts[node] += 1
            edition.taken[node] |= {rank} - {None}
        statistics = rows(
            "select category_id, statistic, rank, published_value, value_digits"
            f" from main_staging.stg_published_edition_statistics where edition_key = '{key}'"
        )
        for node, statistic, rank, value, digits in statistics:
            if statistic == "index_at_rank":
                figures.append((f"rank {rank}", node, rank, value, digits, False))
            else:
                count, error = edition.city_counts[node], Decimal(5).scaleb(-digits - 1)
                edition.means[node] = (count * (value - error), count * (value + error))
        for city, node, rank, index, digits, is_city in figures:
            half: Decimal | None = None if index is None else Decimal(5).scaleb(-digits - 1)
            edition.ranges[node][city] = Range(
                rank_from=rank or 1,
                rank_to=rank or edition.city_counts[node],
                index_from=Decimal(0) if half is None else max(index - half, Decimal(0)),
                index_to=min(scale + ABOVE if half is None else index + half, scale + ABOVE),
                rules={
                    bound: "known"
                    if (rank if bound.startswith("rank") else half) is not None
                    else "limit"
                    for bound in BOUNDS
                },
                is_city=is_city,
                is_rank_known=rank is not None,
                is_index_known=half is not None,
            )
        editions[key] = edition
    return editions


def expected_ranges(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], Range]:
    """Return the range of every city and category whose rank or index is not known."""
    found: dict[tuple[str, ...], Range] = {}
    for key, edition in read_editions(connection).items():
        for _ in range(ROUNDS):
            edition.ranges = {name: ordered(edition, name) for name in edition.ranges}
            edition.ranges = {
                name: {city: limited(edition, name, city) for city in ranges}
                for name, ranges in edition.ranges.items()
            }
        found |= {
            (key, name, city): own
            for name, ranges in edition.ranges.items()
            for city, own in ranges.items()
            if own.is_city and not (own.is_rank_known and own.is_index_known)
        }
    return found


def check_ranges(connection: duckdb.DuckDBPyConnection) -> None:
    """Compare every row of result_ranges, bounds and rules, with the reference."""
    columns = ", ".join(f"{bound}, {bound}_rule" for bound in BOUNDS)
    rows = connection.execute(
        f"select edition_key, category_id, city_id, {columns} from main.result_ranges"
    ).fetchall()
    found = {row[:3]: row[3:] for row in rows}
    expected = expected_ranges(connection)
    assert found.keys() == expected.keys()
    assert len(found) > 3000
    for place, own in expected.items():
        values = dict(zip(BOUNDS, found[place][::2], strict=True))
        assert dict(zip(BOUNDS, found[place][1::2], strict=True)) == own.rules, place
        assert (values["rank_from"], values["rank_to"]) == (own.rank_from, own.rank_to), place
        for bound in ("index_from", "index_to"):
            assert abs(values[bound] - getattr(own, bound)) < Decimal("1e-9"), (place, bound)


def test_ranges_of_the_real_ranking(built_project: BuiltProject) -> None:
    """No figure that the seeds leave open has another range than the reference finds."""
    with duckdb.connect(str(built_project.database), read_only=True) as connection:
        check_ranges(connection)
