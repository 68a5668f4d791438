"""A composite index recomputed from the CSV files of an index folder, in exact fractions.

Written after docs/methodology.md, without a look at the SQL: scores by each scoring rule, indices
by recursion over the tree, ranks and tendencies. Only logarithms and geometric means are not exact;
they have 50 digits.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from pathlib import Path

ROOT = "overall"
DIGITS = 50
RANK_DIGITS = 8

Row = dict[str, str]
Value = Fraction | None


def read_rows(index_dir: Path, name: str) -> list[Row]:
    """Return the rows of a CSV file of an index folder, wherever in it; none without the file."""
    rows = []
    for file in index_dir.rglob(f"{name}.csv"):
        if file.relative_to(index_dir).parts[0] == "build":
            continue
        with file.open(encoding="utf-8", newline="") as opened:
            rows += list(csv.DictReader(opened))
    return rows


def as_decimal(value: Fraction) -> Decimal:
    """Return a fraction with 50 digits."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def logarithm(value: Fraction) -> Fraction:
    """Return the natural logarithm."""
    with localcontext(Context(prec=DIGITS)):
        return Fraction(as_decimal(value).ln())


def exponential(value: Fraction) -> Fraction:
    """Return e to the power of a value."""
    with localcontext(Context(prec=DIGITS)):
        return Fraction(as_decimal(value).exp())


def rounded(value: Fraction, digits: int) -> Decimal:
    """Return a value with a number of digits, halves away from zero."""
    with localcontext(Context(prec=DIGITS)):
        return as_decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def ranks_of(values: dict[str, Decimal]) -> dict[str, int]:
    """Return competition ranks, 1 for the greatest value."""
    return {
        name: 1 + sum(other > value for other in values.values()) for name, value in values.items()
    }


def scores_of(values: dict[str, Fraction], node: Row, scale: Fraction) -> dict[str, Fraction]:
    """Return the score of every city of a field that has a value of an indicator.

    Args:
        values: raw value by city.
        node: the indicator's row of framework.csv.
        scale: best possible score.
    """
    if not values:
        return {}
    lower_is_better = node["direction"] == "lower_is_better"
    lowest, highest = min(values.values()), max(values.values())
    scores: dict[str, Fraction] = {}
    for city, value in values.items():
        if node["normalisation"] == "none":
            score = value
        elif node["normalisation"] == "percentile_rank":
            worse = sum((o > value) if lower_is_better else (o < value) for o in values.values())
            equal = sum(other == value for other in values.values()) - 1
            score = (
                scale * (worse + Fraction(equal, 2)) / (len(values) - 1)
                if len(values) > 1
                else scale
            )
        elif node["normalisation"] == "distance_to_reference":
            if lower_is_better:
                score = scale if value == lowest else scale * lowest / value
            else:
                score = scale * value / highest if highest else Fraction(0)
        elif node["normalisation"] == "min_max":
            share = (value - lowest) / (highest - lowest) if highest > lowest else Fraction(1, 2)
            score = scale * (1 - share if lower_is_better else share)
        else:
            posts = [Fraction(node["lower_goalpost"]), value, Fraction(node["upper_goalpost"])]
            if node["is_logarithmic"] == "true":
                posts = [logarithm(post) for post in posts]
            share = (posts[1] - posts[0]) / (posts[2] - posts[0])
            share = 1 - share if lower_is_better else share
            if node["is_capped"] == "true":
                share = min(max(share, Fraction(0)), Fraction(1))
            score = scale * share
        scores[city] = score
    return scores


