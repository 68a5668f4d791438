"""Ways through the site: languages, links, keyboard, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .cells import rows_in_browser
from .conftest import OpenPage
from .site_files import LANGUAGES, RANKINGS, RANKINGS_OF_THE_PAGE

MOST_STEPS = 30
STATES = (
    ("index.html", "ranking=simulated_field&edition=2024&category=mobility&q=1"),
    ("city/smart_city_index/dresden.html", "edition=2021"),
    ("city/simulated_field/duesseldorf.html", "edition=2024"),
)


@pytest.mark.parametrize(("path", "query"), STATES, ids=lambda one: one.split("?")[0])
def test_language_switch_keeps_page_and_state(
    open_page: OpenPage, address: str, path: str, query: str
) -> None:
    """The switch leads to the same page and state in the other language, and back."""
    page = open_page(f"de/{path}?{query}")
    for language in ("en", "de"):
        page.locator("#language-switch").click()
        page.wait_for_url(f"{address}{language}/{path}?{query}")
        assert page.locator("html").get_attribute("lang") == language


def test_language_switch_follows_changes(open_page: OpenPage, address: str) -> None:
    """What was chosen on the page goes along to the other language."""
    page = open_page("de/index.html")
    page.get_by_label("Rangliste", exact=True).select_option("simulated_field")
    page.get_by_label("Ausgabe").select_option("2024")
    page.locator("#language-switch").click()
    page.wait_for_url(f"{address}en/index.html?ranking=simulated_field&edition=2024")
    assert page.get_by_label("Edition").input_value() == "2024"


@pytest.mark.parametrize("ranking", RANKINGS)
def test_from_ranking_to_profile_and_back(open_page: OpenPage, address: str, ranking: str) -> None:
    """A city's link opens its profile at the edition shown; both ways back lead back."""
    start = f"de/index.html?ranking={ranking}&edition=2024&category=mobility"
    page = open_page(start)
    link = page.locator("#ranking-table tr[data-city=duesseldorf] th a")
    link.click()
    page.wait_for_url(f"{address}de/city/{ranking}/duesseldorf.html?edition=2024")
    assert page.locator("[data-edition-link][aria-current]").inner_text() == "2024"
    page.go_back()
    page.wait_for_url(address + start)
    page.locator("#ranking-table[data-category=mobility][data-edition='2024']").wait_for()
    link.click()
    page.locator(".back a").click()
    page.wait_for_url(f"{address}de/index.html?ranking={ranking}*")
    page.locator(f"#ranking-table[data-ranking={ranking}]").wait_for()


def test_profiles_of_both_rankings_lead_to_each_other(open_page: OpenPage, address: str) -> None:
    """A city that stands in both rankings links its two profiles."""
    page = open_page("de/city/smart_city_index/duesseldorf.html")
    for ranking in ("simulated_field", "smart_city_index"):
        page.locator(f"a[href*='{ranking}/duesseldorf.html']").first.click()
        page.wait_for_url(f"{address}de/city/{ranking}/duesseldorf.html*")


def focused(page: Page) -> str:
    """Return what has the focus: the id, the name of a control, or the text of a link."""
    return page.evaluate(
        """() => {
          const one = document.activeElement;
          return one.id || one.getAttribute("name") || one.textContent.trim();
        }"""
    )


def test_keyboard_reaches_every_control(open_page: OpenPage) -> None:
    """From the content on, the keyboard reaches controls, column headers and cities in order."""
    page = open_page("de/index.html")
    headers = page.locator("#ranking-table thead button").all_inner_texts()
    first = rows_in_browser(page, "#ranking-table tbody tr", "city")[0][1]["city"].text
    controls = [
        f"control-{name}" for name in ("ranking", "edition", "category", "state", "size", "search")
    ]
    wanted = [*controls, *headers, first]
    page.locator("#main").focus()
    reached: list[str] = []
    while first not in reached and len(reached) < MOST_STEPS:
        page.keyboard.press("Tab")
        reached.append(focused(page))
    assert [one for one in reached if one in wanted] == wanted


def test_keyboard_sorts_and_chooses(open_page: OpenPage) -> None:
    """A column header works with Enter and Space, a control with the arrow keys."""
    page = open_page("de/index.html")
    header = page.locator("th[data-sort=city]")
    header.locator("button").focus()
    page.keyboard.press("Enter")
    assert header.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    assert header.get_attribute("aria-sort") == "descending"
    assert header.locator("button").evaluate("one => one === document.activeElement")
    page.locator("#control-edition").focus()
    page.keyboard.press("ArrowDown")
    page.locator("#ranking-table[data-edition='2024']").wait_for()
    assert focused(page) == "control-edition"


@pytest.mark.parametrize("language", LANGUAGES)
def test_ranking_without_scripts(open_page: OpenPage, language: str) -> None:
    """The newest ranking is there without scripts, row by row as with them."""

    def texts(scripted: bool) -> list[str]:
        page = open_page(f"{language}/index.html", java_script_enabled=scripted)
        return page.locator("#ranking-table tbody tr").all_inner_texts()

    plain = texts(scripted=False)
    assert plain == texts(scripted=True)
    assert len(plain) == 83


@pytest.mark.parametrize("ranking", RANKINGS_OF_THE_PAGE)
def test_profile_without_scripts(open_page: OpenPage, ranking: str) -> None:
    """Without scripts a profile shows all editions, the newest one first and as with scripts."""

    def lines(scripted: bool) -> list[str]:
        page = open_page(f"de/city/{ranking}/duesseldorf.html", java_script_enabled=scripted)
        return page.locator("main").inner_text().splitlines()

    plain, scripted = lines(scripted=False), lines(scripted=True)
    assert set(scripted) <= set(plain)
    assert [line for line in plain if "85,8" in line] == [
        line for line in scripted if "85,8" in line
    ]
    for year in ("2024", "2025"):
        assert f"Ergebnisse {year}" in plain
