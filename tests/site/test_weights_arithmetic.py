"""Weights of one's own: the browser's arithmetic gives exactly what queries/own_weights.sql gives.

assets/weights_arithmetic.js runs under node, the query in DuckDB, and both are compared with exact
fractions: on the published file, and on made-up fields full of ties and halves.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from bisect import bisect_right
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import duckdb
import pytest

from smart_city_index.site import SITE_DIR

from .own_weights import with_choice

ARITHMETIC = SITE_DIR / "assets" / "weights_arithmetic.js"
QUERY = (SITE_DIR / "queries" / "own_weights.sql").read_text("utf-8")

STEPS = tuple(Decimal(half) / 2 for half in range(11))
VECTORS_PER_EDITION = 100
FIELDS = 40
VECTORS_PER_FIELD = 5

# Reads cases as JSON and answers each with [[index, place], ...], or null.
RUNNER = """
const vm = require("vm");
const fs = require("fs");
const code = fs.readFileSync(process.argv[1], "utf-8");
const arithmetic = vm.runInNewContext(`${code}; weightsArithmetic`);
const answers = JSON.parse(fs.readFileSync(0, "utf-8")).map(({ cities, weights, rankDigits }) => {
  const found = arithmetic.ranking(
    cities.map((indices) => indices.map((index) => arithmetic.units(index, 12))),
    weights.map((weight) => arithmetic.units(weight, 1)),
    rankDigits,
  );
  return found && found.map(({ index, place }) => [arithmetic.printed(index, 12), place]);
});
console.log(JSON.stringify(answers));
"""

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="node is not installed: the page's arithmetic cannot run"
)

Ranking = dict[str, tuple[Decimal, int]]


@dataclass(frozen=True)
class Field:
    """An edition whose category indices are all known.

    Attributes:
        ranking_id: its ranking.
        edition: its year.
        categories: identifiers in the page's order.
        indices: by city, in the order of the categories.
        rank_digits: digits that places are taken on.
    """

    ranking_id: str
    edition: int
    categories: list[str]
    indices: dict[str, list[Decimal]]
    rank_digits: int


def by_sql(
    connection: duckdb.DuckDBPyConnection, field: Field, weights: list[Decimal]
) -> tuple[Ranking, dict[str, int]]:
    """Return index and place of every city, and the places gained, as the query gives them."""
    listed = ", ".join(
        f"('{one}', {weight:.1f})" for one, weight in zip(field.categories, weights, strict=True)
    )
    query = with_choice(QUERY, listed, field.ranking_id, field.edition)
    rows = connection.sql(query).select("city_id, index_value, place, places_gained").fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}, {row[0]: row[3] for row in rows}


def by_node(cases: list[tuple[Field, list[Decimal]]]) -> list[Ranking]:
    """Return index and place of every city, as the page's script computes them."""
    questions = [
        {
            "cities": [[f"{one:.12f}" for one in indices] for indices in field.indices.values()],
            "weights": [f"{weight:.1f}" for weight in weights],
            "rankDigits": field.rank_digits,
        }
        for field, weights in cases
    ]
    answer = subprocess.run(
        ["node", "-e", RUNNER, str(ARITHMETIC)],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        {
            city: (Decimal(index), place)
            for city, (index, place) in zip(field.indices, found or [], strict=bool(found))
        }
        for (field, _), found in zip(cases, json.loads(answer.stdout), strict=True)
    ]


