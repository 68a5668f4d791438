"""Generate the simulated field: a complete Smart City Index field for 2024 and 2025.

The published ranking has gaps: no table is complete, and only a few indicator sets are
public. This script simulates a complete field down to the indicator, tuned so that the
published figures come out: the row of Düsseldorf (rank, tendency, index) and every published
pair of rank and index, overall and per category. All cities but Düsseldorf are invented.
Düsseldorf enters 2025 with its published scores (they are read, not written); its 2024 scores
are simulated.

Run it from anywhere, with the standard library only::

    python scripts/simulate_field.py
    python scripts/simulate_field.py --output-dir /tmp/simulated

It writes ``simulated_cities.csv``, ``simulated_field_members.csv`` and
``simulated_indicator_scores.csv`` (default: ``seeds/simulated``) and is deterministic: the same
seeds give the same bytes on every platform.

How it works, per edition:

1. A curve per category and one for the overall index: the index at each place, drawn through
   the published pairs and fitted to the mean of the field.
2. Every city has a place in the overall ranking, and a latent strength per category that gives
   its first place there. Swapping the places of two cities in a category brings the sum of a
   city's five category indices to five times its overall index; the last difference is moved
   out between the neighbouring places, so that all ranks stay.
3. The reached category index is an exact number of tenths of points. The regular scores are
   drawn, project points are set, and the scores are moved on their scales until the sum is exact.
4. Everything is computed again with fractions from the rows to be written, and compared with
   the published figures. A difference raises ``SimulationError`` and nothing is written.

All decisions are taken on integers. Units: a *score* is counted in tenths of points (0 to
1000); a *category index* in ``UNITS_PER_POINT`` (2205) units per index point, in which a tenth of
a point in one score is a whole number for six and for seven indicators; the *sum* of the five
category indices in the same unit, so the overall index is the sum over ``5 * UNITS_PER_POINT``.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
SEEDS = PROJECT_ROOT / "seeds"
DEFAULT_OUTPUT_DIR = SEEDS / "simulated"

METHODOLOGY_ID = "sci_2025"
REAL_RANKING = "smart_city_index"
SIMULATED_RANKING = "simulated_field"
SOURCE = "simulated: scripts/simulate_field.py"
REAL_CITY = "duesseldorf"
OVERALL = "overall"
FIRST_EDITION, SECOND_EDITION = "2024", "2025"
EDITIONS = (FIRST_EDITION, SECOND_EDITION)

SEED = 2027
UNITS_PER_POINT = 2205
INDEX_MAXIMUM = 100
BEST_SCORE = 1000
PROJECT_SHARE = 20  # one part in twenty (5 percent) of the regular points
PROJECT_STEP = 50  # tenths of points
SIMULATED_CITY_COUNT = 82
NEW_CITY_PLACE = 79  # place in 2025 of the one city that was not in the field of 2024

# Design of the field where nothing is published. Index values in tenths of index points.
BEND_UNIT = 10**6
BEND_POWER = 4
OVERALL_KNOTS = {FIRST_EDITION: {}, SECOND_EDITION: {83: 462}}
CATEGORY_KNOTS = {
    FIRST_EDITION: {
        "administration": {38: 742, 82: 325},
        "energy_environment": {1: 862, 38: 621, 82: 221},
        "it_communication": {36: 719, 82: 330},
        "mobility": {40: 702, 82: 297},
        "society_education": {40: 763, 82: 325},
    },
    SECOND_EDITION: {
        "administration": {22: 864, 83: 425},
        "energy_environment": {1: 881, 8: 812, 83: 322},
        "it_communication": {10: 898, 24: 835, 83: 425},
        "mobility": {22: 808, 83: 365},
        "society_education": {22: 848, 83: 405},
    },
}
# Mean of a category less the mean of the overall index; the five add up to zero.
CATEGORY_MEAN_OFFSETS = {
    FIRST_EDITION: {
        "administration": 27,
        "energy_environment": -92,
        "it_communication": 2,
        "mobility": 10,
        "society_education": 53,
    },
    SECOND_EDITION: {
        "administration": 33,
        "energy_environment": -75,
        "it_communication": 32,
        "mobility": -15,
        "society_education": 25,
    },
}
# Category indices of Düsseldorf in the first edition; the remaining category follows from the
# published overall index.
REAL_CITY_DESIGN = {
    "administration": 879,
    "energy_environment": 556,
    "mobility": 862,
    "society_education": 952,
}
SPACING = (2, 9)  # the relative distance of two places is the product of two such draws
OVERALL_STEP = 60  # units of the sum by which two places differ at least

# Spread of the latent variables.
PLACE_NOISE = 90  # tenths of places by which a usual city moves between the editions
JUMP_NOISE = 320  # the same for a city that jumps
JUMP_ONE_IN = 8
PROFILE_SPREAD = 75  # tenths of index points, lasting strength of a city in a category
PROFILE_NOISE = 35  # tenths of index points, of one edition
ITEM_SPREAD = 300  # tenths of points, lasting strength of a city in an indicator
ITEM_NOISE = 90  # tenths of points, of one edition
FULL_ROOM = 300  # tenths of points to the end of the scale at which indicators differ fully
PROJECT_SPREAD = 45  # tenths of points
PROJECT_INDEX_RANGE = (380, 880)  # category indices that stand for no and for all project points
SEARCH_STEPS = 4  # points by which a score may move to meet the last difference
SWAP_WEIGHTS = ((1, 1), (4, 1), (16, 1), (1, 0))  # weight of the sum, weight of the latent value

# Per regular indicator: points of the best city (None: measured on a fine scale), and how much
# easier (+) or harder (-) it is than its category, in tenths of points.
INDICATOR_DESIGN: dict[str, tuple[int | None, int]] = {
    "internal_processes": (14, -170),
    "payment": (27, 210),
    "online_appointments": (49, 60),
    "ozg_services": (None, -60),
    "website_social_media": (20, 110),
    "citizen_requests": (None, -20),
    "service_portal": (24, -30),
    "smart_street_lighting": (12, 60),
    "energy_solutions": (54, -230),
    "environmental_monitoring": (20, 120),
    "electric_vehicle_share": (None, 0),
    "charging_infrastructure": (None, 30),
    "low_emission_buses": (None, -190),
    "broadband": (None, 180),
    "fibre": (None, -340),
    "mobile_5g": (None, 240),
    "lpwan": (17, -170),
    "open_data_portal": (20, 60),
    "geoportal": (16, 130),
    "smart_city_data": (40, -70),
    "parking": (17, 40),
    "traffic_management": (23, 60),
    "smart_public_transport": (12, 80),
    "sharing_services": (None, -60),
    "multimodality": (16, 30),
    "last_mile_logistics": (None, -150),
    "school_digitalisation": (38, 100),
    "digital_skills": (20, 40),
    "digital_scene": (None, -120),
    "local_retail_startup_hubs": (12, -60),
    "fablabs_coworking": (None, -10),
    "public_participation": (33, 80),
}
RANK_SCORED = "electric_vehicle_share"  # scored by rank: 100 * (N - rank) / (N - 1)

STATE_SIZES = (22, 14, 11, 9, 7, 5, 4, 4, 2, 2, 1, 1)
# Cities per population band: lowest, highest, number of cities.
POPULATION_BANDS = (
    (100_000, 124_999, 21),
    (125_000, 179_999, 21),
    (180_000, 269_999, 17),
    (270_000, 499_999, 10),
    (500_000, 659_999, 9),
    (660_000, 1_500_000, 4),
)
POPULATION_NOISE = 40  # places by which size and strength of a city differ


class SimulationError(ValueError):
    """The seeds cannot be simulated, or a published figure does not come out."""


@dataclass(frozen=True)
class Category:
    """A category of the methodology: its regular indicators and its project row, page order."""

    category_id: str
    regular: tuple[str, ...]
    project: str

    @property
    def step(self) -> int:
        """Index units per tenth of a point in one score."""
        return UNITS_PER_POINT * 2 // (21 * len(self.regular))

    @property
    def project_cap(self) -> int:
        """Highest project points, in tenths of points."""
        return BEST_SCORE * len(self.regular) // PROJECT_SHARE


@dataclass(frozen=True)
class Printed:
    """A published index value and its number of decimal places."""

    value: Fraction
    digits: int

    def bounds(self, units: int) -> tuple[int, int]:
        """Lowest and highest whole number of ``1 / units`` points that prints as the value.

        The highest is no more than the maximum of the index.
        """
        half = Fraction(1, 2 * 10**self.digits)
        low, above = (math.ceil((self.value + side) * units) for side in (-half, half))
        return low, min(above - 1, INDEX_MAXIMUM * units)


@dataclass(frozen=True)
class RealCity:
    """Published row of the real city in the second edition.

    ``scores`` in tenths of points by indicator, ``ranks``, ``tendencies`` and ``printed`` by
    category (overall included).
    """

    scores: dict[str, int]
    ranks: dict[str, int]
    tendencies: dict[str, int]
    printed: dict[str, Printed]

    def rank(self, edition: str, category_id: str) -> int:
        """Rank in an edition; in the first one it follows from the tendency."""
        rank = self.ranks[category_id]
        return rank if edition == SECOND_EDITION else rank + self.tendencies[category_id]


@dataclass(frozen=True)
class Published:
    """Published figures of both editions that the simulated field has to meet."""

    categories: tuple[Category, ...]
    anchors: dict[tuple[str, str], dict[int, Printed]]  # (edition, category) -> place -> index
    means: dict[str, Printed]  # edition -> mean of the overall index
    real_city: RealCity


class Draws:
    """Random integers from one reproducible stream."""

    def __init__(self, stream: int) -> None:
        """Open the stream with this number."""
        self._random = random.Random(1000 * SEED + stream)

    def below(self, limit: int) -> int:
        """Return a uniform integer from 0 to ``limit - 1``."""
        return int(self._random.random() * limit)

    def between(self, low: int, high: int) -> int:
        """Return a uniform integer from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def noise(self, spread: int) -> int:
        """Return a bell-shaped integer around 0 with standard deviation ``spread``.

        The sum of twelve uniform integers below 2000 has mean 11994 and deviation 2000.
        """
        return (sum(self.below(2000) for _ in range(12)) - 11994) * spread // 2000

    def shuffled(self, items: list[int]) -> list[int]:
        """Return the items in random order."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result


def check(condition: bool, message: str) -> None:
    """Raise SimulationError with the message if the condition does not hold."""
    if not condition:
        raise SimulationError(message)


# --- reading -----------------------------------------------------------------------------------


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a seed file by column name."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_categories(rows: list[dict[str, str]]) -> tuple[Category, ...]:
    """Return the categories of the methodology in page order.

    Raises SimulationError if the categories or indicators are others than those designed for.
    """
    nodes = [row for row in rows if row["methodology_id"] == METHODOLOGY_ID]
    nodes.sort(key=lambda row: int(row["sort_order"]))
    categories = []
    for parent in (row["node_id"] for row in nodes if row["node_type"] == "category"):
        children = [row for row in nodes if row["parent_node_id"] == parent]
        regular = tuple(r["node_id"] for r in children if r["role"] == "regular")
        projects = [r["node_id"] for r in children if r["role"] == "project"]
        fits = len(projects) == 1 and len(regular) in (6, 7)
        check(fits, f"{parent}: needs one project row and 6 or 7 regular indicators")
        missing = [indicator for indicator in regular if indicator not in INDICATOR_DESIGN]
        check(not missing, f"{parent}: no design for the indicators {missing}")
        categories.append(Category(parent, regular, projects[0]))
    designed = list(CATEGORY_MEAN_OFFSETS[FIRST_EDITION])
    found = [category.category_id for category in categories]
    check(found == designed, f"categories are {found}, not {designed}")
    return tuple(categories)


def add_anchor(anchors: dict[int, Printed], place: int, printed: Printed, where: str) -> None:
    """Add the published index at a place; raise SimulationError if another one is known."""
    known = anchors.setdefault(place, printed)
    check(known == printed, f"{where}: two published indices at place {place}")


def read_anchors(
    results: list[dict[str, str]], statistics: list[dict[str, str]], categories: list[str]
) -> dict[tuple[str, str], dict[int, Printed]]:
    """Return the published index by place for each edition and category, overall included."""
    anchors = {(edition, category): {} for edition in EDITIONS for category in categories}
    for row in results:
        key = (row["edition"], row["category_id"])
        if row["ranking_id"] != REAL_RANKING or key not in anchors:
            continue
        if row["published_rank"] and row["published_index"]:
            printed = Printed(Fraction(row["published_index"]), int(row["index_digits"]))
            add_anchor(anchors[key], int(row["published_rank"]), printed, " ".join(key))
    for row in statistics:
        key = (row["edition"], row["category_id"])
        if row["ranking_id"] != REAL_RANKING or key not in anchors:
            continue
        if row["statistic"] == "index_at_place":
            printed = Printed(Fraction(row["published_value"]), int(row["value_digits"]))
            add_anchor(anchors[key], int(row["place"]), printed, " ".join(key))
    return anchors


def read_means(statistics: list[dict[str, str]]) -> dict[str, Printed]:
    """Return the published mean of the overall index by edition."""
    return {
        row["edition"]: Printed(Fraction(row["published_value"]), int(row["value_digits"]))
        for row in statistics
        if row["ranking_id"] == REAL_RANKING
        and row["category_id"] == OVERALL
        and row["statistic"] == "mean"
    }


def read_real_city(results: list[dict[str, str]], scores: list[dict[str, str]]) -> RealCity:
    """Return the published row and scores of the real city in the second edition."""
    key = (REAL_RANKING, SECOND_EDITION, REAL_CITY)
    figures = ("published_rank", "published_tendency", "published_index")
    own = [
        row
        for row in results
        if (row["ranking_id"], row["edition"], row["city_id"]) == key
        and all(row[figure] for figure in figures)
    ]
    return RealCity(
        scores={
            row["indicator_id"]: to_tenths(row["raw_value"])
            for row in scores
            if (row["ranking_id"], row["edition"], row["city_id"]) == key
        },
        ranks={row["category_id"]: int(row["published_rank"]) for row in own},
        tendencies={row["category_id"]: int(row["published_tendency"]) for row in own},
        printed={
            row["category_id"]: Printed(Fraction(row["published_index"]), int(row["index_digits"]))
            for row in own
        },
    )


def read_published() -> Published:
    """Read the seeds the simulation is tuned to.

    Raises SimulationError if they do not fit together.
    """
    categories = read_categories(read_rows(SEEDS / "methodology" / "hierarchy.csv"))
    results = read_rows(SEEDS / "results" / "published_results.csv")
    statistics = read_rows(SEEDS / "results" / "published_field_statistics.csv")
    scores = read_rows(SEEDS / "results" / "indicator_scores.csv")
    names = [category.category_id for category in categories] + [OVERALL]
    items = [item for category in categories for item in (*category.regular, category.project)]
    real_city, means = read_real_city(results, scores), read_means(statistics)
    check(sorted(real_city.ranks) == sorted(names), f"{REAL_CITY}: published row is not complete")
    check(sorted(real_city.scores) == sorted(items), f"{REAL_CITY}: scores are not complete")
    check(all(edition in means for edition in EDITIONS), "no published mean for an edition")
    return Published(categories, read_anchors(results, statistics, names), means, real_city)


def to_tenths(text: str) -> int:
    """Return a score as tenths of points; raise SimulationError if it is no whole number."""
    tenths = Fraction(text) * 10
    if tenths.denominator != 1:
        raise SimulationError(f"score {text}: more than one decimal place")
    return tenths.numerator


def from_tenths(tenths: int) -> str:
    """Return tenths of points with exactly one decimal place."""
    return f"{tenths // 10}.{tenths % 10}"


# --- curves: the index at each place -----------------------------------------------------------


def anchor_knots(anchors: dict[int, Printed], units: int, step: int) -> dict[int, int]:
    """Return a value on the lattice of ``step`` for each published place.

    Neighbouring places with the same printed index share its interval evenly, best first.
    """
    knots = {}
    for place, printed in anchors.items():
        first = last = place
        while anchors.get(first - 1) == printed:
            first -= 1
        while anchors.get(last + 1) == printed:
            last += 1
        low, high = printed.bounds(units)
        part = (high - low) * (2 * (place - first) + 1) // (2 * (last - first + 1))
        knots[place] = max((high - part) // step * step, -(-low // step) * step)
    return knots


def interpolate(knots: dict[int, int], spacing: list[int], step: int, bend: int) -> list[int]:
    """Return the values of all places through the knots, unevenly spaced, on the lattice.

    Straight between two knots. Over the widest gap the way t (0 to 1) is bent, by the share
    ``bend / BEND_UNIT`` (-1 to 1), towards t**4 if positive, which lifts the curve, or towards
    1 - (1 - t)**4 if negative, which lowers it.
    """
    places = sorted(knots)
    gaps = list(zip(places, places[1:]))
    widest = max(gaps, key=lambda gap: (gap[1] - gap[0], gap[0]))
    values = [knots[places[0]]]
    for left, right in gaps:
        weight = bend if (left, right) == widest else 0
        whole = sum(spacing[left:right])
        scale = BEND_UNIT * whole**BEND_POWER
        done = 0
        for place in range(left + 1, right):
            done += spacing[place - 1]
            late = done**BEND_POWER
            early = whole**BEND_POWER - (whole - done) ** BEND_POWER
            way = (BEND_UNIT - abs(weight)) * done * whole ** (BEND_POWER - 1)
            way += abs(weight) * (late if weight > 0 else early)
            value = knots[left] - (knots[left] - knots[right]) * way // scale
            values.append(min(value // step * step, values[-1] - step))
        values.append(knots[right])
    return values


def fit_curve(
    knots: dict[int, int], size: int, total: int, step: int, draws: Draws, where: str
) -> list[int]:
    """Return a falling curve through the knots whose values add up to about ``total``.

    The bend over the widest gap between the knots is found by bisection. Raises SimulationError
    if the first or the last place has no knot, or if no falling curve has that total.
    """
    ends = 1 in knots and max(knots) == size
    check(ends, f"{where}: the curve needs an index at places 1 and {size}, none beyond")
    spacing = [draws.between(*SPACING) * draws.between(*SPACING) for _ in range(size)]
    low, high = -BEND_UNIT, BEND_UNIT
    while high - low > 1:
        middle = (low + high) // 2
        if sum(interpolate(knots, spacing, step, middle)) <= total:
            low = middle
        else:
            high = middle
    curve = interpolate(knots, spacing, step, low)
    falls = all(above - below >= step for above, below in zip(curve, curve[1:]))
    check(falls, f"{where}: the curve does not fall at every place")
    check(abs(sum(curve) - total) <= size * step, f"{where}: no falling curve has the wanted mean")
    return curve


def real_city_units(published: Published) -> dict[str, int]:
    """Return the category indices of the real city in the second edition, in units.

    Where its own scores do not give the published index, the published one is carried on.
    """
    real = published.real_city
    result = {}
    for category in published.categories:
        name = category.category_id
        tenths = sum(real.scores[item] for item in (*category.regular, category.project))
        low, high = real.printed[name].bounds(UNITS_PER_POINT)
        if low <= tenths * category.step <= high:
            result[name] = tenths * category.step
        else:
            result[name] = int(real.printed[name].value * UNITS_PER_POINT)
    return result


def real_city_design(published: Published) -> dict[str, int]:
    """Return the category indices of the real city in the first edition, in units, on the lattice.

    Raises SimulationError if no published overall index closes the design.
    """
    rank = published.real_city.rank(FIRST_EDITION, OVERALL)
    printed = published.anchors[FIRST_EDITION, OVERALL].get(rank)
    if printed is None:
        raise SimulationError(f"{FIRST_EDITION}: no published overall index at place {rank}")
    units = {name: tenths * UNITS_PER_POINT // 10 for name, tenths in REAL_CITY_DESIGN.items()}
    remainder = int(printed.value * UNITS_PER_POINT * 5) - sum(units.values())
    return {
        category.category_id: units.get(category.category_id, remainder)
        // category.step
        * category.step
        for category in published.categories
    }


def category_curves(published: Published, edition: str, size: int) -> dict[str, list[int]]:
    """Return the index in units at each place (from place 1), by category."""
    mean = published.means[edition].value * 10
    real = published.real_city
    fixed = (
        real_city_units(published) if edition == SECOND_EDITION else real_city_design(published)
    )
    draws = Draws(10 + EDITIONS.index(edition))
    curves = {}
    for category in published.categories:
        name, step = category.category_id, category.step
        design = CATEGORY_KNOTS[edition][name]
        knots = {
            place: tenths * UNITS_PER_POINT // 10 // step * step for place, tenths in design.items()
        }
        knots.update(anchor_knots(published.anchors[edition, name], UNITS_PER_POINT, step))
        knots[real.rank(edition, name)] = fixed[name]
        target = (mean + CATEGORY_MEAN_OFFSETS[edition][name]) * UNITS_PER_POINT / 10
        where = f"{edition} {name}"
        curves[name] = fit_curve(knots, size, int(target * size), step, draws, where)
    return curves


def overall_curve(published: Published, edition: str, size: int) -> list[int]:
    """Return the sum of the five category indices, in units, at each overall place."""
    units = 5 * UNITS_PER_POINT
    knots = {place: tenths * units // 10 for place, tenths in OVERALL_KNOTS[edition].items()}
    knots.update(anchor_knots(published.anchors[edition, OVERALL], units, 1))
    if edition == SECOND_EDITION:
        own_rank = published.real_city.rank(edition, OVERALL)
        knots[own_rank] = sum(real_city_units(published).values())
    total = int(published.means[edition].value * units * size)
    draws = Draws(20 + EDITIONS.index(edition))
    return fit_curve(knots, size, total, OVERALL_STEP, draws, f"{edition} {OVERALL}")


# --- places: which city stands where -----------------------------------------------------------


def city_id(number: int) -> str:
    """Return the id of a city: 0 is the real city, the others are simulated."""
    return REAL_CITY if number == 0 else f"simulated_{number:02d}"


def second_edition_places(published: Published) -> dict[int, int]:
    """Return the overall place of every city of the second edition, by city number."""
    own = published.real_city.rank(SECOND_EDITION, OVERALL)
    places = [place for place in range(1, SIMULATED_CITY_COUNT + 2) if place != own]
    numbers = Draws(1).shuffled(list(range(1, SIMULATED_CITY_COUNT + 1)))
    return {0: own, **dict(zip(numbers, places))}


def first_edition_places(published: Published, later: dict[int, int]) -> dict[int, int]:
    """Return the overall place in the first edition of every city that was already there."""
    draws = Draws(2)
    own = published.real_city.rank(FIRST_EDITION, OVERALL)
    latent = []
    for number in range(1, SIMULATED_CITY_COUNT + 1):
        spread = JUMP_NOISE if draws.below(JUMP_ONE_IN) == 0 else PLACE_NOISE
        latent.append((10 * later[number] + draws.noise(spread), number))
    order = [number for _, number in sorted(latent) if later[number] != NEW_CITY_PLACE]
    places = [place for place in range(1, len(order) + 2) if place != own]
    return {0: own, **dict(zip(order, places))}


def latent_profiles(published: Published) -> dict[str, list[int]]:
    """Return the lasting strength of each city number by category, in units."""
    draws = Draws(3)
    return {
        category.category_id: [
            draws.noise(PROFILE_SPREAD) * UNITS_PER_POINT // 10
            for _ in range(SIMULATED_CITY_COUNT + 1)
        ]
        for category in published.categories
    }


class CategoryPlaces:
    """Places of the cities of one edition in one category, and the index at each place."""

    def __init__(
        self, category: Category, curve: list[int], latent: list[int], own_place: int
    ) -> None:
        """Order the cities (index 0: the real city, at its own place) by their latent value."""
        self.category = category
        self.curve = curve
        self.latent = latent
        order = sorted(range(1, len(latent)), key=lambda city: (-latent[city], city))
        order.insert(own_place - 1, 0)
        self.place = [0] * len(order)
        for place, city in enumerate(order):
            self.place[city] = place

    def value(self, city: int) -> int:
        """Return the category index of a city in units."""
        return self.curve[self.place[city]]

    def swap_pass(self, residuals: list[int], sum_weight: int, latent_weight: int) -> int:
        """Swap each pair of simulated cities that comes closer to its sums; return the swaps.

        The squared residuals of the sums and the squared distances from the latent values are
        weighed against each other. ``residuals`` (in units) are kept up to date.
        """
        swaps = 0
        for one in range(1, len(self.place)):
            for two in range(one + 1, len(self.place)):
                gain = self.value(two) - self.value(one)
                drift = residuals[one] - residuals[two] + gain
                order = self.latent[two] - self.latent[one]
                if gain * (sum_weight * drift + latent_weight * order) < 0:
                    self.place[one], self.place[two] = self.place[two], self.place[one]
                    residuals[one] += gain
                    residuals[two] -= gain
                    swaps += 1
        return swaps

    def nudge(self, city: int, direction: int, anchors: dict[int, Printed]) -> bool:
        """Move a city's index one step up (+1) or down (-1) if its place allows it."""
        place, step = self.place[city], self.category.step
        moved = self.curve[place] + direction * step
        low, high = 0, INDEX_MAXIMUM * UNITS_PER_POINT
        if place + 1 in anchors:
            low, high = anchors[place + 1].bounds(UNITS_PER_POINT)
        if place > 0:
            high = min(high, self.curve[place - 1] - step)
        if place + 1 < len(self.curve):
            low = max(low, self.curve[place + 1] + step)
        if not low <= moved <= high:
            return False
        self.curve[place] = moved
        return True


