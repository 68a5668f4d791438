"""The page indicators.html: not written yet."""

from __future__ import annotations

from site_builder import LANGUAGES, Site


def build(site: Site) -> None:
    """Write the page in both languages."""
    for language in LANGUAGES:
        site.write_page(
            "unwritten.html",
            "indicators.html",
            language,
            navigation="nav_indicators",
            title=site.text("nav_indicators", language),
        )
