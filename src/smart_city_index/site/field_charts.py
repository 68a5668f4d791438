"""Geometry of the charts of a whole field: lines of places, swarms, intervals, a map."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from .charts import rounded

WIDTH = 440
# Room for the names at the end of lines.
NAMES_WIDTH = 136
LEFT = 22
TOP = 20
LINE_HEIGHT = 13.5
MOST_HEIGHT = 560
SWARM_HEIGHT = 84
RADIUS = Decimal("2.7")
NEAREST = 2 * RADIUS
# A degree of latitude on the map.
MAP_UNITS = 52
MAP_MARGIN = 14
LABEL_WIDTH = 76


@dataclass(frozen=True)
class Line:
    """The places of a city over the editions.

    Args:
        name: the city.
        path: its line, which breaks where a place is not known.
        label_y: where its name stands; None if it is not named.
        kind: `leader`, `climber`, `faller` or empty.
        rank: its last place.
    """

    name: str
    path: str
    label_y: str | None
    kind: str
    rank: int | None


@dataclass(frozen=True)
class Bump:
    """The places of a field over the editions.

    Args:
        lines: those without a kind first, so that the others lie on top.
        editions: year and horizontal position.
        ticks: place and vertical position.
        height: of the drawing.
    """

    lines: list[Line]
    editions: list[tuple[int, str]]
    ticks: list[tuple[int, str]]
    height: int


def spread(wanted: list[float], distance: float, highest: float) -> list[float]:
    """Return positions near the wanted ones, in their order, that keep a distance.

    Args:
        wanted: ascending positions.
        distance: the least distance.
        highest: the last position allowed.
    """
    placed: list[float] = []
    for one in wanted:
        placed.append(max(one, placed[-1] + distance) if placed else one)
    for number in range(len(placed) - 1, -1, -1):
        after = placed[number + 1] - distance if number + 1 < len(placed) else highest
        placed[number] = min(placed[number], after)
    return placed


def bump(
    names: dict[str, str],
    ranks: dict[str, dict[int, int]],
    kinds: dict[str, str],
    editions: list[int],
    last: int,
) -> Bump:
    """Return the chart of all places over the editions.

    Args:
        names: of the cities, by id.
        ranks: their known places by edition.
        kinds: of the cities that are named.
        editions: oldest first.
        last: the last place of the field.
    """
    step = min(6.5, MOST_HEIGHT / max(last - 1, 1))
    height = TOP + step * (last - 1) + 26
    across = (WIDTH - LEFT - NAMES_WIDTH - 6) / max(len(editions) - 1, 1)

    def x_of(number: int) -> str:
        return f"{LEFT + 6 + number * across:.1f}"

    def y_of(rank: int) -> float:
        return TOP + (rank - 1) * step

    def path_of(of_city: dict[int, int]) -> str:
        path = ""
        for number, year in enumerate(editions):
            if year in of_city:
                point = f"{x_of(number)} {y_of(of_city[year]):.1f}"
                begins = number == 0 or editions[number - 1] not in of_city
                path += f"M{point}h0" if begins else f"L{point}"
        return path

    named = sorted(
        (city for city in kinds if editions[-1] in ranks[city]),
        key=lambda city: ranks[city][editions[-1]],
    )
    labels = spread([y_of(ranks[city][editions[-1]]) for city in named], LINE_HEIGHT, height - 8)
    label_of = dict(zip(named, labels, strict=True))
    lines = [
        Line(
            names[city],
            path_of(of_city),
            f"{label_of[city]:.1f}" if city in label_of else None,
            kinds.get(city, ""),
            of_city.get(editions[-1]),
        )
        for city, of_city in ranks.items()
        if of_city
    ]
    tick = next(one for one in (10, 20, 50, 100, 200, 500, 1000, 5000, 10**6) if last / one <= 9)
    return Bump(
        sorted(lines, key=lambda line: bool(line.kind)),
        [(year, x_of(number)) for number, year in enumerate(editions)],
        [(rank, f"{y_of(rank):.1f}") for rank in (1, *range(tick, last + 1, tick))],
        round(height),
    )


@dataclass(frozen=True)
class Swarm:
    """The indices of a field in a category, as dots that do not cover each other.

    Args:
        dots: name, index, and position of each.
        first: the dot of the best; `last` of the worst.
        last: the dot of the worst.
    """

    dots: list[tuple[str, Decimal, str, str]]
    first: tuple[str, Decimal, str, str]
    last: tuple[str, Decimal, str, str]


def swarm(values: list[tuple[str, Decimal]], scale: Decimal) -> Swarm:
    """Return the dots of a category.

    Args:
        values: name and index.
        scale: the highest index; the lowest is 0.
    """
    width = Decimal(WIDTH - 2 * LEFT)
    middle = Decimal(SWARM_HEIGHT) / 2
    placed: list[tuple[Decimal, Decimal]] = []
    dots = []
    for name, value in sorted(values, key=lambda one: one[1]):
        x = LEFT + value / scale * width
        near = [(other, y) for other, y in placed[-60:] if x - other < NEAREST]
        taken = [(y, Decimal(math.sqrt(float(NEAREST**2 - (x - other) ** 2)))) for other, y in near]
        options = [Decimal(0), *(y + side * room for y, room in taken for side in (-1, 1))]
        free = [
            one
            for one in options
            if all(abs(one - y) >= room - Decimal("0.001") for y, room in taken)
        ]
        y = min(free or [Decimal(0)], key=abs)
        placed.append((x, y))
        limit = middle - RADIUS
        dots.append((name, value, rounded(x), rounded(middle + max(-limit, min(limit, y)))))
    return Swarm(dots, dots[-1], dots[0])


@dataclass(frozen=True)
class MapPoint:
    """A city on the map.

    Args:
        city_id: the city.
        name: its name.
        rank: its place; None where it is not known.
        x: position from the west.
        y: position from the north.
        is_named: whether its name stands beside it.
    """

    city_id: str
    name: str
    rank: int | None
    x: str
    y: str
    is_named: bool


@dataclass(frozen=True)
class Map:
    """A map of the cities.

    Args:
        outline: path of the borders; empty if there is none.
        points: the cities, the last places first.
        width: of the drawing.
        height: of the drawing.
    """

    outline: str
    points: list[MapPoint]
    width: int
    height: int


def rings_of(path: Path) -> list[list[tuple[float, float]]]:
    """Return the outer rings of a GeoJSON file with one feature, as longitude and latitude.

    Raises:
        OSError: it cannot be read.
        KeyError, ValueError: it is no such file.
    """
    geometry = json.loads(path.read_text("utf-8"))["geometry"]
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return [[(float(x), float(y)) for x, y in polygon[0]] for polygon in polygons]


def draw_map(
    cities: Iterable[tuple[str, str, int | None, float, float]],
    rings: list[list[tuple[float, float]]],
    named: int = 12,
) -> Map:
    """Return the map of cities.

    Args:
        cities: id, name, place, longitude and latitude.
        rings: borders, as longitude and latitude.
        named: how many names stand on it at most.
    """
    cities = list(cities)
    ends = [(x, y) for ring in rings for x, y in ring] or [(one[3], one[4]) for one in cities]
    west, north = min(x for x, _ in ends), max(y for _, y in ends)
    south = min(y for _, y in ends)
    narrowing = math.cos(math.radians((north + south) / 2))
    scale = MAP_UNITS * 8 / max(north - south, 0.1)

    def place(longitude: float, latitude: float) -> tuple[float, float]:
        x = MAP_MARGIN + (longitude - west) * narrowing * scale
        return x, MAP_MARGIN + (north - latitude) * scale

    outline = "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(*one) for one in ring)) + "Z"
        for ring in rings
    )
    labels: list[tuple[float, float]] = []
    points = []
    for city_id, name, rank, longitude, latitude in sorted(cities, key=lambda one: one[2] or 10**9):
        x, y = place(longitude, latitude)
        is_free = all(
            abs(x - other_x) > LABEL_WIDTH or abs(y - other_y) > LINE_HEIGHT + 1
            for other_x, other_y in labels
        )
        is_named = rank is not None and is_free and len(labels) < named
        if is_named:
            labels.append((x, y))
        points.append(MapPoint(city_id, name, rank, f"{x:.1f}", f"{y:.1f}", is_named))
    width = max(place(x, y)[0] for x, y in ends) + MAP_MARGIN
    return Map(outline, points[::-1], round(width), round(place(west, south)[1] + MAP_MARGIN))