def settle_sums(
    tables: list[CategoryPlaces],
    anchors: list[dict[int, Printed]],
    residuals: list[int],
    cities: range,
) -> None:
    """Move category indices between their neighbours until the sums of the cities are met.

    ``residuals`` in units, kept up to date. What cannot be moved stays and is found by the
    validation if it matters.
    """
    for _ in range(len(residuals)):
        moved = False
        for city in cities:
            for table, bounds in zip(tables, anchors):
                direction = 1 if residuals[city] < 0 else -1
                if 2 * abs(residuals[city]) <= table.category.step:
                    continue
                if table.nudge(city, direction, bounds):
                    residuals[city] += direction * table.category.step
                    moved = True
        if not moved:
            return


def category_places(
    published: Published, edition: str, numbers: list[int], sums: list[int]
) -> list[CategoryPlaces]:
    """Return the places and indices of all cities of an edition, category by category.

    ``numbers`` are the city numbers (the real city first), ``sums`` their wanted sums in units.
    """
    curves = category_curves(published, edition, len(numbers))
    profiles = latent_profiles(published)
    draws = Draws(30 + EDITIONS.index(edition))
    tables = []
    for category in published.categories:
        name = category.category_id
        offset = CATEGORY_MEAN_OFFSETS[edition][name] * UNITS_PER_POINT // 10
        latent = [
            total // 5
            + offset
            + profiles[name][number]
            + draws.noise(PROFILE_NOISE) * UNITS_PER_POINT // 10
            for number, total in zip(numbers, sums)
        ]
        own_place = published.real_city.rank(edition, name)
        tables.append(CategoryPlaces(category, curves[name], latent, own_place))
    residuals = [
        sum(table.value(city) for table in tables) - total for city, total in enumerate(sums)
    ]
    for sum_weight, latent_weight in SWAP_WEIGHTS:
        while sum(table.swap_pass(residuals, sum_weight, latent_weight) for table in tables):
            pass
    anchors = [published.anchors[edition, table.category.category_id] for table in tables]
    first = 1 if edition == SECOND_EDITION else 0  # published scores of the real city stand
    settle_sums(tables, anchors, residuals, range(first, len(numbers)))
    return tables


