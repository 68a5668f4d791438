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


@dataclass(frozen=True)
class HistoryPoint:
    """A place in an edition.

    Args:
        edition: year.
        x: position on the axis of editions.
        y: position on the axis of places, 1 on top.
        rank: place; None where it is not known.
        mark: the letter that marks it.
    """

    edition: int
    x: str
    y: str | None
    rank: int | None
    mark: str


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


def history_chart(places: list[tuple[int, int | None, str]], city_count: int) -> HistoryChart:
    """Return the chart of the places over the editions.

    Args:
        places: edition, place and its mark, oldest first.
        city_count: the last place of the axis.
    """
    width = HISTORY_WIDTH - HISTORY_LEFT - HISTORY_RIGHT
    height = HISTORY_HEIGHT - HISTORY_TOP - HISTORY_BOTTOM

    def y_of(rank: int) -> str:
        return rounded(HISTORY_TOP + Decimal(height) * (rank - 1) / max(city_count - 1, 1))

    points = [
        HistoryPoint(
            edition,
            rounded(HISTORY_LEFT + Decimal(width) * (2 * number + 1) / (2 * len(places))),
            None if rank is None else y_of(rank),
            rank,
            mark,
        )
        for number, (edition, rank, mark) in enumerate(places)
    ]
    path = ""
    pen_is_down = False
    for point in points:
        if point.y is not None:
            path += f"{'L' if pen_is_down else 'M'}{point.x} {point.y}"
        pen_is_down = point.y is not None
    ticks = range(20, city_count - 5, 20)
    return HistoryChart(points, path, [(rank, y_of(rank)) for rank in (1, *ticks, city_count)])
