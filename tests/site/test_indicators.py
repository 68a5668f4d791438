"""The indicator explorer shows the marts' scores, places and statistics."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from playwright.sync_api import Page

from .cells import printed, rows_in_browser
from .conftest import OpenPage, Rows
from .site_files import LANGUAGES

SCORES = """
    select indicator_id, city_id, score_displayed, rank from fct_indicator_scores
    where ranking_id = ? and edition = ? and score_displayed is not null
"""
STATISTICS = (
    "mean_score",
    "standard_deviation",
    "median_score",
    "first_quartile",
    "third_quartile",
)


def open_indicator(
    open_page: OpenPage, language: str, ranking: str, edition: int, indicator: str
) -> Page:
    """Open the explorer at an indicator."""
    query = f"ranking={ranking}&edition={edition}&indicator={indicator}"
    page = open_page(f"{language}/indicators.html?{query}")
    page.locator(f"#indicator[data-ranking={ranking}][data-indicator={indicator}]").wait_for()
    return page


@pytest.mark.parametrize("edition", [2024, 2025])
@pytest.mark.parametrize("language", LANGUAGES)
def test_indicators_of_a_complete_field(
    open_page: OpenPage, rows: Rows, language: str, edition: int
) -> None:
    """Every indicator of the simulated field lists every city with its score and place."""
    statistics = {
        row["indicator_id"]: row
        for row in rows(
            """select * from indicator_statistics
            where ranking_id = 'simulated_field' and edition = ?""",
            edition,
        )
    }
    assert len(statistics) == 37
    expected: dict[str, dict[str, tuple[str, str]]] = {}
    for row in rows(SCORES, "simulated_field", edition):
        expected.setdefault(row["indicator_id"], {})[row["city_id"]] = (
            printed(row["score_displayed"], language),
            str(row["rank"]),
        )
    page = open_indicator(open_page, language, "simulated_field", edition, "payment")
    page.locator("#all-cities summary").click()
    for indicator, figures in statistics.items():
        page.locator("#control-indicator").select_option(indicator)
        page.locator(f"#indicator[data-indicator={indicator}]").wait_for()
        page.locator("#all-cities details").evaluate("one => { one.open = true; }")
        shown = {
            city: (cells["score"].text, cells["place"].text)
            for city, cells in rows_in_browser(page, "#all-cities tr[data-city]", "city")
        }
        assert shown == expected[indicator], indicator
        texts = page.locator("#distribution [data-field]").evaluate_all(
            "all => all.map((one) => [one.dataset.field, one.innerText])"
        )
        for name in STATISTICS:
            rounded = figures[name].quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
            (text,) = (shown_text for field, shown_text in texts if field == name)
            assert text.startswith(printed(str(rounded), language)), (indicator, name)
    assert page.locator("#simulated-banner").is_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_single_scores_of_a_field_with_gaps(open_page: OpenPage, rows: Rows, language: str) -> None:
    """Where single scores were published, exactly these are shown, without distribution."""
    page = open_indicator(open_page, language, "smart_city_index", 2021, "payment")
    scores = rows(SCORES, "smart_city_index", 2021)
    expected = [row for row in scores if row["indicator_id"] == "payment"]
    shown = rows_in_browser(page, "#distribution tr[data-city]", "city")
    assert {city: cells["score"].text for city, cells in shown} == {
        row["city_id"]: printed(row["score_displayed"], language) for row in expected
    }
    assert len(expected) == 2
    assert page.locator("#distribution svg.distribution").count() == 0
    assert not page.locator("#correlations").is_visible()
    assert not page.locator("#simulated-banner").is_visible()


@pytest.mark.parametrize(
    "query", ["ranking=constructor", "edition=constructor", "indicator=%3Cb%3E", "edition=2019"]
)
def test_wrong_address_falls_back(open_page: OpenPage, query: str) -> None:
    """What an address asks wrongly falls back; an edition without scores says so."""
    page = open_page(f"de/indicators.html?{query}")
    shown = page.locator("#indicator:visible, #no-indicators:visible")
    shown.wait_for()
    assert len(shown.inner_text()) > 50
