"""Generate the simulated field: a complete Smart City Index field for 2024 and 2025.

    python seeds/simulated/simulate_field.py [--output-dir DIR]

The published ranking has gaps. This program invents a complete field down to the indicator in
which the published figures come out: the row of Düsseldorf, and every published pair of rank and
index. Düsseldorf enters 2025 with its published scores; everything else is invented. The same seeds
give the same bytes on every platform. tests/python/test_simulated_field.py checks the published
figures.

How it works, per edition:

1. A curve per category and one for the overall index: the index at each place, drawn through the
   published pairs and fitted to the mean of the field.
2. Every city has a place in the overall ranking, and a latent strength per category that gives its
   first place there. Swapping the places of two cities in a category brings the sum of a city's
   five category indices to five times its overall index; the last difference is moved out between
   the neighbouring places, so that all ranks stay.
3. The regular scores are drawn, project points are set, and the scores are moved on their scales
   until their sum is exactly what the category index needs.

All decisions are taken on integers: scores and published figures in tenths of points, indices in
UNITS_PER_POINT, in which a tenth of a point in one score is a whole number for six and for seven
indicators.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path

OUTPUT_DIR = Path(__file__).resolve().parent
SEEDS = OUTPUT_DIR.parent

METHODOLOGY_ID = "sci_2025"
REAL_RANKING = "smart_city_index"
SIMULATED_RANKING = "simulated_field"
# Published in every mart, so that it keeps the name that this program had first.
SOURCE = "simulated: scripts/simulate_field.py"
REAL_CITY = "duesseldorf"
OVERALL = "overall"
FIRST_EDITION, SECOND_EDITION = EDITIONS = ("2024", "2025")

SEED = 2027
UNITS_PER_POINT = 2205
INDEX_MAXIMUM = 100
BEST_SCORE = 1000
PROJECT_SHARE = 20  # one part in twenty (5 percent) of the regular points
PROJECT_STEP = 50
CITY_COUNT = 82  # simulated ones
NEW_CITY_PLACE = 79  # place in 2025 of the one city that was not in the field of 2024

# What the field is like where nothing is published, by edition and category: the mean less that of
# the overall index (the five add up to zero), and the index at some places.
DESIGN: dict[tuple[str, str], tuple[int, dict[int, int]]] = {
    ("2024", OVERALL): (0, {}),
    ("2024", "administration"): (27, {38: 742, 82: 325}),
    ("2024", "energy_environment"): (-92, {1: 862, 38: 621, 82: 221}),
    ("2024", "it_communication"): (2, {36: 719, 82: 330}),
    ("2024", "mobility"): (10, {40: 702, 82: 297}),
    ("2024", "society_education"): (53, {40: 763, 82: 325}),
    ("2025", OVERALL): (0, {83: 462}),
    ("2025", "administration"): (33, {22: 864, 83: 425}),
    ("2025", "energy_environment"): (-75, {1: 881, 8: 812, 83: 322}),
    ("2025", "it_communication"): (32, {10: 898, 24: 835, 83: 425}),
    ("2025", "mobility"): (-15, {22: 808, 83: 365}),
    ("2025", "society_education"): (25, {22: 848, 83: 405}),
}
# Category indices of Düsseldorf in 2024; the remaining one follows from the published overall one.
REAL_CITY_DESIGN = {
    "administration": 879,
    "energy_environment": 556,
    "mobility": 862,
    "society_education": 952,
}
BEND_UNIT = 10**6
BEND_POWER = 4
SPACING = (2, 9)  # the relative distance of two places is the product of two such draws
OVERALL_STEP = 60  # units of the sum by which two places differ at least

# Spread of the latent variables, in tenths of places, index points or score points.
PLACE_NOISE = 90  # how far a usual city moves between the editions
JUMP_NOISE = 320  # the same for a city that jumps
JUMP_ONE_IN = 8
PROFILE_SPREAD = 75  # lasting strength of a city in a category
PROFILE_NOISE = 35  # of one edition
ITEM_SPREAD = 300  # lasting strength of a city in an indicator
ITEM_NOISE = 90  # of one edition
FULL_ROOM = 300  # distance to the end of the scale at which indicators differ fully
PROJECT_SPREAD = 45
PROJECT_INDEX_RANGE = (380, 880)  # category indices that stand for no and for all project points
SWAP_WEIGHTS = ((1, 1), (4, 1), (16, 1), (1, 0))  # weight of the sum, weight of the latent value

# Per regular indicator: points of the best city, and how much easier (+) or harder (-) it is than
# its category. One on a fine scale has as many points as there are tenths, and moves by FINE_STEP.
FINE = BEST_SCORE
FINE_STEP = 25
INDICATORS = {
    "internal_processes": (14, -170),
    "payment": (27, 210),
    "online_appointments": (49, 60),
    "ozg_services": (FINE, -60),
    "website_social_media": (20, 110),
    "citizen_requests": (FINE, -20),
    "service_portal": (24, -30),
    "smart_street_lighting": (12, 60),
    "energy_solutions": (54, -230),
    "environmental_monitoring": (20, 120),
    "electric_vehicle_share": (FINE, 0),
    "charging_infrastructure": (FINE, 30),
    "low_emission_buses": (FINE, -190),
    "broadband": (FINE, 180),
    "fibre": (FINE, -340),
    "mobile_5g": (FINE, 240),
    "lpwan": (17, -170),
    "open_data_portal": (20, 60),
    "geoportal": (16, 130),
    "smart_city_data": (40, -70),
    "parking": (17, 40),
    "traffic_management": (23, 60),
    "smart_public_transport": (12, 80),
    "sharing_services": (FINE, -60),
    "multimodality": (16, 30),
    "last_mile_logistics": (FINE, -150),
    "school_digitalisation": (38, 100),
    "digital_skills": (20, 40),
    "digital_scene": (FINE, -120),
    "local_retail_startup_hubs": (12, -60),
    "fablabs_coworking": (FINE, -10),
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

Row = dict[str, str]


@dataclass(frozen=True)
class Category:
    """A category: its regular indicators in the order of the page, and its project row."""

    name: str
    regular: list[str]
    project: str

    @property
    def items(self) -> list[str]:
        """All indicators in the order of the page."""
        return [*self.regular, self.project]

    @property
    def step(self) -> int:
        """Index units per tenth of a point in one score."""
        return UNITS_PER_POINT * 2 // (21 * len(self.regular))

    @property
    def project_cap(self) -> int:
        """Highest project points."""
        return BEST_SCORE * len(self.regular) // PROJECT_SHARE


class Draws:
    """Random integers from one reproducible stream."""

    def __init__(self, stream: int) -> None:
        """Open the stream with this number."""
        self._random = random.Random(1000 * SEED + stream)

    def below(self, limit: int) -> int:
        """Return a uniform integer from 0 to `limit - 1`."""
        return int(self._random.random() * limit)

    def between(self, low: int, high: int) -> int:
        """Return a uniform integer from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def noise(self, spread: int) -> int:
        """Return a bell-shaped integer around 0 with standard deviation `spread`.

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


# --- what is published -------------------------------------------------------------------------


def read_rows(name: str) -> list[Row]:
    """Return the rows of a seed file, named relative to seeds/."""
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def real_ranking(name: str) -> list[Row]:
    """Return the rows of the real ranking in both editions from a seed file of results."""
    rows = read_rows(f"results/{name}")
    return [r for r in rows if r["ranking_id"] == REAL_RANKING and r["edition"] in EDITIONS]


def to_tenths(text: str) -> int:
    """Return a figure with at most one decimal place in tenths."""
    return int(Decimal(text) * 10)


def read_categories() -> list[Category]:
    """Return the categories of the methodology in the order of the page."""
    rows = read_rows("methodology/framework.csv")
    nodes = [row for row in rows if row["methodology_id"] == METHODOLOGY_ID]
    nodes.sort(key=lambda row: int(row["sort_order"]))
    categories = []
    for name in [row["node_id"] for row in nodes if row["node_type"] == "category"]:
        children = [row for row in nodes if row["parent_node_id"] == name]
        regular = [row["node_id"] for row in children if row["role"] == "regular"]
        (project,) = [row["node_id"] for row in children if row["role"] == "project"]
        categories.append(Category(name, regular, project))
    return categories


class Published:
    """The published figures that the field has to meet."""

    def __init__(self) -> None:
        """Read them from the seeds."""
        self.categories = read_categories()
        # By edition and category, overall included: index by place, and rank of the real city.
        # Its ranks in 2024 follow from its tendencies.
        self.index_at: dict[tuple[str, str], dict[int, int]] = {key: {} for key in DESIGN}
        self.ranks: dict[tuple[str, str], int] = {}
        # Indices by category and scores by indicator of the real city in 2025.
        self.indices: dict[str, int] = {}
        self.scores: dict[str, int] = {}
        self.means: dict[str, int] = {}  # of the overall index by edition
        for row in real_ranking("published_results.csv"):
            if not (row["published_rank"] and row["published_index"]):
                continue
            edition, category = row["edition"], row["category_id"]
            rank, index = int(row["published_rank"]), to_tenths(row["published_index"])
            self.index_at[edition, category][rank] = index
            if (edition, row["city_id"]) == (SECOND_EDITION, REAL_CITY):
                self.ranks[SECOND_EDITION, category] = rank
                self.ranks[FIRST_EDITION, category] = rank + int(row["published_tendency"])
                self.indices[category] = index
        for row in real_ranking("published_edition_statistics.csv"):
            value = to_tenths(row["published_value"])
            if row["statistic"] == "index_at_rank":
                self.index_at[row["edition"], row["category_id"]][int(row["rank"])] = value
            elif row["statistic"] == "mean":
                self.means[row["edition"]] = value
        for row in real_ranking("indicator_scores.csv"):
            if (row["edition"], row["city_id"]) == (SECOND_EDITION, REAL_CITY):
                self.scores[row["indicator_id"]] = to_tenths(row["raw_value"])

    def real_city_units(self, edition: str) -> dict[str, int]:
        """Return the category indices of the real city, in units."""
        units = {name: in_units(tenths) for name, tenths in REAL_CITY_DESIGN.items()}
        overall = self.index_at[FIRST_EDITION, OVERALL][self.ranks[FIRST_EDITION, OVERALL]]
        rest = 5 * overall * UNITS_PER_POINT // 10 - sum(units.values())
        result = {}
        for category in self.categories:
            name, step = category.name, category.step
            if edition == FIRST_EDITION:
                result[name] = units.get(name, rest) // step * step
            else:
                own = sum(self.scores[item] for item in category.items) * step
                low, high = bounds(self.indices[name], UNITS_PER_POINT)
                # Where its scores contradict the published index, that is kept.
                result[name] = own if low <= own <= high else in_units(self.indices[name])
        return result


def in_units(tenths: int) -> int:
    """Return tenths of index points in units."""
    return tenths * UNITS_PER_POINT // 10


def bounds(tenths: int, units: int) -> tuple[int, int]:
    """Return the lowest and highest number of `1 / units` points printed as these tenths."""
    low, above = (-(-(2 * tenths + side) * units // 20) for side in (-1, 1))
    return low, min(above - 1, INDEX_MAXIMUM * units)


# --- curves: the index at each place -----------------------------------------------------------


def published_knots(index_at: dict[int, int], units: int, lattice: int) -> dict[int, int]:
    """Return a value on the lattice for each published place.

    Neighbouring places with the same printed index share its interval evenly, best first.
    """
    knots = {}
    for place, index in index_at.items():
        first = last = place
        while index_at.get(first - 1) == index:
            first -= 1
        while index_at.get(last + 1) == index:
            last += 1
        low, high = bounds(index, units)
        part = (high - low) * (2 * (place - first) + 1) // (2 * (last - first + 1))
        knots[place] = (high - part) // lattice * lattice
    return knots


def interpolate(knots: dict[int, int], spacing: list[int], step: int, bend: int) -> list[int]:
    """Return the values of all places through the knots, unevenly spaced, in steps.

    Straight between two knots. Over the widest gap the way t (0 to 1) is bent, by the share
    `bend / BEND_UNIT` (-1 to 1), towards t**4 if positive, which lifts the curve, or towards
    1 - (1 - t)**4 if negative, which lowers it.
    """
    places = sorted(knots)
    gaps = list(pairwise(places))
    widest = max(gaps, key=lambda gap: gap[1] - gap[0])
    values = [knots[places[0]]]
    for left, right in gaps:
        weight = bend if (left, right) == widest else 0
        whole, done = sum(spacing[left:right]), 0
        for place in range(left + 1, right):
            done += spacing[place - 1]
            late = done**BEND_POWER
            early = whole**BEND_POWER - (whole - done) ** BEND_POWER
            way = (BEND_UNIT - abs(weight)) * done * whole ** (BEND_POWER - 1)
            way += abs(weight) * (late if weight > 0 else early)
            fall = (knots[left] - knots[right]) * way // (BEND_UNIT * whole**BEND_POWER)
            values.append((knots[left] - fall) // step * step)
        values.append(knots[right])
    return values


def index_curve(
    published: Published, key: tuple[str, str], size: int, own: int | None, step: int, draws: Draws
) -> list[int]:
    """Return the index at each place of an edition and category, in units: a falling curve.

    The overall curve counts the sum of the five categories. `own` is the index of the real city.
    The bend over the widest gap between the knots is found by bisection: the mean comes out.
    """
    units, lattice = (5 * UNITS_PER_POINT, 1) if key[1] == OVERALL else (UNITS_PER_POINT, step)
    mean_offset, design = DESIGN[key]
    knots = {place: tenths * units // 10 // lattice * lattice for place, tenths in design.items()}
    knots.update(published_knots(published.index_at[key], units, lattice))
    if own is not None:
        knots[published.ranks[key]] = own
    total = (published.means[key[0]] + mean_offset) * units * size // 10
    spacing = [draws.between(*SPACING) * draws.between(*SPACING) for _ in range(size)]
    low, high = -BEND_UNIT, BEND_UNIT
    while high - low > 1:
        middle = (low + high) // 2
        if sum(interpolate(knots, spacing, step, middle)) <= total:
            low = middle
        else:
            high = middle
    return interpolate(knots, spacing, step, low)


# --- places: which city stands where -----------------------------------------------------------


def overall_places(published: Published) -> dict[str, dict[int, int]]:
    """Return the overall place of every city by edition; cities are numbers, 0 is the real one."""
    cities = list(range(1, CITY_COUNT + 1))
    first_own, second_own = (published.ranks[edition, OVERALL] for edition in EDITIONS)
    places = [place for place in range(1, CITY_COUNT + 2) if place != second_own]
    later = dict(zip(Draws(1).shuffled(cities), places, strict=True))
    draws = Draws(2)
    latent = {}
    for city in cities:
        spread = JUMP_NOISE if draws.below(JUMP_ONE_IN) == 0 else PLACE_NOISE
        latent[city] = 10 * later[city] + draws.noise(spread)
    order = [city for city in cities if later[city] != NEW_CITY_PLACE]
    order.sort(key=lambda city: latent[city])
    places = [place for place in range(1, CITY_COUNT + 1) if place != first_own]
    earlier = dict(zip(order, places, strict=True))
    return {FIRST_EDITION: {0: first_own, **earlier}, SECOND_EDITION: {0: second_own, **later}}


@dataclass
class CategoryPlaces:
    """Places of the cities of one edition in one category, and the index at each place.

    Places count from 0, as positions in the curve.
    """

    category: Category
    index_at: dict[int, int]
    curve: list[int]
    latent: dict[int, int]
    place: dict[int, int]

    def value(self, city: int) -> int:
        """Return the category index of a city in units."""
        return self.curve[self.place[city]]

    def swap_pass(self, residuals: dict[int, int], sum_weight: int, latent_weight: int) -> bool:
        """Swap each pair of simulated cities that comes closer to its sums; return if one did.

        The squared residuals of the sums and the squared distances from the latent values are
        weighed against each other. `residuals` (in units) are kept up to date.
        """
        swapped = False
        for one, two in combinations([city for city in self.place if city != 0], 2):
            gain = self.value(two) - self.value(one)
            drift = residuals[one] - residuals[two] + gain
            order = self.latent[two] - self.latent[one]
            if gain * (sum_weight * drift + latent_weight * order) < 0:
                self.place[one], self.place[two] = self.place[two], self.place[one]
                residuals[one] += gain
                residuals[two] -= gain
                swapped = True
        return swapped

    def nudge(self, city: int, direction: int) -> bool:
        """Move a city's index one step up (+1) or down (-1) if its place allows it."""
        place, step = self.place[city], self.category.step
        moved = self.curve[place] + direction * step
        low, high = 0, INDEX_MAXIMUM * UNITS_PER_POINT
        if place + 1 in self.index_at:
            low, high = bounds(self.index_at[place + 1], UNITS_PER_POINT)
        if place > 0:
            high = min(high, self.curve[place - 1] - step)
        if place + 1 < len(self.curve):
            low = max(low, self.curve[place + 1] + step)
        if low <= moved <= high:
            self.curve[place] = moved
            return True
        return False


