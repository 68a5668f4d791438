"""The page downloads.html: not written yet."""

from __future__ import annotations

from site_builder import LANGUAGES, Site


def build(site: Site) -> None:
    """Write the page in both languages."""
    for language in LANGUAGES:
        site.write_page(
            "unwritten.html",
            "downloads.html",
            language,
            navigation="nav_downloads",
            title=site.text("nav_downloads", language),
        )
