"""Weights of one's own: the browser's ranking is the one of the published query own_weights.sql."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from playwright.sync_api import Page

from smart_city_index.site import SITE_DIR

from .cells import ARROWS, Cell, printed, rows_in_browser, signed
from .conftest import OpenPage, Rows
from .own_weights import with_choice
from .site_files import LANGUAGES

CATEGORIES = (
    "administration",
    "energy_environment",
    "it_communication",
    "mobility",
    "society_education",
)
EDITIONS = (2024, 2025)
STEPS = [Decimal(step) / 2 for step in range(11)]
RANDOM_VECTORS = 12
SEED = 2025
EQUAL = dict.fromkeys(CATEGORIES, Decimal(1))
ROWS = "#weights-table tbody tr"

# The events of a slider that is moved and let go.
MOVE_SLIDERS = """
(weights) => {
  for (const [category, weight] of Object.entries(weights)) {
    const slider = document.getElementById(`weight-${category}`);
    slider.value = weight;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    slider.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
"""

Weights = dict[str, Decimal]


def weight_vectors() -> list[Weights]:
    """Return the weights that are tried: every category alone, all but one, and drawn ones."""
    draw = random.Random(SEED)
    alone = [{**dict.fromkeys(CATEGORIES, Decimal(0)), one: Decimal(1)} for one in CATEGORIES]
    without = [{**EQUAL, one: Decimal(0)} for one in CATEGORIES]
    drawn = [{one: draw.choice(STEPS) for one in CATEGORIES} for _ in range(RANDOM_VECTORS)]
    return [*alone, *without, *(one for one in drawn if any(one.values()))]


def published_query(edition: int, weights: Weights) -> str:
    """Return own_weights.sql with other weights and another edition, as its comment advises.

    Args:
        edition: of the simulated field.
        weights: by category.
    """
    query = (SITE_DIR / "queries" / "own_weights.sql").read_text("utf-8")
    listed = ", ".join(f"('{category}', {weight:.1f})" for category, weight in weights.items())
    return with_choice(query, listed, "simulated_field", edition)


def expected_rows(rows: Rows, language: str, edition: int, weights: Weights) -> dict[str, Any]:
    """Return place, places gained and index of every city under some weights."""
    real = {row["city_id"] for row in rows("select city_id from dim_cities where not is_simulated")}
    simulated = {
        row["city_id"]
        for row in rows(
            """select city_id from league_table
            where ranking_id = 'simulated_field' and edition = ? and is_simulated""",
            edition,
        )
    }
    expected = {}
    for row in rows(published_query(edition, weights)):
        marks = "s" if row["city_id"] in real & simulated else ""
        gained = row["places_gained"]
        index = row["index_value"].quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
        expected[row["city_id"]] = {
            "place": Cell(str(row["place"]), marks),
            "gained": Cell(signed(gained), arrow=ARROWS[(gained > 0) - (gained < 0)]),
            "city": Cell(row["city_name"], "s" if row["is_simulated_city"] else ""),
            "index": Cell(printed(str(index), language), marks),
        }
    return expected


def shown_rows(page: Page) -> list[tuple[str, dict[str, Cell]]]:
    """Return the rows of the ranking as shown."""
    return rows_in_browser(page, ROWS, "city")


def set_weights(page: Page, weights: Weights) -> None:
    """Move the sliders, all of them before the next frame is painted."""
    page.evaluate(MOVE_SLIDERS, {one: f"{weight:.1f}" for one, weight in weights.items()})


def open_weights(open_page: OpenPage, language: str, edition: int, **query: Any) -> Page:
    """Open the page at an edition of the simulated field."""
    asked = "".join(f"&{name}={value}" for name, value in query.items())
    page = open_page(f"{language}/weights.html?ranking=simulated_field&edition={edition}{asked}")
    page.locator(ROWS).first.wait_for()
    return page


@pytest.mark.parametrize(("language", "edition"), [("de", 2025), ("en", 2024)])
def test_ranking_is_the_published_querys(
    open_page: OpenPage, rows: Rows, language: str, edition: int
) -> None:
    """Under every weight vector, places, gains and indices are those of the query."""
    page = open_weights(open_page, language, edition)
    for weights in weight_vectors():
        set_weights(page, weights)
        shown = shown_rows(page)
        expected = expected_rows(rows, language, edition, weights)
        assert dict(shown) == expected, weights
        assert len(shown) == len(expected)
        places = [int(cells["place"].text) for _, cells in shown]
        assert places == sorted(places)


@pytest.mark.parametrize("edition", EDITIONS)
def test_equal_weights_give_the_marts_ranks(open_page: OpenPage, rows: Rows, edition: int) -> None:
    """Without a change the ranking is the mart's, and after a reset again."""
    expected = {
        row["city_id"]: str(row["rank"])
        for row in rows(
            """select city_id, rank from fct_index_results
            where ranking_id = 'simulated_field' and edition = ? and category_id = 'overall'""",
            edition,
        )
    }
    page = open_weights(open_page, "de", edition)
    for _ in range(2):
        shown = shown_rows(page)
        assert {city: cells["place"].text for city, cells in shown} == expected
        assert {cells["gained"].text for _, cells in shown} == {"±0"}
        set_weights(page, {"mobility": Decimal("4.5")})
        assert {cells["gained"].text for _, cells in shown_rows(page)} != {"±0"}
        page.locator("#reset").click()


def test_address_carries_the_weights(open_page: OpenPage, address: str) -> None:
    """A copied address, a reload and the other language keep the places; back undoes a step."""
    page = open_weights(open_page, "de", 2025, city="duesseldorf")
    set_weights(page, {"mobility": Decimal("2.5"), "administration": Decimal(0)})

    def places(of: Page) -> list[tuple[str, str]]:
        of.locator(ROWS).first.wait_for()
        return [(city, cells["place"].text) for city, cells in shown_rows(of)]

    own = places(page)
    sentence = page.locator("#chosen-place").inner_text()
    assert "weight_mobility=2.5" in page.url
    assert "weight_administration=0" in page.url
    copied = open_page(page.url.removeprefix(address))
    assert places(copied) == own
    assert copied.locator("#chosen-place").inner_text() == sentence
    page.reload()
    assert places(page) == own
    page.locator("#language-switch").click()
    page.wait_for_url("**/en/weights.html*")
    assert places(page) == own
    page.go_back()
    page.wait_for_url("**/de/weights.html*")
    page.go_back()
    page.locator("#weight-administration").and_(page.locator("[aria-valuetext='1,0']")).wait_for()
    assert places(page) != own


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_zero_says_so(open_page: OpenPage, language: str) -> None:
    """Without any weight there is no ranking, and the page says so instead of showing one."""
    page = open_weights(open_page, language, 2025)
    set_weights(page, dict.fromkeys(CATEGORIES, Decimal(0)))
    assert not page.locator("#weights-table").is_visible()
    text = page.locator("#chosen-place").inner_text()
    assert {"de": "Alle Gewichte sind 0", "en": "Every weight is 0"}[language] in text


def test_incomplete_edition_is_refused(open_page: OpenPage, rows: Rows) -> None:
    """Where category indices are missing, no weights are offered, and the page says why."""
    page = open_page("de/weights.html?ranking=smart_city_index&edition=2025")
    assert not page.locator("#workbench").is_visible()
    assert not page.locator("#simulated-banner").is_visible()
    (known,) = rows(
        """select count(*) as cities from (
            select city_id from fct_index_results
            where ranking_id = 'smart_city_index' and edition = 2025 and category_id <> 'overall'
            group by city_id having count(index_value) = count(*)
        )"""
    )
    assert f"{known['cities']} von 83" in page.locator("#refusal").inner_text()
    page.locator("#refusal a").first.click()
    page.locator(ROWS).first.wait_for()
    assert "ranking=open_data_index" in page.url


@pytest.mark.parametrize(
    "query",
    [
        "weight_mobility=-1",
        "weight_mobility=1e9",
        "weight_mobility=NaN",
        "weight_mobility=",
        "weight___proto__=2",
        "weight_none=2",
        "city=%3Cb%3E",
        "edition=1999",
        "ranking=constructor",
        "ranking=toString&edition=constructor",
    ],
)
def test_wrong_address_falls_back(open_page: OpenPage, query: str) -> None:
    """What an address asks wrongly falls back to equal weights."""
    page = open_page(f"de/weights.html?{query}")
    page.locator(ROWS).first.wait_for()
    assert {cells["gained"].text for _, cells in shown_rows(page)} == {"±0"}
    assert page.locator("main b").count() == 0


def test_keyboard_moves_a_slider(open_page: OpenPage) -> None:
    """The arrow keys move a slider by half a point; the chosen city's place is announced."""
    page = open_weights(open_page, "de", 2025)
    slider = page.locator("#weight-mobility")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert slider.input_value() == "1.5"
    assert slider.get_attribute("aria-valuetext") == "1,5"
    assert page.locator("#chosen-place").get_attribute("role") == "status"
    assert "weight_mobility=1.5" in page.url
