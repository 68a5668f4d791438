"""The indicator explorer, indicators.html: definition, distribution and leaders of an indicator."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .. import formats
from ..site_builder import LANGUAGES, Row, Site, publisher_pages

STATISTICS_IN_POINTS = (
    "mean_score",
    "standard_deviation",
    "minimum_score",
    "first_quartile",
    "median_score",
    "third_quartile",
    "maximum_score",
)
SHARES = ("share_at_zero", "share_at_maximum", "share_of_index_variance")
CORRELATIONS = (
    "correlation_with_overall_index",
    "correlation_with_category_index",
    "correlation_with_rest_of_category",
)
FLAGS = ("has_low_spread", "has_floor_effect", "has_ceiling_effect", "has_low_correlation")
STATUSES = (
    "analysed",
    "too_few_cities",
    "too_many_cells",
    "no_indicators",
    "no_cities",
)

DIGITS_OF_CORRELATIONS = 2
DIGITS_OF_WEIGHTS = 4

SCRIPT_TEXTS = (
    "mark_s",
    "figures_simulated",
    "gap_not_recorded",
    "indicators_no_place",
    "of_cities",
    "indicators_facts",
    "indicators_category",
    "indicators_role",
    "role_regular",
    "role_project",
    "indicators_unit",
    "indicators_direction",
    "direction_higher_is_better",
    "direction_lower_is_better",
    "indicators_scoring_rule",
    *(
        f"normalisation_{rule}"
        for rule in ("none", "percentile_rank", "distance_to_reference", "min_max", "goalposts")
    ),
    "indicators_weight",
    "indicators_weight_value",
    "indicators_effective_weight",
    "indicators_effective_weight_value",
    "share_of_index_variance",
    "indicators_name",
    "indicators_name_printed",
    "indicators_name_inferred",
    "indicators_source",
    "indicators_cities",
    *STATISTICS_IN_POINTS,
    "share_at_zero",
    "share_at_maximum",
    *CORRELATIONS,
    *FLAGS,
    "indicators_no_flags",
    "indicators_chart_label",
    "indicators_chart_key",
    "indicators_column_figure",
    "indicators_column_value",
    "column_place",
    "column_city",
    "indicators_column_score",
    "indicators_leaders",
    "indicators_last",
    "indicators_tied",
    "indicators_all_cities",
    "indicators_all_cities_caption",
    "indicators_known_scores",
    "indicators_none_known",
    "indicators_matrix_caption",
    "indicators_matrix_itself",
    "indicators_not_defined",
    "indicators_other_ranking",
    *(f"indicators_status_{status}" for status in STATUSES),
)


def rounded(value: Decimal | None, digits: int) -> str | None:
    """Return a figure as the script expects it: rounded, with a decimal point."""
    return None if value is None else formats.decimal_point(value, digits)


def unit_names(site: Site, unit: str | None) -> dict[str, str | None]:
    """Return the name of a unit by language; a unit without a text stands as the mart has it."""
    text_id = f"unit_{(unit or '').replace(' ', '_')}"
    return dict(site.texts.get(text_id, dict.fromkeys(LANGUAGES, unit)))


def statistics(row: Row) -> dict[str, Any] | None:
    """Return the printed statistics of an indicator, or None where there are none.

    Args:
        row: a row of queries/indicators.sql.
    """
    if row["city_count"] is None:
        return None
    return {
        "cities": row["city_count"],
        "field": row["edition_city_count"],
        **{name: rounded(row[name], row["score_digits"]) for name in STATISTICS_IN_POINTS},
        **{
            name: None if row[name] is None else formats.percent(row[name], "en") for name in SHARES
        },
        **{name: rounded(row[name], DIGITS_OF_CORRELATIONS) for name in CORRELATIONS},
        "effective_weight": rounded(row["effective_weight"], DIGITS_OF_WEIGHTS),
        "flags": [name for name in FLAGS if row[name]],
    }


def indicator(site: Site, row: Row, scores: list[list[Any]]) -> dict[str, Any]:
    """Return what the script shows of an indicator in an edition.

    Args:
        site: the site in the making.
        row: a row of queries/indicators.sql.
        scores: [position of the city, printed score, place, whether it is simulated], best first.
    """
    return {
        "id": row["indicator_id"],
        "category": row["category_id"],
        "name": {language: row[f"indicator_name_{language}"] for language in LANGUAGES},
        "inferred": row["name_is_inferred"],
        "role": row["role"],
        "unit": unit_names(site, row["unit"]),
        "direction": row["direction"],
        "rule": row["normalisation"],
        "weight": formats.decimal_point(row["weight"], DIGITS_OF_WEIGHTS).rstrip("0").rstrip("."),
        "source": row["source"],
        "statistics": statistics(row),
        "scores": scores,
    }


def indicator_data(site: Site, ranking_id: str) -> dict[str, Any]:
    """Return the indicators of one ranking for the script.

    Args:
        site: the site in the making.
        ranking_id: the ranking.

    Returns:
        `cities`: [id, name, whether it is simulated]; `editions`: for each, its
        `indicators` and the `correlations` between its categories, with the numbers of cities that
        are `correlated`, and of the `field`.
    """
    cities: list[list[Any]] = []
    positions: dict[str, int] = {}
    scores: dict[tuple[int, str], list[list[Any]]] = {}
    for row in site.grouped("indicator_scores", "ranking_id").get((ranking_id,), []):
        position = positions.setdefault(row["city_id"], len(positions))
        if position == len(cities):
            cities.append([row["city_id"], row["city_name"], row["is_simulated_city"]])
        scores.setdefault((row["edition"], row["indicator_id"]), []).append(
            [position, row["score_displayed"], row["rank"], int(row["is_simulated"])]
        )
    editions: dict[int, dict[str, Any]] = {
        row["edition"]: {"indicators": [], "correlations": {}, "field": 0, "correlated": []}
        for row in site.grouped("editions", "ranking_id")[(ranking_id,)]
    }
    for row in site.grouped("indicators", "ranking_id").get((ranking_id,), []):
        of_indicator = scores.get((row["edition"], row["indicator_id"]), [])
        editions[row["edition"]]["indicators"].append(indicator(site, row, of_indicator))
    for row in site.grouped("category_correlations", "ranking_id").get((ranking_id,), []):
        of_edition = editions[row["edition"]]
        of_edition["field"] = row["edition_city_count"]
        of_edition["correlated"] = sorted({*of_edition["correlated"], row["city_count"]})
        of_category = of_edition["correlations"].setdefault(row["category_id"], {})
        of_category[row["other_category_id"]] = rounded(row["correlation"], DIGITS_OF_CORRELATIONS)
    return {"cities": cities, "editions": editions}


def settings(site: Site, language: str) -> dict[str, Any]:
    """Return what the script must know of rankings, editions and categories.

    Args:
        site: the site in the making.
        language: `de` or `en`.
    """
    categories = site.grouped("categories", "ranking_id", "edition")

    def of_edition(row: Row) -> dict[str, Any]:
        return {
            "status": row["analysis_status"],
            "cities": row["city_count"],
            "scores": formats.decimal(row["score_count"], 0, language),
            "expected": formats.decimal(row["expected_score_count"], 0, language),
            "maximum": str(row["scale_maximum"]),
            "categories": {
                category["category_id"]: category[f"category_name_{language}"]
                for category in categories[row["ranking_id"], row["edition"]]
            },
        }

    return {"rankings": site.rankings_for_script(site.rows("editions"), language, of_edition)}


def build(site: Site) -> None:
    """Write the data of every ranking, and the page."""
    rankings = {row["ranking_id"]: row for row in reversed(site.rows("editions"))}
    for ranking_id in rankings:
        site.write_data(f"indicators-{ranking_id}", indicator_data(site, ranking_id))
    for language in LANGUAGES:
        site.write_page(
            "indicators.html",
            "indicators.html",
            language,
            navigation="nav_indicators",
            title=site.text("nav_indicators", language),
            script_texts=SCRIPT_TEXTS,
            default=site.rows("editions")[0],
            publisher_pages=publisher_pages(site.rows("editions")),
            settings=settings(site, language),
        )
