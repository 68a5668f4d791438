"""The page compare.html: not written yet."""

from __future__ import annotations

from site_builder import LANGUAGES, Site


def build(site: Site) -> None:
    """Write the page in both languages."""
    for language in LANGUAGES:
        site.write_page(
            "unwritten.html",
            "compare.html",
            language,
            navigation="nav_compare",
            title=site.text("nav_compare", language),
        )