def half_up(value: Fraction, digits: int) -> Fraction:
    """Return a fraction that is not negative, rounded half up."""
    scale = 10**digits
    return Fraction((2 * value * scale + 1) // 2, scale)


def by_fractions(field: Field, weights: list[Decimal]) -> Ranking:
    """Return index and place of every city, computed without any of the code under test."""
    total = sum(map(Fraction, weights))
    if not total:
        return {}
    means = {
        city: half_up(
            sum(
                Fraction(index) * Fraction(weight)
                for index, weight in zip(indices, weights, strict=True)
            )
            / total,
            12,
        )
        for city, indices in field.indices.items()
    }
    compared = {city: half_up(mean, field.rank_digits) for city, mean in means.items()}
    in_order = sorted(compared.values())
    return {
        city: (
            (Decimal(mean.numerator) / mean.denominator).quantize(
                Decimal("1e-12"), rounding=ROUND_HALF_UP
            ),
            1 + len(in_order) - bisect_right(in_order, compared[city]),
        )
        for city, mean in means.items()
    }


def random_weights(dice: random.Random, count: int) -> list[Decimal]:
    """Return weights as sliders give them, not all of them 0."""
    while True:
        weights = [dice.choice(STEPS) for _ in range(count)]
        if any(weights):
            return weights


def fields_of(connection: duckdb.DuckDBPyConnection) -> list[Field]:
    """Return every edition of a file in which all category indices are known."""
    rows = connection.sql(
        """
        select
            results.ranking_id,
            results.edition,
            results.city_id,
            list(categories.category_id order by categories.sort_path),
            list(results.index_value order by categories.sort_path),
            any_value(
                case when editions.rank_taken_on = 'rounded' then editions.index_digits else 8 end
            ),
        from fct_index_results as results
        inner join dim_categories as categories using (ranking_id, edition, category_id)
        inner join dim_editions as editions using (ranking_id, edition)
        where categories.depth = 1
        group by results.ranking_id, results.edition, results.city_id
        order by results.ranking_id, results.edition, results.city_id
        """
    ).fetchall()
    fields: dict[tuple[str, int], Field] = {}
    for ranking_id, edition, city_id, categories, indices, rank_digits in rows:
        field = fields.setdefault(
            (ranking_id, edition), Field(ranking_id, edition, categories, {}, rank_digits)
        )
        field.indices[city_id] = indices
    return [
        field
        for field in fields.values()
        if all(index is not None for one in field.indices.values() for index in one)
    ]


def made_up_field(connection: duckdb.DuckDBPyConnection, dice: random.Random, number: int) -> Field:
    """Add a small field of close and equal indices to a file, and return it.

    Args:
        connection: a file with empty marts.
        dice: a seeded source.
        number: its edition; every second one takes its places on printed digits.
    """
    categories = [f"category_{one}" for one in range(dice.randint(1, 7))]
    rounded = number % 2 == 1
    index_digits = dice.randint(0, 3)
    step = dice.choice([Decimal("1e-12"), Decimal("5e-9"), Decimal("0.05"), Decimal("12.5")])
    base = dice.choice([Decimal(0), Decimal("72.5")])
    indices = {
        f"city_{city}": [
            (base + step * dice.randint(0, 2)).quantize(Decimal("1e-12")) for _ in categories
        ]
        for city in range(dice.randint(1, 25))
    }
    connection.execute(
        "insert into dim_editions values ('made_up', ?, ?, ?)",
        [number, "rounded" if rounded else "unrounded", index_digits],
    )
    connection.executemany(
        "insert into dim_categories values ('made_up', ?, ?, 1, ?)",
        [(number, category, category) for category in categories],
    )
    connection.executemany(
        "insert into fct_index_results values ('made_up', ?, ?, ?, ?)",
        [
            (number, city, category, index)
            for city, values in indices.items()
            for category, index in zip(categories, values, strict=True)
        ],
    )
    return Field("made_up", number, categories, indices, index_digits if rounded else 8)


def empty_marts() -> duckdb.DuckDBPyConnection:
    """Return a file with the columns of the marts that the query reads."""
    connection = duckdb.connect()
    connection.execute(
        """
        create table dim_editions (
            ranking_id varchar, edition integer, rank_taken_on varchar, index_digits integer
        );
        create table dim_categories (
            ranking_id varchar, edition integer, category_id varchar, depth integer,
            sort_path varchar,
            category_key varchar as (ranking_id || '_' || edition || '.' || category_id)
        );
        create table fct_index_results (
            ranking_id varchar, edition integer, city_id varchar, category_id varchar,
            index_value decimal(18, 12),
            category_key varchar as (ranking_id || '_' || edition || '.' || category_id)
        );
        create table dim_cities as
        select 'city_' || range as city_id, 'City ' || range as city_name, true as is_simulated
        from range(25);
        """
    )
    return connection


def compare(
    connection: duckdb.DuckDBPyConnection, cases: list[tuple[Field, list[Decimal]]]
) -> tuple[int, int]:
    """Compare script, query and fractions; return the numbers of places and of shared ones."""
    compared = tied = 0
    for (field, weights), scripted in zip(cases, by_node(cases), strict=True):
        queried, _ = by_sql(connection, field, weights)
        assert queried == by_fractions(field, weights), (field.ranking_id, field.edition, weights)
        assert scripted == queried, (field.ranking_id, field.edition, weights)
        places = [place for _, place in queried.values()]
        compared += len(places)
        tied += sum(places.count(place) > 1 for place in places)
    return compared, tied


def test_script_and_query_agree_on_the_published_file(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Random weights in every complete edition: the same index to the last digit and place."""
    dice = random.Random("weights of the published file")
    fields = fields_of(connection)
    assert fields
    cases = [
        (field, random_weights(dice, len(field.categories)))
        for field in fields
        for _ in range(VECTORS_PER_EDITION)
    ]
    compared, tied = compare(connection, cases)
    print(f"published file: {len(cases)} weightings, {compared} places, {tied} of them shared")
    assert compared == sum(len(field.indices) for field, _ in cases)


def test_script_and_query_agree_on_ties_and_halves() -> None:
    """Small fields of equal indices and of means that lie half a unit between two places."""
    dice = random.Random("ties and halves")
    with empty_marts() as connection:
        fields = [made_up_field(connection, dice, number) for number in range(FIELDS)]
        cases = [
            (field, random_weights(dice, len(field.categories)))
            for field in fields
            for _ in range(VECTORS_PER_FIELD)
        ]
        compared, tied = compare(connection, cases)
    print(f"made-up fields: {len(cases)} weightings, {compared} places, {tied} of them shared")
    assert tied > compared / 10


def test_equal_weights_give_the_published_places(connection: duckdb.DuckDBPyConnection) -> None:
    """Whatever the common weight is, the places are those of the mart, and nobody gains one."""
    for field in fields_of(connection):
        expected = dict(
            connection.execute(
                """
                select results.city_id, results.rank
                from fct_index_results as results
                inner join dim_categories as categories using (ranking_id, edition, category_id)
                where categories.is_overall and ranking_id = ? and edition = ?
                """,
                [field.ranking_id, field.edition],
            ).fetchall()
        )
        for step in (Decimal("0.5"), Decimal(1), Decimal(5)):
            weights = [step] * len(field.categories)
            queried, gained = by_sql(connection, field, weights)
            (scripted,) = by_node([(field, weights)])
            assert {city: place for city, (_, place) in queried.items()} == expected
            assert {city: place for city, (_, place) in scripted.items()} == expected
            assert set(gained.values()) == {0}


def test_gained_places_are_counted_against_equal_weights(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """The query's places_gained is the place with equal weights less the place."""
    dice = random.Random("gained places")
    for field in fields_of(connection):
        equal = by_fractions(field, [Decimal(1)] * len(field.categories))
        weights = random_weights(dice, len(field.categories))
        queried, gained = by_sql(connection, field, weights)
        assert gained == {city: equal[city][1] - queried[city][1] for city in field.indices}


def test_without_any_weight_there_are_no_places(connection: duckdb.DuckDBPyConnection) -> None:
    """All weights 0: neither the script nor the query ranks anybody."""
    for field in fields_of(connection):
        weights = [Decimal(0)] * len(field.categories)
        assert by_sql(connection, field, weights)[0] == {}
        assert by_node([(field, weights)]) == [{}]


def test_an_incomplete_edition_has_no_places() -> None:
    """One missing index takes every place, and leaves the places of another edition."""
    dice = random.Random("incomplete")
    with empty_marts() as connection:
        field, other = (made_up_field(connection, dice, number) for number in (2, 4))
        connection.execute(
            "update fct_index_results set index_value = null"
            " where edition = 2 and city_id = 'city_0' and category_id = 'category_0'"
        )
        assert by_sql(connection, field, [Decimal(1)] * len(field.categories))[0] == {}
        weights = [Decimal(1)] * len(other.categories)
        assert by_sql(connection, other, weights)[0] == by_fractions(other, weights)