# --- scores: the indicators below a category index ---------------------------------------------


def snap(tenths: int, points: int | None) -> int:
    """Return the nearest score on the scale of an indicator, between 0 and ``BEST_SCORE``."""
    inside = min(max(tenths, 0), BEST_SCORE)
    if points is None:
        return inside
    return point_score((inside * points + BEST_SCORE // 2) // BEST_SCORE, points)


def point_score(reached: int, points: int) -> int:
    """Return the score in tenths for points reached out of the best city's points."""
    return (2 * BEST_SCORE * reached + points) // (2 * points)


def next_score(score: int, points: int | None, direction: int) -> int:
    """Return the neighbouring score on the scale of an indicator, up (+1) or down (-1)."""
    if points is None:
        return snap(score + 25 * direction, None)
    reached = (score * points + BEST_SCORE // 2) // BEST_SCORE + direction
    return point_score(min(max(reached, 0), points), points)


def wanted_projects(category: Category, tenths: int, draws: Draws) -> int:
    """Return project points (tenths) that suit a category total of ``tenths``.

    Strong cities have more. The result may lie outside the possible project points.
    """
    index = tenths * category.step * 10 // UNITS_PER_POINT
    low, high = PROJECT_INDEX_RANGE
    return (index - low) * category.project_cap // (high - low) + draws.noise(PROJECT_SPREAD)


def possible_projects(
    category: Category, wanted: int, total: int, scores: list[int], locked: list[bool]
) -> int:
    """Return the project points (tenths, in steps) next to the wanted ones that leave room.

    The regular scores, some of them locked, have to hold the rest of the ``total`` (tenths).
    """
    fixed = sum(score for score, is_locked in zip(scores, locked) if is_locked)
    most = fixed + BEST_SCORE * locked.count(False)
    steps = (wanted + PROJECT_STEP // 2) // PROJECT_STEP
    needed = -((most - total) // PROJECT_STEP)
    allowed = min(category.project_cap, total - fixed) // PROJECT_STEP
    return min(max(steps, needed, 0), max(allowed, 0)) * PROJECT_STEP


def small_moves(score: int, points: int) -> dict[int, int]:
    """Return the changes of a score within ``SEARCH_STEPS`` points and the points they take."""
    changes = {0: 0}
    for direction in (-1, 1):
        after = score
        for step in range(1, SEARCH_STEPS + 1):
            after = next_score(after, points, direction)
            changes.setdefault(after - score, step)
    return changes


def cheapest_moves(scores: list[int], points: list[int], low: int, high: int) -> list[int] | None:
    """Return changes of the scores whose sum is between ``low`` and ``high``, in fewest points.

    Returns None if no combination of small changes has such a sum.
    """
    if low <= 0 <= high:
        return [0] * len(scores)
    reached: dict[int, tuple[int, list[int]]] = {0: (0, [])}
    for score, best in zip(scores, points):
        extended: dict[int, tuple[int, list[int]]] = {}
        for done, (cost, changes) in reached.items():
            for change, steps in small_moves(score, best).items():
                known = extended.get(done + change)
                if known is None or cost + steps < known[0]:
                    extended[done + change] = (cost + steps, [*changes, change])
        reached = extended
    found = [(cost, total) for total, (cost, _) in reached.items() if low <= total <= high]
    return reached[min(found)[1]][1] if found else None


def settle_scores(
    items: tuple[str, ...], scores: list[int], locked: list[bool], total: int, order: list[int]
) -> None:
    """Move the unlocked scores on their scales until they add up to ``total`` (tenths).

    Scores move in turn (``order``) while that comes closer to the total; the last difference is
    taken by the indicators with a fine scale, where need be after small moves of the others.
    Raises SimulationError if the total cannot be reached.
    """
    scales = [INDICATOR_DESIGN[item][0] for item in items]
    free = [item for item in order if not locked[item]]
    missing = total - sum(scores)
    moved = True
    while moved and missing:
        moved = False
        for item in free:
            after = next_score(scores[item], scales[item], 1 if missing > 0 else -1)
            change = after - scores[item]
            if change and abs(missing - change) < abs(missing):
                scores[item] = after
                missing -= change
                moved = True
    fine = [item for item in free if scales[item] is None]
    coarse = [item for item in free if scales[item] is not None]
    moves = cheapest_moves(
        [scores[item] for item in coarse],
        [scales[item] or 0 for item in coarse],
        missing - sum(BEST_SCORE - scores[item] for item in fine),
        missing + sum(scores[item] for item in fine),
    )
    if moves is None:
        raise SimulationError(f"scores of {items}: {missing} tenths left of a total of {total}")
    for item, change in zip(coarse, moves):
        scores[item] += change
        missing -= change
    for item in fine:
        change = snap(scores[item] + missing, None) - scores[item]
        scores[item] += change
        missing -= change


def rank_scores(drawn: list[int], own_score: int | None) -> list[int]:
    """Return scores by rank for drawn values: 100 * (N - rank) / (N - 1), in tenths.

    If the published score of the real city (index 0) is given, it keeps its rank. Raises
    SimulationError if no rank has that score.
    """
    size = len(drawn)
    grid = [point_score(size - rank, size - 1) for rank in range(1, size + 1)]
    order = sorted(range(size), key=lambda city: (-drawn[city], city))
    if own_score is not None:
        if own_score not in grid:
            raise SimulationError(f"{RANK_SCORED}: no rank among {size} has score {own_score}")
        order.remove(0)
        order.insert(grid.index(own_score), 0)
    scores = [0] * size
    for score, city in zip(grid, order):
        scores[city] = score
    return scores


def drawn_scores(
    table: CategoryPlaces,
    projects: list[int],
    strengths: dict[str, list[int]],
    draws: Draws,
) -> list[list[int]]:
    """Return the unsettled scores of all cities in the regular indicators, in tenths.

    ``strengths`` holds the lasting strength of each city of the edition by indicator; the closer
    a city is to none or all of the points, the less its indicators differ.
    """
    items = table.category.regular
    result = []
    for city, project in enumerate(projects):
        level = (table.value(city) // table.category.step - project) // len(items)
        room = max(min(level, BEST_SCORE - level, FULL_ROOM), 0)
        row = []
        for item in items:
            deviation = strengths[item][city] + draws.noise(ITEM_NOISE)
            row.append(level + INDICATOR_DESIGN[item][1] + deviation * room // FULL_ROOM)
        result.append(row)
    return result


def lasting_strengths(published: Published) -> dict[str, list[int]]:
    """Return the lasting strength of each city number by regular indicator, in tenths.

    For the real city it is what its published score is above the mean of its category, beyond
    what the indicator is easier than others.
    """
    draws = Draws(4)
    result = {}
    for category in published.categories:
        own = [published.real_city.scores[item] for item in category.regular]
        level = sum(own) // len(own)
        for item, score in zip(category.regular, own):
            simulated = [draws.noise(ITEM_SPREAD) for _ in range(SIMULATED_CITY_COUNT)]
            result[item] = [score - level - INDICATOR_DESIGN[item][1], *simulated]
    return result


def category_scores(
    table: CategoryPlaces,
    own_scores: dict[str, int] | None,
    strengths: dict[str, list[int]],
    draws: Draws,
) -> list[dict[str, int]]:
    """Return the scores (tenths) of all cities of an edition in one category, by indicator.

    ``own_scores`` are the published scores of the real city, if it has some. Every indicator gives
    100 to its best drawn city that has none of these from another indicator of the category: the
    yardstick of the edition.
    """
    category, items = table.category, table.category.regular
    totals = [table.value(city) // category.step for city in range(len(table.place))]
    projects = [wanted_projects(category, total, draws) for total in totals]
    drawn = drawn_scores(table, projects, strengths, draws)
    scores = [
        [snap(value, INDICATOR_DESIGN[item][0]) for item, value in zip(items, row)]
        for row in drawn
    ]
    locked = [[item == RANK_SCORED for item in items] for _ in drawn]
    by_rank = sum(locked[0])
    for column, item in enumerate(items):
        values = [row[column] for row in drawn]
        if item == RANK_SCORED:
            for city, score in enumerate(rank_scores(values, own_scores and own_scores[item])):
                scores[city][column] = score
        else:
            unlocked = [city for city in range(1, len(values)) if sum(locked[city]) == by_rank]
            best = max(unlocked, key=lambda city: (values[city], -city))
            scores[best][column], locked[best][column] = BEST_SCORE, True
    result = []
    for city, total in enumerate(totals):
        order = draws.shuffled(list(range(len(items))))
        if city == 0 and own_scores:
            result.append({item: own_scores[item] for item in (*items, category.project)})
            continue
        project = possible_projects(category, projects[city], total, scores[city], locked[city])
        settle_scores(items, scores[city], locked[city], total - project, order)
        result.append({**dict(zip(items, scores[city])), category.project: project})
    return result


def edition_scores(
    published: Published, edition: str, places: dict[int, int]
) -> dict[str, dict[str, int]]:
    """Return the scores (tenths) of an edition by city id and indicator, page order."""
    numbers = sorted(places)
    curve = overall_curve(published, edition, len(numbers))
    sums = [curve[places[number] - 1] for number in numbers]
    tables = category_places(published, edition, numbers, sums)
    strengths = {
        item: [values[number] for number in numbers]
        for item, values in lasting_strengths(published).items()
    }
    own_scores = published.real_city.scores if edition == SECOND_EDITION else None
    draws = Draws(40 + EDITIONS.index(edition))
    result: dict[str, dict[str, int]] = {city_id(number): {} for number in numbers}
    for table in tables:
        rows = category_scores(table, own_scores, strengths, draws)
        for number, row in zip(numbers, rows):
            result[city_id(number)].update(row)
    return result


# --- cities ------------------------------------------------------------------------------------


def populations(later: dict[int, int]) -> dict[int, int]:
    """Return the population of each simulated city number; stronger cities tend to be larger."""
    draws = Draws(5)
    sizes = [
        draws.between(low, high) for low, high, count in POPULATION_BANDS for _ in range(count)
    ]
    sizes.sort(reverse=True)
    order = sorted(
        range(1, SIMULATED_CITY_COUNT + 1),
        key=lambda number: (later[number] + draws.noise(POPULATION_NOISE), number),
    )
    return dict(zip(order, sizes))


def city_rows(later: dict[int, int]) -> list[dict[str, str]]:
    """Return the rows of the simulated cities."""
    states = [state for state, size in enumerate(STATE_SIZES, start=1) for _ in range(size)]
    states = Draws(6).shuffled(states)
    sizes = populations(later)
    return [
        {
            "city_id": city_id(number),
            "city_name": f"Simulierte Stadt {number:02d}",
            "state_code": f"S{state:02d}",
            "state_name": f"Simuliertes Land {state:02d}",
            "population": str(sizes[number]),
            "latitude": "",
            "longitude": "",
            "source": SOURCE,
        }
        for number, state in enumerate(states, start=1)
    ]


def member_rows(earlier: dict[int, int], later: dict[int, int]) -> list[dict[str, str]]:
    """Return the membership rows: the first edition of every city of the field."""
    return [
        {
            "ranking_id": SIMULATED_RANKING,
            "city_id": city_id(number),
            "first_edition": FIRST_EDITION if number in earlier else SECOND_EDITION,
            "last_edition": "",
            "source": SOURCE,
        }
        for number in sorted(later)
    ]


def score_rows(scores: dict[str, dict[str, dict[str, int]]]) -> list[dict[str, str]]:
    """Return the simulated score rows by edition, city and page order of the indicators."""
    return [
        {
            "ranking_id": SIMULATED_RANKING,
            "edition": edition,
            "city_id": city,
            "indicator_id": indicator,
            "raw_value": from_tenths(tenths),
            "is_not_applicable": "false",
            "source": SOURCE,
        }
        for edition in EDITIONS
        for city in sorted(scores[edition])
        if not (edition == SECOND_EDITION and city == REAL_CITY)
        for indicator, tenths in scores[edition][city].items()
    ]


# --- validation --------------------------------------------------------------------------------

Indices = dict[str, dict[str, Fraction]]  # category (overall included) -> city -> index


def recompute(published: Published, rows: list[dict[str, str]], edition: str) -> Indices:
    """Return the exact indices of an edition from the rows to be written.

    The real city of the second edition comes from its published scores; where they contradict
    the published category index, that one is carried on.
    """
    scores: dict[str, dict[str, Fraction]] = {}
    for row in rows:
        if row["edition"] == edition:
            city = scores.setdefault(row["city_id"], {})
            city[row["indicator_id"]] = Fraction(row["raw_value"])
    if edition == SECOND_EDITION:
        own = published.real_city.scores
        scores[REAL_CITY] = {item: Fraction(tenths, 10) for item, tenths in own.items()}
    indices: Indices = {}
    for category in published.categories:
        items = (*category.regular, category.project)
        divisor = Fraction(105, 100) * len(category.regular)
        indices[category.category_id] = {
            city: sum(own[item] for item in items) / divisor for city, own in scores.items()
        }
    if edition == SECOND_EDITION:
        for name, by_city in indices.items():
            printed = published.real_city.printed[name]
            if half_up(by_city[REAL_CITY], printed.digits) != printed.value:
                by_city[REAL_CITY] = printed.value
    count = len(indices)
    indices[OVERALL] = {
        city: sum(indices[category.category_id][city] for category in published.categories) / count
        for city in scores
    }
    return indices


def half_up(value: Fraction, digits: int) -> Fraction:
    """Return a value that is not negative, rounded half up to so many decimal places."""
    return Fraction(math.floor(value * 10**digits + Fraction(1, 2)), 10**digits)


def ranks(by_city: dict[str, Fraction]) -> dict[str, int]:
    """Return the rank of each city, 1 for the highest index; tied cities share a rank."""
    ordered = sorted(by_city.values(), reverse=True)
    return {city: ordered.index(value) + 1 for city, value in by_city.items()}


def check_scores(published: Published, rows: list[dict[str, str]]) -> None:
    """Check that the grid is complete and every score is possible; raise SimulationError."""
    caps = {}
    for category in published.categories:
        caps.update({item: Fraction(BEST_SCORE, 10) for item in category.regular})
        caps[category.project] = Fraction(category.project_cap, 10)
    keys = {(row["edition"], row["city_id"], row["indicator_id"]) for row in rows}
    expected = 2 * SIMULATED_CITY_COUNT * len(caps)
    check(len(rows) == len(keys) == expected, f"{len(rows)} score rows instead of {expected}")
    for row in rows:
        value, cap = Fraction(row["raw_value"]), caps[row["indicator_id"]]
        check(0 <= value <= cap, f"score outside 0 to {cap}: {row}")
        project = row["indicator_id"] not in INDICATOR_DESIGN
        check(not project or value % 5 == 0, f"project points not in steps of 5: {row}")


def check_edition(published: Published, edition: str, indices: Indices) -> int:
    """Check an edition against the published figures; return the number of checked figures.

    Raises SimulationError if a rank, a printed index, the mean or the absence of ties fails.
    """
    checked = 0
    for name, by_city in indices.items():
        ordered = sorted(by_city.values(), reverse=True)
        check(len(set(ordered)) == len(ordered), f"{edition} {name}: two cities tie")
        for place, printed in published.anchors[edition, name].items():
            found = half_up(ordered[place - 1], printed.digits)
            message = f"{edition} {name}: {float(found)} at place {place}, not {printed.value}"
            check(found == printed.value, message)
            checked += 1
        rank, wanted = ranks(by_city)[REAL_CITY], published.real_city.rank(edition, name)
        check(rank == wanted, f"{edition} {name}: {REAL_CITY} at place {rank}, not {wanted}")
        checked += 1
    if edition == SECOND_EDITION:
        for name, printed in published.real_city.printed.items():
            found = half_up(indices[name][REAL_CITY], printed.digits)
            check(found == printed.value, f"{edition} {name}: {REAL_CITY} has {float(found)}")
            checked += 1
    mean = sum(indices[OVERALL].values()) / len(indices[OVERALL])
    printed = published.means[edition]
    check(half_up(mean, printed.digits) == printed.value, f"{edition}: mean is {float(mean)}")
    return checked + 1


def correlation(one: list[float], two: list[float]) -> float:
    """Return Pearson's correlation of two series of the same length."""
    mean_one, mean_two = sum(one) / len(one), sum(two) / len(two)
    products = sum((a - mean_one) * (b - mean_two) for a, b in zip(one, two))
    squares = sum((a - mean_one) ** 2 for a in one) * sum((b - mean_two) ** 2 for b in two)
    return products / math.sqrt(squares)


def item_rest_correlations(
    published: Published, scores: dict[str, dict[str, int]]
) -> dict[str, float]:
    """Return the correlation of each regular indicator with the rest of its category."""
    result = {}
    for category in published.categories:
        for item in category.regular:
            own = [float(row[item]) for row in scores.values()]
            rest = [
                float(sum(row[other] for other in category.regular if other != item))
                for row in scores.values()
            ]
            result[item] = correlation(own, rest)
    return result


def summary(
    published: Published,
    scores: dict[str, dict[str, dict[str, int]]],
    indices: dict[str, Indices],
    checked: int,
) -> str:
    """Return a short text about the checks and the character of the field."""
    lines = [f"{checked} published figures come out; no ties"]
    for name in indices[SECOND_EDITION]:
        before, now = ranks(indices[FIRST_EDITION][name]), ranks(indices[SECOND_EDITION][name])
        common = sorted(before.keys() & now.keys())
        steps = sorted(before[city] - now[city] for city in common)
        rho = correlation([float(before[c]) for c in common], [float(now[c]) for c in common])
        lines.append(
            f"{name}: {REAL_CITY} {now[REAL_CITY]} {before[REAL_CITY] - now[REAL_CITY]:+d}, "
            f"rank correlation {rho:.2f}, tendencies {steps[0]:+d} to {steps[-1]:+d}"
        )
    for edition in EDITIONS:
        rests = item_rest_correlations(published, scores[edition])
        lines.append(
            f"{edition}: {len(scores[edition])} cities, item-rest correlation "
            f"{sum(rests.values()) / len(rests):.2f} "
            f"({min(rests.values()):.2f} to {max(rests.values()):.2f})"
        )
    return "\n".join(lines)


# --- running -----------------------------------------------------------------------------------


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as UTF-8 CSV with LF line ends and minimal quoting."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def simulate(output_dir: Path) -> str:
    """Simulate the field, validate it, write the three files and return a summary.

    Raises SimulationError if the seeds do not fit together or a published figure is missed.
    """
    published = read_published()
    later = second_edition_places(published)
    earlier = first_edition_places(published, later)
    scores = {
        FIRST_EDITION: edition_scores(published, FIRST_EDITION, earlier),
        SECOND_EDITION: edition_scores(published, SECOND_EDITION, later),
    }
    rows = score_rows(scores)
    check_scores(published, rows)
    indices = {edition: recompute(published, rows, edition) for edition in EDITIONS}
    checked = sum(check_edition(published, edition, indices[edition]) for edition in EDITIONS)
    output_dir.mkdir(parents=True, exist_ok=True)
    write_rows(output_dir / "simulated_cities.csv", city_rows(later))
    write_rows(output_dir / "simulated_field_members.csv", member_rows(earlier, later))
    write_rows(output_dir / "simulated_indicator_scores.csv", rows)
    return summary(published, scores, indices, checked)


def main() -> None:
    """Run the simulation from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--output-dir",
        type=Path,
        default=DEFAULT_OUTPUT_DIR,
        help="directory for the three CSV files (default: seeds/simulated)",
    )
    print(simulate(parser.parse_args().output_dir))


if __name__ == "__main__":
    main()