@dataclass
class ExactEdition:
    """One edition of a ranking.

    Attributes:
        tree: rows of framework.csv by node.
        settings: row of methodologies.csv.
        cities: cities of the field.
        scores: score by indicator and city, where there is one.
        not_applicable: pairs of indicator and city that do not apply.
        indices: index by node and city; None where there is none.
        ranks: rank by node and city, where it is computed.
    """

    tree: dict[str, Row]
    settings: Row
    cities: list[str]
    scores: dict[str, dict[str, Fraction]] = field(default_factory=dict)
    not_applicable: set[tuple[str, str]] = field(default_factory=set)
    indices: dict[str, dict[str, Value]] = field(default_factory=dict)
    ranks: dict[str, dict[str, int]] = field(default_factory=dict)

    def compute(self, raw_values: dict[str, dict[str, Fraction]]) -> None:
        """Compute scores, indices and ranks from raw values by indicator and city."""
        scale = Fraction(self.settings["scale_maximum"])
        for name, node in self.tree.items():
            if node["node_type"] == "indicator":
                self.scores[name] = scores_of(raw_values.get(name, {}), node, scale)
        for name in self.tree:
            self.indices[name] = {city: self.index(name, city) for city in self.cities}
            self.ranks[name] = self._ranks(name)

    def index(self, name: str, city: str) -> Value:
        """Return the score of an indicator, or the index of a category, of a city."""
        node = self.tree[name]
        if node["node_type"] == "indicator":
            return self.scores[name].get(city)
        children = [child for child in self.tree.values() if child["parent_node_id"] == name]
        applicable = [c for c in children if (c["node_id"], city) not in self.not_applicable]
        values = {child["node_id"]: self.index(child["node_id"], city) for child in applicable}
        regular = [child for child in applicable if child["role"] == "regular"]
        weights = {child["node_id"]: Fraction(child["weight"]) for child in regular}
        valued = {child: value for child in weights if (value := values[child]) is not None}
        weight = sum(weights.values(), Fraction(0))
        valued_weight = sum((weights[child] for child in valued), Fraction(0))
        rule = self.settings["missing_value_rule"]
        if not valued or valued_weight < Fraction(self.settings["minimum_coverage"]) * weight:
            return None
        if rule == "no_index" and any(value is None for value in values.values()):
            return None
        base = valued_weight if rule == "renormalise" else weight
        if node["aggregation"] == "arithmetic":
            mean = sum((weights[c] * value for c, value in valued.items()), Fraction(0)) / base
        elif 0 in valued.values() or (rule == "zero" and len(valued) < len(regular)):
            mean = Fraction(0)
        else:
            logarithms = (weights[c] * logarithm(value) for c, value in valued.items())
            mean = exponential(sum(logarithms, Fraction(0)) / base)
        cap = Fraction(node["project_cap_share"] or 0)
        projects = [values[c["node_id"]] for c in applicable if c["role"] == "project"]
        points = min(
            sum((value for value in projects if value is not None), Fraction(0)),
            cap * Fraction(self.settings["scale_maximum"]) * weight,
        )
        return (mean + points / weight) / (1 + cap)

    def _ranks(self, name: str) -> dict[str, int]:
        """Return the rank of every city with an index, if enough of the field has one."""
        is_rounded = self.settings["rank_taken_on"] == "rounded"
        kind = "score" if self.tree[name]["node_type"] == "indicator" else "index"
        digits = int(self.settings[f"{kind}_digits"]) if is_rounded else RANK_DIGITS
        values = {
            city: rounded(value, digits)
            for city, value in self.indices[name].items()
            if value is not None
        }
        field_size = sum((name, city) not in self.not_applicable for city in self.cities)
        least = Fraction(self.settings["minimum_city_coverage"]) * field_size
        return ranks_of(values) if len(values) >= least else {}


def exact_editions(index_dir: Path) -> dict[tuple[str, int], ExactEdition]:
    """Compute every edition of an index folder whose fields share no rows between rankings.

    Args:
        index_dir: the index folder.

    Returns:
        The editions by ranking and year.
    """
    methodologies = {row["methodology_id"]: row for row in read_rows(index_dir, "methodologies")}
    framework = read_rows(index_dir, "framework")
    members = read_rows(index_dir, "ranking_members")
    scores = read_rows(index_dir, "indicator_scores")
    editions = {}
    for row in read_rows(index_dir, "editions"):
        ranking, year = row["ranking_id"], int(row["edition"])
        methodology = row["methodology_id"]
        edition = ExactEdition(
            tree={n["node_id"]: n for n in framework if n["methodology_id"] == methodology},
            settings=methodologies[methodology],
            cities=sorted(
                member["city_id"]
                for member in members
                if member["ranking_id"] == ranking
                and int(member["first_edition"]) <= year <= int(member["last_edition"] or year)
            ),
        )
        raw_values: dict[str, dict[str, Fraction]] = {}
        for score in scores:
            if (score["ranking_id"], score["edition"]) == (ranking, str(year)):
                if score["is_not_applicable"] == "true":
                    edition.not_applicable.add((score["indicator_id"], score["city_id"]))
                else:
                    of_indicator = raw_values.setdefault(score["indicator_id"], {})
                    of_indicator[score["city_id"]] = Fraction(score["raw_value"])
        edition.compute(raw_values)
        editions[ranking, year] = edition
    return editions
