"""On phones, on slow lines and on paper."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from playwright.sync_api import Browser, Response

from .conftest import OpenPage, Rows
from .site_files import LANGUAGES, RANKINGS

PHONE = {"width": 360, "height": 740}
FIRST_VIEW_LIMIT = 300_000
PAPER_PAGES = 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_phone_scrolls_downwards_only(open_page: OpenPage, page_view: str, language: str) -> None:
    """No page is wider than a phone of 360 pixels."""
    page = open_page(f"{language}/{page_view}", viewport=PHONE)
    too_wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
          [...document.querySelectorAll("body *")]
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
            .map((one) => `${one.tagName}.${one.getAttribute("class")}: ` +
              `${one.textContent.trim().slice(0, 40)}`)"""
    )
    assert too_wide == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_view_is_light(browser: Browser, address: str, language: str) -> None:
    """The ranking comes with everything it needs in less than 300 KB."""
    page = browser.new_page()
    responses: list[Response] = []

    def keep(response: Response) -> None:
        responses.append(response)

    page.on("response", keep)
    page.goto(f"{address}{language}/index.html", wait_until="networkidle")
    sizes = {response.url: len(response.body()) for response in responses}
    page.context.close()
    assert len(sizes) >= 4
    assert sum(sizes.values()) < FIRST_VIEW_LIMIT, sizes


@pytest.mark.parametrize("ranking", RANKINGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_profile_fits_on_paper(
    open_page: OpenPage, rows: Rows, language: str, ranking: str
) -> None:
    """Düsseldorf's profile has at most two pages of A4, with its name and six places."""
    page = open_page(f"{language}/city/{ranking}/duesseldorf.html")
    document = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
    assert len(document.pages) <= PAPER_PAGES
    text = re.sub(r"\s+", " ", " ".join(one.extract_text() for one in document.pages))
    assert "Düsseldorf" in text
    results = rows(
        f"""select label_{language} as label, rank from city_profiles
        where
            section = 'result' and edition = 2025 and city_id = 'duesseldorf'
            and ranking_id = ?""",
        ranking,
    )
    assert len(results) == 6
    for result in results:
        assert re.search(rf"{re.escape(result['label'])} ?{result['rank']}\D", text), result


def test_paper_has_no_controls(open_page: OpenPage, page_kind: str) -> None:
    """Controls and navigation stay off the paper; headers that sort are still headers."""
    page = open_page(f"de/{page_kind}")
    page.emulate_media(media="print")
    assert not page.locator("header nav").first.is_visible()
    controls = page.locator("main :is(button, select, input):not(thead *)")
    assert controls.locator("visible=true").count() == 0
