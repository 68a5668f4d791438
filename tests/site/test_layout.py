"""On slow lines and on paper."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from playwright.sync_api import Browser, Response

from .conftest import OpenPage, Rows
from .site_files import LANGUAGES, NEWEST, RANKINGS

FIRST_VIEW_LIMIT = 300_000
PAPER_PAGES = 2


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
    """Düsseldorf's profile has at most two pages of A4, with its name and all places."""
    page = open_page(f"{language}/city/{ranking}/duesseldorf.html")
    document = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
    assert len(document.pages) <= PAPER_PAGES
    text = re.sub(r"\s+", " ", " ".join(one.extract_text() for one in document.pages))
    assert "Düsseldorf" in text
    results = rows(
        f"""select label_{language} as label, rank from city_profiles
        where
            section = 'result' and edition = ? and city_id = 'duesseldorf'
            and ranking_id = ?""",
        NEWEST[ranking],
        ranking,
    )
    assert len(results) == (5 if ranking == "open_data_index" else 6)
    for result in results:
        assert re.search(rf"{re.escape(result['label'])} ?{result['rank']}\D", text), result