def settle_sums(tables: list[CategoryPlaces], residuals: dict[int, int]) -> None:
    """Move category indices between their neighbours until the sums of the cities are met.

    `residuals` in units, kept up to date. What cannot be moved stays.
    """
    moved = True
    while moved:
        moved = False
        for city in residuals:
            for table in tables:
                step = table.category.step
                direction = 1 if residuals[city] < 0 else -1
                if 2 * abs(residuals[city]) > step and table.nudge(city, direction):
                    residuals[city] += direction * step
                    moved = True


def category_places(
    published: Published, edition: str, sums: dict[int, int]
) -> list[CategoryPlaces]:
    """Return the places and indices of all cities of an edition, category by category.

    `sums` are the wanted sums of the category indices by city, in units.
    """
    stream = EDITIONS.index(edition)
    own = published.real_city_units(edition)
    curve_draws, profile_draws, draws = Draws(10 + stream), Draws(3), Draws(30 + stream)
    tables = []
    for category in published.categories:
        name, key = category.name, (edition, category.name)
        profiles = [in_units(profile_draws.noise(PROFILE_SPREAD)) for _ in range(CITY_COUNT + 1)]
        offset = in_units(DESIGN[key][0])
        latent = {
            city: total // 5 + offset + profiles[city] + in_units(draws.noise(PROFILE_NOISE))
            for city, total in sums.items()
        }
        curve = index_curve(published, key, len(sums), own[name], category.step, curve_draws)
        order = sorted(sums, key=lambda city: -latent[city])
        order.remove(0)
        order.insert(published.ranks[key] - 1, 0)
        place = {city: order.index(city) for city in sums}
        tables.append(CategoryPlaces(category, published.index_at[key], curve, latent, place))
    residuals = {city: sum(t.value(city) for t in tables) - total for city, total in sums.items()}
    for weights in SWAP_WEIGHTS:
        while sum(table.swap_pass(residuals, *weights) for table in tables):
            pass
    settle_sums(tables, residuals)
    return tables


