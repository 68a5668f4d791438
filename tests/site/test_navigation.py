"""Ways through the site: languages, links, keyboard, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .cells import rows_in_browser
from .conftest import OpenPage
from .site_files import LANGUAGES, RANKINGS

MOST_STEPS = 60
STATES = (
    ("index.html", "state=NW&sort=index"),
    ("city/smart_city_index/dresden/2021.html", ""),
    ("compare.html", "ranking=simulated_field&edition=2024&cities=duesseldorf"),
)


@pytest.mark.parametrize(("path", "query"), STATES, ids=lambda one: one.split("?")[0])
def test_language_switch_keeps_page_and_state(
    open_page: OpenPage, address: str, path: str, query: str
) -> None:
    """The switch leads to the same page and state in the other language, and back."""
    asked = f"{path}?{query}" if query else path
    page = open_page(f"de/{asked}")
    for language in ("en", "de"):
        page.locator("#language-switch").click()
        page.wait_for_url(f"{address}{language}/{asked}")
        assert page.locator("html").get_attribute("lang") == language


def test_language_switch_follows_changes(open_page: OpenPage, address: str) -> None:
    """What was chosen on the page goes along to the other language."""
    page = open_page("de/index.html")
    page.get_by_label("Bundesland").select_option("NW")
    page.locator("#language-switch").click()
    page.wait_for_url(f"{address}en/index.html?state=NW")
    assert page.get_by_label("Federal state").input_value() == "NW"


@pytest.mark.parametrize("ranking", RANKINGS)
def test_from_ranking_to_profile_and_back(open_page: OpenPage, address: str, ranking: str) -> None:
    """A city's link opens its page at the edition shown; a link there leads back to the table."""
    edition = {"smart_city_index": 2021, "open_data_index": 2024, "simulated_field": 2024}[ranking]
    start = f"de/ranking/{ranking}/{edition}.html"
    page = open_page(start)
    page.locator("#ranking-table tr[data-city=duesseldorf] th a").click()
    page.wait_for_url(f"{address}de/city/{ranking}/duesseldorf/{edition}.html")
    assert page.locator(".editions [aria-current]").inner_text() == str(edition)
    page.locator(".next a[href$='.html']", has_text=str(edition)).click()
    page.wait_for_url(address + start)


def test_pages_of_a_city_lead_to_each_other(open_page: OpenPage, address: str) -> None:
    """A city's pages in all rankings and editions are linked from each other."""
    page = open_page("de/city/smart_city_index/duesseldorf.html")
    for path in (
        "simulated_field/duesseldorf/2024.html",
        "simulated_field/duesseldorf.html",
        "smart_city_index/duesseldorf/2019.html",
        "open_data_index/duesseldorf.html",
    ):
        page.locator(f".editions a[href$='{path}']").click()
        page.wait_for_url(f"{address}de/city/{path}")


def focused(page: Page) -> str:
    """Return what has the focus: the id, the name of a control, or the text of a link."""
    return page.evaluate(
        """() => {
          const one = document.activeElement;
          return one.id || one.getAttribute("name") || one.textContent.trim();
        }"""
    )


def test_keyboard_reaches_every_control(open_page: OpenPage) -> None:
    """The keyboard reaches the filters, column headers and cities in order."""
    page = open_page("de/index.html")
    headers = page.locator("#ranking-table thead button").all_inner_texts()
    first = rows_in_browser(page, "#ranking-table tbody tr[data-city]", "city")[0][1]["city"].text
    controls = ["control-state", "control-size"]
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
    page.locator("#control-state").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**state=*")
    assert focused(page) == "control-state"


@pytest.mark.parametrize("language", LANGUAGES)
def test_ranking_without_scripts(open_page: OpenPage, language: str) -> None:
    """The newest ranking is there without scripts, row by row as with them."""

    def texts(scripted: bool) -> list[str]:
        page = open_page(f"{language}/index.html", java_script_enabled=scripted)
        return page.locator("#ranking-table tbody tr").all_inner_texts()

    plain = texts(scripted=False)
    assert plain == texts(scripted=True)
    assert len(plain) > 80
