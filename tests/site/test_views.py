"""Every kind of page, opened once for all that is asked of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import axe_playwright_python
import pytest
from playwright.sync_api import Page, ViewportSize

from .conftest import OpenPage
from .site_files import LANGUAGES, SiteFiles

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
PHONE: ViewportSize = {"width": 360, "height": 740}
SCREEN: ViewportSize = {"width": 1440, "height": 900}
# The last one is the window that the next test finds.
STATES: tuple[tuple[Literal["light", "dark"], ViewportSize], ...] = (
    ("light", PHONE),
    ("light", SCREEN),
    ("dark", SCREEN),
    ("dark", PHONE),
)

# What a dark page can break that a light one does not.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]

# What is too wide for the window.
TOO_WIDE = """
() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
    .map((one) => `${one.tagName}.${one.getAttribute("class")}: ` +
      `${one.textContent.trim().slice(0, 40)}`)
"""
# After a frame, in which the page hears that its window has changed. axe-core takes less time if
# it need not describe every element that passes.
GRAVE = """
async (rules) => {
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const options = rules.length ? { runOnly: rules } : {};
  const { violations } = await axe.run({ resultTypes: ["violations"], ...options });
  return violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map((one) => `${id}: ${one.target}: ${one.failureSummary}`));
}
"""
FOCUS_IN_CONTENT = "() => document.activeElement.closest('main, footer') !== null"


def content(page: Page) -> str:
    """Return what the page shows below its header."""
    return page.locator("main").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_view(open_page: OpenPage, page_view: str, language: str) -> None:
    """It opens for both rankings without an error or a foreign request, and fits on a phone.

    In German axe-core finds nothing serious, light and dark, on a phone and a screen: contrast,
    names, roles, order of headings, tables.
    """
    page = open_page(f"{language}/{page_view}", viewport=PHONE)
    assert page.locator("h1").inner_text() in content(page)
    mistakes = {"too wide for a phone": page.evaluate(TOO_WIDE)}
    if language == "de":
        page.evaluate(AXE)
        for scheme, viewport in STATES:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(viewport)
            mistakes[f"axe-core: {scheme}, {viewport['width']}"] = page.evaluate(
                GRAVE, [] if scheme == "light" else COLOUR_RULES
            )
    assert {state: found for state, found in mistakes.items() if found} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_kind(open_page: OpenPage, site_files: SiteFiles, page_kind: str, language: str) -> None:
    """The keyboard, the navigation, paper, and the same content from disk as over http.

    The first step of the keyboard shows the skip link, which leads to the content. One entry of the
    navigation is marked as the present one. Controls and navigation stay off the paper; headers
    that sort are still headers.
    """
    page = open_page(f"{language}/{page_kind}")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("one => one === document.activeElement")
    box = skip.bounding_box()
    assert box
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS_IN_CONTENT)

    assert page.locator("header nav a[aria-current]").count() == 1
    from_disk = open_page(f"{language}/{page_kind}", origin=f"{site_files.folder.as_uri()}/")
    assert content(from_disk) == content(page)

    page.emulate_media(media="print")
    assert not page.locator("header nav").first.is_visible()
    controls = page.locator("main :is(button, select, input):not(thead *)")
    assert controls.locator("visible=true").count() == 0


def test_language_switch(open_page: OpenPage, page_kind: str) -> None:
    """The switch leads to the counterpart, with whatever query the page has, and back."""
    page = open_page(f"de/{page_kind}?edition=2024")
    for language in ("en", "de"):
        page.locator("#language-switch").click()
        page.wait_for_url(f"**/{language}/{page_kind}*")
        assert page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_scripts(open_page: OpenPage, language: str, page_kind: str) -> None:
    """Every page has its heading and some content without scripts."""
    page = open_page(f"{language}/{page_kind}", java_script_enabled=False)
    assert page.locator("h1").is_visible()
    assert len(content(page)) > 200
