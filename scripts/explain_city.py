"""Answer a city's three questions on one page: how sure is the place, why did it change, what would
change it.

    python scripts/explain_city.py [--city duesseldorf] [--ranking simulated_field] [--edition 2025]
        [--database warehouse/smart_city_index.duckdb]

Everything is read from the marts of the published file; nothing but sums is computed here.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path
from typing import Any

import duckdb

PROJECT_DIR = Path(__file__).resolve().parents[1]
DATABASE = PROJECT_DIR / "warehouse" / "smart_city_index.duckdb"
LINE_WIDTH = 92
SHOWN_DRIVERS = 4
SHOWN_LEVERS = 4
SHOWN_PEERS = 3

Row = dict[str, Any]


class NotAnalysed(Exception):
    """The city cannot be explained; the message says why."""


class Marts:
    """The rows of one city and edition in the marts of a published file.

    Args:
        connection: the published file.
        ranking: ranking_id.
        edition: year of the edition.
        city: city_id.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, ranking: str, edition: int, city: str
    ) -> None:
        self.connection = connection
        self.key = {"ranking": ranking, "edition": edition, "city": city}

    def rows(self, query: str) -> list[Row]:
        """Return the rows of a query that may use $ranking, $edition and $city."""
        used = {name: value for name, value in self.key.items() if f"${name}" in query}
        cursor = self.connection.execute(query, used)
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def of_city(self, mart: str, columns: str = "*", rest: str = "") -> list[Row]:
        """Return the city's rows of a mart.

        Args:
            mart: name of the mart.
            columns: select list.
            rest: further conditions (beginning with `and`) and the order.
        """
        return self.rows(
            f"select {columns} from {mart} where ranking_id = $ranking and edition = $edition"
            f" and city_id = $city {rest}"
        )

    def names(self) -> dict[str, str]:
        """Return the English names of the edition's indicators and categories."""
        found = self.rows(
            "select indicator_id as id, indicator_name_en as name from dim_indicators"
            " where ranking_id = $ranking and edition = $edition union all"
            " select category_id, category_name_en from dim_categories"
            " where ranking_id = $ranking and edition = $edition"
        )
        return {row["id"]: row["name"] for row in found}


def percent(share: Any) -> str:
    """Return a share (0..1) as a percentage without digits, never 0 or 100 unless it is."""
    value = float(share) * 100
    if 0 < value < 1:
        return "under 1 %"
    if 99 < value < 100:
        return "over 99 %"
    return f"{value:.0f} %"


def signed(value: Any, digits: int = 1) -> str:
    """Return a number with its sign; zero without."""
    return f"{float(value):+.{digits}f}" if round(float(value), digits) else f"{0:.{digits}f}"


