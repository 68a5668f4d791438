"""The comparison shows the marts' figures of the cities that its address names."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .cells import DASH, printed
from .conftest import OpenPage, Rows
from .site_files import LANGUAGES

COMPARED = (
    ("smart_city_index", 2025, ("duesseldorf", "muenchen", "cottbus")),
    ("smart_city_index", 2021, ("dresden", "leipzig")),
    ("open_data_index", 2026, ("aachen", "duesseldorf")),
    (
        "simulated_field",
        2024,
        ("duesseldorf", "simulated_01", "simulated_02", "simulated_03", "simulated_04"),
    ),
)

READ_SCORES = """
(selector) => Object.fromEntries([...document.querySelectorAll(`${selector} tbody tr`)]
  .filter((row) => row.dataset.category || row.dataset.indicator)
  .map((row) => [
    row.dataset.category || row.dataset.indicator,
    Object.fromEntries([...row.querySelectorAll("td[data-city]")].map((cell) => {
      const score = cell.querySelector(".score").cloneNode(true);
      score.querySelectorAll(".mark, .best-mark, .visually-hidden").forEach((one) => one.remove());
      return [cell.dataset.city, score.textContent.trim()];
    })),
  ]))
"""


def open_comparison(
    open_page: OpenPage, language: str, ranking: str, edition: int, cities: tuple[str, ...]
) -> Page:
    """Open the comparison of some cities."""
    query = f"ranking={ranking}&edition={edition}&cities={','.join(cities)}"
    page = open_page(f"{language}/compare.html?{query}")
    page.locator("#indices tbody tr").first.wait_for()
    return page


def shown(value: str | None, language: str) -> str:
    """Return how a figure of a mart has to be shown."""
    return DASH if value is None else printed(value, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("ranking", "edition", "cities"), COMPARED)
def test_comparison_shows_the_marts(
    open_page: OpenPage,
    rows: Rows,
    language: str,
    ranking: str,
    edition: int,
    cities: tuple[str, ...],
) -> None:
    """Every index and every score of every compared city is the mart's; gaps stay gaps."""
    page = open_comparison(open_page, language, ranking, edition, cities)
    for selector, query in (
        (
            "#indices",
            """select category_id as line, city_id, index_displayed as value from fct_index_results
            where ranking_id = ? and edition = ? and list_contains(?, city_id)""",
        ),
        (
            "#indicators",
            """select indicator_id as line, city_id, score_displayed as value
            from fct_indicator_scores
            where ranking_id = ? and edition = ? and list_contains(?, city_id)""",
        ),
    ):
        expected: dict[str, dict[str, str]] = {}
        for row in rows(query, ranking, edition, list(cities)):
            expected.setdefault(row["line"], {})[row["city_id"]] = shown(row["value"], language)
        if all(value == DASH for line in expected.values() for value in line.values()):
            assert not page.locator(selector).is_visible()
        else:
            assert page.evaluate(READ_SCORES, selector) == expected
    assert page.locator("#simulated-banner").is_visible() == (ranking == "simulated_field")


def test_gaps_say_why(open_page: OpenPage, rows: Rows) -> None:
    """A figure that is the district's is not called unrecorded; one that is not recorded is."""
    (row,) = rows(
        """select indicator_id from fct_indicator_scores
        where edition_key = 'open_data_index_2026' and city_id = 'aachen'
            and status = 'coarser_level' order by indicator_id limit 1"""
    )
    page = open_comparison(open_page, "en", "open_data_index", 2026, ("aachen", "duesseldorf"))
    gap = page.locator(f"tr[data-indicator={row['indicator_id']}] td[data-city=aachen] .gap")
    assert gap.get_attribute("title") == "recorded for the district only"
    page = open_comparison(open_page, "en", "smart_city_index", 2025, ("cottbus", "duesseldorf"))
    gap = page.locator("#indices tr[data-category=overall] td[data-city=cottbus] .score .gap")
    assert gap.get_attribute("title") == "not recorded here"


def test_controls_change_the_comparison(open_page: OpenPage) -> None:
    """Another city and another edition are taken up; the address, back and reload keep them."""
    page = open_comparison(
        open_page, "de", "simulated_field", 2025, ("duesseldorf", "simulated_01")
    )

    def cities() -> list[str]:
        return page.locator("#indices thead th[data-city]").evaluate_all(
            "all => all.map(one => one.dataset.city)"
        )

    page.locator("#control-city-2").select_option("simulated_05")
    page.locator("#control-city-3").select_option("simulated_07")
    assert cities() == ["duesseldorf", "simulated_05", "simulated_07"]
    page.reload()
    page.locator("#indices thead th[data-city=simulated_07]").wait_for()
    page.go_back()
    page.locator("#indices thead th[data-city=simulated_07]").wait_for(state="detached")
    assert cities() == ["duesseldorf", "simulated_05"]
    page.go_back()
    page.locator("#indices thead th[data-city=simulated_01]").wait_for()
    assert cities() == ["duesseldorf", "simulated_01"]


@pytest.mark.parametrize(
    "query",
    ["cities=none,constructor", "ranking=constructor", "edition=__proto__", "cities=,,,", ""],
)
def test_wrong_address_falls_back(open_page: OpenPage, query: str) -> None:
    """What an address asks wrongly falls back to a comparison that there is."""
    page = open_page(f"de/compare.html?{query}")
    page.locator("#indices tbody tr").first.wait_for()
    assert page.locator("#indices thead th[data-city]").count() >= 2
