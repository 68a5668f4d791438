"""Geometry of the charts, from exact numbers; the templates draw it as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

HISTORY_WIDTH = 360
HISTORY_HEIGHT = 150
HISTORY_LEFT = 30
HISTORY_RIGHT = 24
HISTORY_TOP = 22
HISTORY_BOTTOM = 24
MOST_TICKS = 5


def rounded(value: Decimal | int) -> str:
    """Return a length with two digits, without superfluous zeros."""
    return f"{Decimal(value):.2f}".rstrip("0").rstrip(".")


def scaled(value: Decimal, largest: Decimal, length: int = 100) -> str:
    """Return the length that stands for the size of a value.

    Args:
        value: what is drawn; its sign does not count.
        largest: the value that fills the length; nothing is drawn if it is 0.
        length: the full length.
    """
    return rounded(abs(value) / largest * length) if largest else "0"


SPARK_STEP = 14
SPARK_HEIGHT = 24
SPARK_MARGIN = 3


def spark_width(count: int) -> int:
    """Return the width of a spark line of so many editions."""
    return max(count - 1, 1) * SPARK_STEP + 2 * SPARK_MARGIN


def sparkline(ranks: list[int | None], last: int) -> tuple[str, str] | None:
    """Return the paths of a line of places, place 1 on top, and of the dot at its end.

    The line breaks where a place is not known. A dot is a line of no length, with round ends.

    Args:
        ranks: the places, oldest first.
        last: the last place of the axis.

    Returns:
        None if no place is known.
    """
    height = SPARK_HEIGHT - 2 * SPARK_MARGIN
    path = point = ""
    for number, rank in enumerate(ranks):
        if rank is None:
            continue
        y = rounded(SPARK_MARGIN + Decimal(height) * (rank - 1) / max(last - 1, 1))
        point = f"{SPARK_MARGIN + number * SPARK_STEP} {y}"
        path += f"L{point}" if number and ranks[number - 1] is not None else f"M{point}h0"
    return (path, f"M{point}h0") if path else None


@dataclass(frozen=True)
class HistoryPoint:
    """A place in an edition.

    Args:
        edition: year.
        x: position on the axis of editions.
        y: position on the axis of places, 1 on top.
        rank: place; None where it is not known.
        mark: the letter that marks it.
        is_valley: whether the places before and after are not worse, so that a label has room
            below.
    """

    edition: int
    x: str
    y: str | None
    rank: int | None
    mark: str
    is_valley: bool


@dataclass(frozen=True)
class HistoryChart:
    """A line of places with gaps.

    Args:
        points: one for each edition.
        path: the line; it breaks where a place is not known.
        ticks: labels of the axis of places, with their position.
    """

    points: list[HistoryPoint]
    path: str
    ticks: list[tuple[int, str]]


def fitted_axis(ranks: list[int], last: int) -> tuple[int, int, list[int]]:
    """Return the first and the last place of an axis that fits places, and its ticks.

    Args:
        ranks: the places; at least one.
        last: the last place of the field.
    """
    room = max(2, (max(ranks) - min(ranks)) // 4)
    first, end = max(1, min(ranks) - room), min(last, max(ranks) + room)
    end = max(end, first + 1)
    step = next(
        digit * 10**power
        for power in range(8)
        for digit in (1, 2, 5)
        if (end - first) / (digit * 10**power) <= MOST_TICKS
    )
    # Place 1 has a tick of its own, and then none beside it.
    ticks = [one for one in range(first, end + 1) if one % step == 0]
    return first, end, [1, *(one for one in ticks if one > step / 2 + 1)] if first == 1 else ticks


def history_chart(places: list[tuple[int, int | None, str]], city_count: int) -> HistoryChart:
    """Return the chart of the places over the editions, on an axis that fits them.

    Args:
        places: edition, place and its mark, oldest first.
        city_count: the last place of the field.
    """
    width = HISTORY_WIDTH - HISTORY_LEFT - HISTORY_RIGHT
    height = HISTORY_HEIGHT - HISTORY_TOP - HISTORY_BOTTOM
    known = [rank for _, rank, _ in places if rank is not None]
    first, last, ticks = fitted_axis(known or [1, city_count], city_count)

    def y_of(rank: int) -> str:
        return rounded(HISTORY_TOP + Decimal(height) * (rank - first) / (last - first))

    points = [
        HistoryPoint(
            edition,
            rounded(HISTORY_LEFT + Decimal(width) * (2 * number + 1) / (2 * len(places))),
            None if rank is None else y_of(rank),
            rank,
            mark,
            rank is not None
            and all(
                one is None or one < rank
                for _, one, _ in (
                    *places[max(0, number - 1) : number],
                    *places[number + 1 : number + 2],
                )
            ),
        )
        for number, (edition, rank, mark) in enumerate(places)
    ]
    path = ""
    pen_is_down = False
    for point in points:
        if point.y is not None:
            path += f"{'L' if pen_is_down else 'M'}{point.x} {point.y}"
        pen_is_down = point.y is not None
    return HistoryChart(points, path, [(rank, y_of(rank)) for rank in ticks])


DISTRIBUTION_WIDTH = 360
DISTRIBUTION_HEIGHT = 110
DISTRIBUTION_BINS = 50
MOST_MARKS = 400


@dataclass(frozen=True)
class Stack:
    """The scores that fall into a narrow part of the scale.

    Args:
        x: left end.
        marks: vertical position and name of each, or one without a name for all of them.
        height: of a mark.
    """

    x: str
    marks: list[tuple[str, str]]
    height: str


@dataclass(frozen=True)
class Distribution:
    """The scores of a field.

    Args:
        stacks: from the lowest scores to the highest.
        top: vertical position above the highest stack.
    """

    stacks: list[Stack]
    top: int


def distribution(scores: list[tuple[str, Decimal]], scale: Decimal) -> Distribution:
    """Return the scores of a field as stacks over the scale.

    Args:
        scores: name and score.
        scale: the highest score; the lowest is 0.
    """
    bins: dict[int, list[str]] = {}
    for name, score in scores:
        number = min(DISTRIBUTION_BINS - 1, int(score * DISTRIBUTION_BINS / scale))
        bins.setdefault(number, []).append(name)
    highest = max(map(len, bins.values()))
    unit = min(Decimal(7), Decimal(DISTRIBUTION_HEIGHT) / highest)
    width = Decimal(DISTRIBUTION_WIDTH) / DISTRIBUTION_BINS
    stacks = []
    for number, names in sorted(bins.items()):
        shown = len(scores) <= MOST_MARKS
        height = unit if shown else unit * len(names)
        stacks.append(
            Stack(
                rounded(number * width),
                [
                    (rounded(DISTRIBUTION_HEIGHT - height * (place + 1)), name)
                    for place, name in enumerate(names if shown else [""])
                ],
                rounded(height * Decimal("0.86") if shown else height),
            )
        )
    return Distribution(stacks, int(DISTRIBUTION_HEIGHT - unit * highest) - 4)