def listed(items: list[str]) -> str:
    """Return items joined by commas and a final 'and'."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def paragraph(text: str) -> str:
    """Return a text broken into lines of the page."""
    return textwrap.fill(text, LINE_WIDTH, break_on_hyphens=False)


def heading(marts: Marts) -> list[str]:
    """Return the head of the page.

    Raises:
        NotAnalysed: the edition or the city is not in the marts, or the edition is incomplete.
    """
    key = marts.key
    coverage = marts.rows(
        "select * from analysis_coverage where ranking_id = $ranking and edition = $edition"
    )
    if not coverage:
        raise NotAnalysed(f"there is no edition {key['edition']} of ranking {key['ranking']}")
    if coverage[0]["status"] != "analysed":
        raise NotAnalysed(
            f"edition {key['edition']} of ranking {key['ranking']} is not analysed:"
            f" {coverage[0]['status']}, {coverage[0]['score_count']:,} of"
            f" {coverage[0]['expected_score_count']:,} scores are there"
        )
    found = marts.of_city(
        "league_table", "city_name, overall_rank, overall_tendency, overall_index_printed"
    )
    if not found:
        raise NotAnalysed(f"there is no city {key['city']} in this edition")
    city = found[0]
    place = f"place {city['overall_rank']} of {coverage[0]['city_count']}"
    if city["overall_tendency"] is not None:
        place += f" ({city['overall_tendency']:+d})"
    title = f"{city['city_name']}, {key['ranking']} {key['edition']}: {place}"
    lines = [title, "=" * len(title), ""]
    if coverage[0]["is_simulated_field"]:
        lines += [
            paragraph(
                "The field is simulated: every place is one among simulated cities. What is said of"
                " the change against the edition before rests on simulated scores of that edition"
                " where they are flagged; it shows the method, not the real city."
            ),
            "",
        ]
    return lines


def method_name(row: Row) -> str:
    """Return how the weights and the index of a scenario are made, in a few words."""
    parts = [f"weights +/- {float(row['box_share']):.0%}" if row["box_share"] else "any weights"]
    if row["normalisation"] != "as_defined":
        parts.append(f"scores by {row['normalisation']}")
    if row["root_aggregation"] != "as_defined":
        parts.append(f"{row['root_aggregation']} mean")
    return ", ".join(parts)


def how_sure(marts: Marts) -> list[str]:
    """Return the answer to the first question."""
    robustness = marts.of_city("rank_robustness", rest="order by draw_count desc, scenario_id")
    bounds = {row["scenario_id"]: row for row in marts.of_city("rank_bounds")}
    lines = ["1. How sure is this place?", ""]
    for row in robustness:
        line = (
            f"   {method_name(row):<39} place {row['rank_p05']} to {row['rank_p95']}"
            f" in 90 % of {row['draw_count']:,} draws"
        )
        if row["scenario_id"] in bounds:
            bound = bounds[row["scenario_id"]]
            line += f"; never beyond {bound['best_rank']} to {bound['worst_rank']}"
        lines.append(line)
    first = robustness[0]
    duels = [
        f"beats the city {side} ({first[f'next_{name}_city_id']}) in"
        f" {percent(first[f'probability_beats_next_{name}'])}"
        for side, name in (("above", "better"), ("below", "worse"))
        if first[f"next_{name}_city_id"]
    ]
    claims = [
        f"keeps place {first['rank']} in {percent(first['share_at_rank'])} of the draws",
        f"is among the first ten in {percent(first['probability_top_10'])}",
        *duels,
    ]
    lines += ["", paragraph(f"With {method_name(first)} the city {listed(claims)}.")]
    factors = [
        f"{row['factor'].replace('_', ' ')} {float(row['total_index']):.2f}"
        for row in marts.rows(
            "select factor, total_index from sensitivity where ranking_id = $ranking"
            " and edition = $edition and total_index is not null order by total_index desc, factor"
        )
    ]
    if factors:
        lines.append(
            paragraph(
                "The choices of method that move the places of the whole field (total Sobol"
                f" indices): {listed(factors)}."
            )
        )
    return [*lines, ""]


def why_changed(marts: Marts) -> list[str]:
    """Return the answer to the second question; empty without an edition before."""
    places = {
        row["driver"]: row["contribution"]
        for row in marts.of_city("tendency_drivers", rest="and figure = 'rank'")
    }
    if not places:
        return [
            "2. Why did it change?",
            "",
            "   There is no complete edition before to compare with.",
            "",
        ]
    lines = ["2. Why did it change, and did it really?", ""]
    index_parts = marts.of_city(
        "tendency_drivers",
        "driver, node_id, contribution, is_simulated",
        "and figure = 'index' and contribution <> 0 order by abs(contribution) desc, node_id",
    )
    names = marts.names()
    total = sum(row["contribution"] for row in index_parts)
    by_driver: dict[str, Any] = {}
    for row in index_parts:
        by_driver[row["driver"]] = by_driver.get(row["driver"], 0) + row["contribution"]
    lines.append(
        paragraph(
            f"The tendency of {signed(sum(places.values()), 0)} is {signed(places['own_change'])} by"
            f" the city's own change, {signed(places['others_change'])} by the other cities',"
            f" {signed(places['cities_left'], 0)} by cities that left and"
            f" {signed(places['cities_entered'], 0)} by cities that entered."
        )
    )
    if index_parts:
        parts = [
            f"{signed(value, 2)} by {driver.replace('_', ' ')}"
            for driver, value in by_driver.items()
            if driver != "rounding"
        ]
        largest = [
            f"{names[row['node_id']]} {signed(row['contribution'], 2)}"
            for row in index_parts[:SHOWN_DRIVERS]
        ]
        lines.append(
            paragraph(
                f"The index changed by {signed(total, 2)} points: {listed(parts)}. The largest"
                f" parts: {listed(largest)}."
            )
        )
        if any(row["is_simulated"] for row in index_parts):
            lines.append("   (These parts rest on simulated scores.)")
    for row in marts.rows(
        "select probabilities.*, robustness.box_share, normalisation, root_aggregation"
        " from tendency_probability as probabilities inner join rank_robustness as robustness"
        " using (ranking_id, edition, scenario_id, city_id)"
        " where ranking_id = $ranking and edition = $edition and city_id = $city"
        " order by probabilities.draw_count desc, scenario_id limit 2"
    ):
        lines.append(
            paragraph(
                f"With {method_name(row)} it rose in {percent(row['probability_rose'])} of"
                f" {row['draw_count']:,} paired draws and fell in"
                f" {percent(row['probability_fell'])}."
            )
        )
    return [*lines, ""]


def what_would_change_it(marts: Marts) -> list[str]:
    """Return the answer to the third question."""
    lines = ["3. What would change it?", ""]
    names = marts.names()
    waterfall = marts.of_city(
        "category_waterfall",
        "compared_city_id, category_id, index_points_ahead",
        "and comparison = 'next_better_city' order by index_points_ahead, category_id",
    )
    if waterfall:
        gaps = [
            f"{names[row['category_id']]} {signed(row['index_points_ahead'], 2)}"
            for row in waterfall
        ]
        lines.append(
            paragraph(
                f"To the city above ({waterfall[0]['compared_city_id']}) it is"
                f" {signed(sum(row['index_points_ahead'] for row in waterfall), 2)} points:"
                f" {listed(gaps)}."
            )
        )
    levers = marts.of_city(
        "improvement_levers",
        rest="and index_points_at_maximum > 0 order by index_points_at_maximum desc, indicator_id",
    )
    for row in levers[:SHOWN_LEVERS]:
        lines.append(
            f"   {names[row['indicator_id']]:<28} {float(row['score']):5.1f} now;"
            f" place {row['rank_at_best_quarter']} in the field's best quarter"
            f" ({float(row['best_quarter_score']):.1f}), {row['rank_at_maximum']}"
            f" at {float(row['maximum_score']):.0f}"
        )
    paths: dict[int, list[Row]] = {}
    for row in marts.of_city(
        "improvement_paths",
        rest="and objective = 'fewest_indicators' order by places_to_gain, step",
    ):
        paths.setdefault(row["places_to_gain"], []).append(row)
    for places, steps in paths.items():
        raised = [
            f"{names[row['indicator_id']]} {float(row['score_from']):.1f} -> {float(row['score_to']):.1f}"
            for row in steps
        ]
        lines.append(
            paragraph(
                f"Fewest indicators for {places} place{'s' if places > 1 else ''}"
                f" (place {steps[0]['rank_to_reach']}): {listed(raised)}."
            )
        )
    assessed = marts.of_city(
        "strengths_and_weaknesses", "assessment, count(*) as n", "group by assessment"
    )
    counts = {row["assessment"]: row["n"] for row in assessed}
    peers = marts.of_city(
        "peer_cities", rest=f"and scope = 'field' and nearness <= {SHOWN_PEERS} order by nearness"
    )
    sentence = (
        f"It is in the field's best quarter in {counts.get('strength', 0)} of"
        f" {sum(counts.values())} indicators and in its worst in {counts.get('weakness', 0)}."
    )
    if peers:
        near = [f"{row['peer_city_id']} (place {row['peer_rank']})" for row in peers]
        sentence += f" Most similar scores: {listed(near)}."
    return [*lines, paragraph(sentence)]


def page(database: Path, ranking: str, edition: int, city: str) -> str:
    """Return the page of one city.

    Args:
        database: the published file.
        ranking: ranking_id.
        edition: year of the edition.
        city: city_id.

    Raises:
        NotAnalysed: the city cannot be explained.
    """
    if not database.exists():
        raise NotAnalysed(f"{database} does not exist: run make build first")
    with duckdb.connect(str(database), read_only=True) as connection:
        marts = Marts(connection, ranking, edition, city)
        parts = (heading, how_sure, why_changed, what_would_change_it)
        return "\n".join(line for part in parts for line in part(marts))


def main() -> int:
    """Parse the command line and print the page; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--city", default="duesseldorf")
    parser.add_argument("--ranking", default="simulated_field")
    parser.add_argument("--edition", type=int, default=2025)
    parser.add_argument("--database", type=Path, default=DATABASE)
    arguments = parser.parse_args()
    try:
        print(page(arguments.database, arguments.ranking, arguments.edition, arguments.city))
    except NotAnalysed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
