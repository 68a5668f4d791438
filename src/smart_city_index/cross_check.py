"""Compare imported figures with each other and with what the seeds know of their edition.

A printed figure is the interval that it was rounded from: only what no figures in the intervals can
explain is a contradiction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from .copied_text import INDEX, RANK, SCORE, TENDENCY, Edition, Reading
from .seed_rows import Row

Interval = tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Recorded:
    """A row that the seeds have: where it stands, and its texts by column."""

    file: str
    line: int
    row: Row


@dataclass
class Known:
    """What the seeds say about an edition.

    Attributes:
        ranking, edition: which one it is.
        about: its tree and its cities.
        orders: place of every node in its tree, by ranking and edition.
        recorded: rows of figures by city and node (of a city's facts: an empty text).
        previous_ranks: recorded ranks of the edition before, by node and city.
        contradictions: rows of known_contradictions by city, node and figure.
    """

    ranking: str
    edition: str
    about: Edition
    orders: Mapping[tuple[str, str], Mapping[str, Any]]
    recorded: dict[tuple[str, str], Recorded] = field(default_factory=dict)
    previous_ranks: dict[tuple[str, str], int] = field(default_factory=dict)
    contradictions: dict[tuple[str, str, str], Row] = field(default_factory=dict)


def interval(text: str, digits: int) -> Interval:
    """Return what a figure printed with so many digits may stand for."""
    half = Decimal(5).scaleb(-digits - 1)
    return Decimal(text) - half, Decimal(text) + half


class CrossCheck:
    """Compares what a text states with what else is known of the edition.

    Attributes:
        known: what the seeds say.
        reading: the text; takes up the findings.
        accepted: contradictions that the user accepts, CITY:NODE:FIGURE.
        figures: texts by city and node, those of the seeds and of the text.
    """

    def __init__(self, known: Known, reading: Reading, accepted: set[str]) -> None:
        self.known = known
        self.nodes = known.about.nodes
        self.reading = reading
        self.accepted = accepted
        self.unused = set(accepted)
        self.figures: dict[tuple[str, str], Row] = {
            key: dict(recorded.row) for key, recorded in known.recorded.items()
        }
        for key, statement in reading.statements.items():
            old = {column: text for column, text in self.figures.get(key, {}).items() if text}
            self.figures[key] = {**statement.figures, **old}

    def run(self) -> None:
        """Find every contradiction in which a figure of the text takes part."""
        stated = [key for key in self.reading.statements if key[1]]
        nodes = {node for _, node in stated if self.nodes[node].is_category}
        parents = {(city, self.nodes[node].parent) for city, node in stated}
        for city, node in sorted({*stated, *parents}):
            if node and self.nodes[node].is_category:
                self.check_index(city, node)
        for node in nodes:
            self.check_ranks(node, {city for city, other in stated if other == node})
        for name in sorted(self.unused if not self.reading.findings else ()):
            self.reading.find(0, name, "--accept has no effect", "Leave it out.")

    def contradiction(
        self, city: str, node: str, figure: str, rule: str, computed: Interval | None = None
    ) -> None:
        """Take up a contradiction, unless it is a known one or accepted.

        Args:
            city: the city.
            node: the node.
            figure: rank, tendency or index.
            rule: what contradicts it.
            computed: what the other figures give, if they do.
        """
        name = f"{city}:{node}:{figure}"
        value = self.figures[city, node][f"published_{figure}"]
        listed = self.known.contradictions.get((city, node, figure))
        is_listed = listed is not None and Decimal(listed["published_value"]) == Decimal(value)
        if is_listed and listed and computed:
            least, greatest = interval(listed["contradicting_value"], self.digits(city, node))
            is_listed = computed[0] <= greatest and least <= computed[1]
        if name in self.accepted or is_listed:
            self.unused.discard(name)
            return
        children = [name for name, child in self.nodes.items() if child.parent == node]
        line = next(filter(None, (self.line(city, name) for name in (node, *children))))
        advice = f"Look at the source; if it is the publisher's, say --accept {name}."
        self.reading.find(line, value, f"{rule} ({city}, {node})", advice, f"published_{figure}")

    def line(self, city: str, node: str) -> int:
        """Return the line of the text that states a figure; 0 if none does."""
        statement = self.reading.statements.get((city, node))
        return statement.line if statement else 0

    def other(self, city: str, node: str) -> str:
        """Return a city with its line, if the text states its figure."""
        line = self.line(city, node)
        return f"{city} (line {line})" if line else city

    def digits(self, city: str, node: str) -> int:
        """Return the digits after the point of an index or a score that is known."""
        figures = self.figures[city, node]
        text = figures.get("index_digits")
        return int(text) if text else len(figures.get(SCORE, "").partition(".")[2])

    def known_interval(self, city: str, node: str) -> Interval | None:
        """Return what an index or a score that is printed may stand for; None if there is none."""
        row = self.figures.get((city, node), {})
        text = row.get(INDEX) if self.nodes[node].is_category else row.get(SCORE)
        if not text or not (
            self.nodes[node].is_category or self.nodes[node].row["normalisation"] == "none"
        ):
            return None
        return interval(text, self.digits(city, node))

    def computed(self, city: str, node: str) -> Interval | None:
        """Return the index that the figures right below a node give; None if they do not."""
        row = self.nodes[node].row
        children = [name for name, child in self.nodes.items() if child.parent == node]
        intervals = [self.known_interval(city, child) for child in children]
        if row["aggregation"] != "arithmetic" or not children or None in intervals:
            return None
        share = Decimal(row["project_cap_share"] or 0)
        scale = Decimal(self.known.about.methodology["scale_maximum"])
        ends = []
        for end in (0, 1):
            total, weights, points = Decimal(0), Decimal(0), Decimal(0)
            for child, found in zip(children, intervals, strict=True):
                assert found is not None
                if self.nodes[child].row["role"] == "project":
                    points += found[end]
                else:
                    weight = Decimal(self.nodes[child].row["weight"])
                    total, weights = total + weight * found[end], weights + weight
            points = min(points, share * scale * weights)
            ends.append((total + points) / weights / (1 + share))
        return ends[0], ends[1]

    def check_index(self, city: str, node: str) -> None:
        """Compare a printed index with what the figures below it give."""
        printed, computed = self.known_interval(city, node), self.computed(city, node)
        if printed and computed and (computed[1] < printed[0] or printed[1] < computed[0]):
            shown = " to ".join(f"{end:.3f}" for end in computed)
            rule = f"is not the index that the figures below it give, which is {shown}"
            self.contradiction(city, node, "index", rule, computed)

    def check_ranks(self, node: str, stated: set[str]) -> None:
        """Compare ranks, tendencies and indices of a node with those of all other cities.

        Args:
            node: the category.
            stated: the cities that the text states it of.
        """
        is_exact = self.known.about.methodology["rank_taken_on"] == "unrounded"
        ranked: list[tuple[int, str]] = []
        for (city, other), row in self.figures.items():
            if other == node and row.get(RANK):
                ranked.append((int(row[RANK]), city))
        ranked.sort()
        for (rank, city), (next_rank, next_city) in pairwise(ranked):
            if rank == next_rank and is_exact and {city, next_city} & stated:
                named, holder = (city, next_city) if city in stated else (next_city, city)
                rule = f"is also the rank of {self.other(holder, node)}"
                self.contradiction(named, node, "rank", rule)
        with_index = [
            (rank, city, found)
            for rank, city in ranked
            if (found := self.known_interval(city, node))
        ]
        for (rank, city, index), (next_rank, next_city, next_index) in pairwise(with_index):
            is_wrong = next_index[0] >= index[1] or (
                not is_exact and rank == next_rank and index != next_index
            )
            if is_wrong and {city, next_city} & stated:
                named, other = (city, next_city) if city in stated else (next_city, city)
                rule = f"does not stand in the order of the ranks: see {self.other(other, node)}"
                self.contradiction(named, node, "index", rule)
        self.check_tendencies(node, ranked, stated)

    def check_tendencies(self, node: str, ranked: list[tuple[int, str]], stated: set[str]) -> None:
        """Compare tendencies with the ranks before, recorded or implied by other tendencies."""
        before = {
            rank: city for (other, city), rank in self.known.previous_ranks.items() if other == node
        }
        is_exact = self.known.about.methodology["rank_taken_on"] == "unrounded"
        for rank, city in sorted(ranked, key=lambda item: item[1] in stated):
            tendency = self.figures[city, node].get(TENDENCY)
            if not tendency:
                continue
            implied = rank + int(tendency)
            recorded = self.known.previous_ranks.get((node, city), implied)
            rule = ""
            if city in self.known.about.newcomers:
                rule = "must be empty: the city was not in the edition before"
            elif implied != recorded:
                rule = f"is not rank {recorded} of the edition before less rank {rank}"
            elif is_exact and before.setdefault(implied, city) != city:
                other = self.other(before[implied], node)
                rule = f"implies the rank {implied} before, which is that of {other}"
            if rule and city in stated:
                self.contradiction(city, node, "tendency", rule)