# --- scores: the indicators below a category index ---------------------------------------------


def point_score(reached: int, points: int) -> int:
    """Return the score for points reached out of the best city's points."""
    return (2 * BEST_SCORE * reached + points) // (2 * points)


def moved_score(score: int, points: int, steps: int = 0) -> int:
    """Return the score on the scale of an indicator that is nearest, or steps from that one."""
    inside = min(max(score, 0), BEST_SCORE)
    reached = (inside * points + BEST_SCORE // 2) // BEST_SCORE
    reached += steps * (FINE_STEP if points == FINE else 1)
    return point_score(min(max(reached, 0), points), points)


def settle_scores(scores: dict[str, int], free: list[str], total: int) -> None:
    """Move the free scores on their scales until all scores add up to `total`.

    They move in turn while that comes closer to the total. The last difference is taken by the
    indicators with a fine scale, if need be after one step of another one.
    """

    def change_of(item: str, steps: int) -> int:
        return moved_score(scores[item], INDICATORS[item][0], steps) - scores[item]

    missing = total - sum(scores.values())
    moved = True
    while moved:
        moved = False
        for item in free:
            change = change_of(item, 1 if missing > 0 else -1)
            if abs(missing - change) < abs(missing):
                scores[item] += change
                missing -= change
                moved = True
    fine = [item for item in free if INDICATORS[item][0] == FINE]
    low = missing - sum(BEST_SCORE - scores[item] for item in fine)
    high = missing + sum(scores[item] for item in fine)
    if not low <= 0 <= high:
        coarse = [item for item in free if item not in fine]
        steps = [(change_of(item, step), item) for item in coarse for step in (-1, 1)]
        change, item = min(step for step in steps if low <= step[0] <= high)
        scores[item] += change
        missing -= change
    for item in fine:
        change = moved_score(scores[item] + missing, FINE) - scores[item]
        scores[item] += change
        missing -= change


def rank_scores(drawn: dict[int, int], own_score: int | None) -> dict[int, int]:
    """Return scores by rank for drawn values by city: 100 * (N - rank) / (N - 1).

    If the published score of the real city is given, it keeps its rank.
    """
    size = len(drawn)
    grid = [point_score(size - rank, size - 1) for rank in range(1, size + 1)]
    order = sorted(drawn, key=lambda city: -drawn[city])
    if own_score is not None:
        order.remove(0)
        order.insert(grid.index(own_score), 0)
    return dict(zip(order, grid, strict=True))


def lasting_strengths(published: Published) -> dict[str, list[int]]:
    """Return the lasting strength of each city by regular indicator.

    For the real city it is what its published score is above the mean of its category, beyond
    what the indicator is easier than others.
    """
    draws = Draws(4)
    result = {}
    for category in published.categories:
        level = sum(published.scores[item] for item in category.regular) // len(category.regular)
        for item in category.regular:
            own = published.scores[item] - level - INDICATORS[item][1]
            result[item] = [own, *(draws.noise(ITEM_SPREAD) for _ in range(CITY_COUNT))]
    return result


def wanted_projects(category: Category, total: int, draws: Draws) -> int:
    """Return project points that suit a category total; they may be more than possible."""
    low, high = PROJECT_INDEX_RANGE
    index = total * category.step * 10 // UNITS_PER_POINT
    return (index - low) * category.project_cap // (high - low) + draws.noise(PROJECT_SPREAD)


def drawn_scores(
    items: list[str], city: int, total: int, strengths: dict[str, list[int]], draws: Draws
) -> dict[str, int]:
    """Return the unsettled scores of a city in the regular indicators, about `total` in sum.

    The closer a city is to none or all of the points, the less its indicators differ.
    """
    level = total // len(items)
    room = min(level, BEST_SCORE - level, FULL_ROOM)
    return {
        item: level
        + INDICATORS[item][1]
        + (strengths[item][city] + draws.noise(ITEM_NOISE)) * room // FULL_ROOM
        for item in items
    }


def category_scores(
    table: CategoryPlaces,
    own_scores: dict[str, int] | None,
    strengths: dict[str, list[int]],
    draws: Draws,
) -> dict[int, dict[str, int]]:
    """Return the scores of all cities of an edition in one category, by city and indicator.

    `own_scores` are the published scores of the real city, if it has some. Every indicator gives
    100 to its best drawn city that has none of these from another indicator of the category.
    """
    category, items = table.category, table.category.regular
    totals = {city: table.value(city) // category.step for city in table.place}
    wanted = {city: wanted_projects(category, total, draws) for city, total in totals.items()}
    drawn = {
        city: drawn_scores(items, city, total - wanted[city], strengths, draws)
        for city, total in totals.items()
    }
    best_in: dict[int, str] = {}
    for item in items:
        if item != RANK_SCORED:
            others = [city for city in drawn if city != 0 and city not in best_in]
            best_in[max(others, key=lambda city: drawn[city][item])] = item
    by_rank: dict[int, int] = {}
    if RANK_SCORED in items:
        values = {city: row[RANK_SCORED] for city, row in drawn.items()}
        by_rank = rank_scores(values, own_scores[RANK_SCORED] if own_scores else None)
    result = {}
    for city, total in totals.items():
        order = draws.shuffled(list(range(len(items))))
        if city == 0 and own_scores:
            result[city] = {item: own_scores[item] for item in category.items}
            continue
        fixed = {best_in[city]: BEST_SCORE} if city in best_in else {}
        if by_rank:
            fixed[RANK_SCORED] = by_rank[city]
        scores = {item: moved_score(drawn[city][item], INDICATORS[item][0]) for item in items}
        scores.update(fixed)
        steps = max((wanted[city] + PROJECT_STEP // 2) // PROJECT_STEP, 0)
        room = min(category.project_cap, total - sum(fixed.values()))
        project = min(steps, room // PROJECT_STEP) * PROJECT_STEP
        free = [items[position] for position in order if items[position] not in fixed]
        settle_scores(scores, free, total - project)
        result[city] = {**scores, category.project: project}
    return result


def edition_scores(
    published: Published, edition: str, places: dict[int, int]
) -> dict[int, dict[str, int]]:
    """Return the scores of an edition by city and indicator, in the order of the page."""
    stream, key, size = EDITIONS.index(edition), (edition, OVERALL), len(places)
    # The real city's overall index of 2024 is among the published ones.
    own = sum(published.real_city_units(edition).values()) if stream else None
    curve = index_curve(published, key, size, own, OVERALL_STEP, Draws(20 + stream))
    sums = {city: curve[places[city] - 1] for city in sorted(places)}
    strengths = lasting_strengths(published)
    own_scores = published.scores if edition == SECOND_EDITION else None
    draws = Draws(40 + stream)
    result: dict[int, dict[str, int]] = {city: {} for city in sums}
    for table in category_places(published, edition, sums):
        for city, row in category_scores(table, own_scores, strengths, draws).items():
            result[city].update(row)
    return result


# --- the files ---------------------------------------------------------------------------------

HEADERS = {
    "simulated_cities": (
        "city_id,city_name,state_code,state_name,population,latitude,longitude,source"
    ),
    "simulated_ranking_members": "ranking_id,city_id,first_edition,last_edition,source",
    "simulated_indicator_scores": (
        "ranking_id,edition,city_id,indicator_id,raw_value,is_not_applicable,source"
    ),
}


def city_id(number: int) -> str:
    """Return the id of a city: 0 is the real city, the others are simulated."""
    return REAL_CITY if number == 0 else f"simulated_{number:02d}"


def city_rows(later: dict[int, int]) -> Iterator[tuple[object, ...]]:
    """Return the rows of the simulated cities; stronger cities tend to be larger."""
    draws = Draws(5)
    sizes = [
        draws.between(low, high) for low, high, count in POPULATION_BANDS for _ in range(count)
    ]
    cities = list(range(1, CITY_COUNT + 1))
    strengths = {city: later[city] + draws.noise(POPULATION_NOISE) for city in cities}
    by_strength = sorted(cities, key=lambda city: strengths[city])
    populations = dict(zip(by_strength, sorted(sizes, reverse=True), strict=True))
    states = [state for state, size in enumerate(STATE_SIZES, start=1) for _ in range(size)]
    for city, state in zip(cities, Draws(6).shuffled(states), strict=True):
        names = (f"Simulierte Stadt {city:02d}", f"S{state:02d}", f"Simuliertes Land {state:02d}")
        yield city_id(city), *names, populations[city], None, None, SOURCE


def member_rows(places: dict[str, dict[int, int]]) -> Iterator[tuple[object, ...]]:
    """Return the membership rows: the first edition of every city of the field."""
    for city in sorted(places[SECOND_EDITION]):
        first_edition = FIRST_EDITION if city in places[FIRST_EDITION] else SECOND_EDITION
        yield SIMULATED_RANKING, city_id(city), first_edition, None, SOURCE


def score_rows(
    published: Published, places: dict[str, dict[int, int]]
) -> Iterator[tuple[object, ...]]:
    """Return the simulated scores of all editions; published ones are left out."""
    for edition in EDITIONS:
        for city, scores in edition_scores(published, edition, places[edition]).items():
            if edition == FIRST_EDITION or city != 0:
                for item, tenths in scores.items():
                    score = f"{tenths // 10}.{tenths % 10}"
                    yield SIMULATED_RANKING, edition, city_id(city), item, score, "false", SOURCE


def main() -> None:
    """Simulate the field and write its three files."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output-dir", type=Path, default=OUTPUT_DIR)
    output_dir = parser.parse_args().output_dir
    published = Published()
    places = overall_places(published)
    files = {
        "simulated_cities": city_rows(places[SECOND_EDITION]),
        "simulated_ranking_members": member_rows(places),
        "simulated_indicator_scores": score_rows(published, places),
    }
    for name, rows in files.items():
        with (output_dir / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(f"{HEADERS[name]}\n")
            csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
