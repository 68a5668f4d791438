"""Profiles open cleanly, the server sends the policy's headers, scripts load data from disk."""

from __future__ import annotations

from urllib.request import urlopen

import pytest

from .conftest import OpenPage, Rows
from .site_files import LANGUAGES, SiteFiles

# Complete, full of gaps, new in the field, with umlauts, with blanks, and simulated.
CITIES = (
    "smart_city_index/duesseldorf",
    "smart_city_index/kassel",
    "smart_city_index/cottbus",
    "smart_city_index/dresden/2021",
    "smart_city_index/freiburg_im_breisgau",
    "simulated_field/duesseldorf/2024",
    "simulated_field/simulated_01",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_profiles_open(open_page: OpenPage, rows: Rows, language: str) -> None:
    """Pages of every kind of city open without an error or a foreign request."""
    for city in CITIES:
        (member,) = rows("select city_name from dim_cities where city_id = ?", city.split("/")[1])
        page = open_page(f"{language}/city/{city}.html")
        assert member["city_name"] in page.locator("h1").inner_text()
        assert member["city_name"] in page.title()


def test_search_works_from_disk(open_page: OpenPage, site_files: SiteFiles) -> None:
    """Data that a script brings later comes from disk too."""
    page = open_page("de/index.html", origin=f"{site_files.folder.as_uri()}/")
    page.locator("#find-name").fill("koeln")
    page.locator("#find-results a").first.click()
    page.wait_for_url("**/de/city/smart_city_index/koeln.html")


@pytest.mark.parametrize("path", ["", "de/index.html", "data/cities.js"])
def test_headers(address: str, path: str) -> None:
    """The server sends the policy, and no file may be taken for another type."""
    with urlopen(address + path) as response:
        headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_front_door_leads_to_german(open_page: OpenPage, address: str) -> None:
    """The top folder leads on to the German ranking."""
    page = open_page("")
    page.wait_for_url(f"{address}de/index.html")
    assert page.locator("html").get_attribute("lang") == "de"


def test_policy_stops_what_does_not_belong(open_page: OpenPage) -> None:
    """Neither an inline script nor an inline style nor a foreign image gets past the policy.

    This is what makes `no errors` in the other tests a proof.
    """
    page = open_page("de/method.html", watched=False)
    stopped = page.evaluate(
        """async () => {
          const found = [];
          document.addEventListener("securitypolicyviolation", (event) =>
            found.push(event.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.head.append(script);
          document.body.setAttribute("style", "color: red");
          const image = new Image();
          image.src = "https://example.org/pixel.png";
          for (let wait = 0; wait < 600 && new Set(found).size < 3; wait += 1) {
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
          return { found: [...new Set(found)].sort(), ran: Boolean(window.ran) };
        }"""
    )
    assert stopped == {"found": ["img-src", "script-src-elem", "style-src-attr"], "ran": False}
