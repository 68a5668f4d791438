"""What a site needs to be found and shared: addresses, a description for machines, pictures."""

from __future__ import annotations

import csv
import importlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from . import SITE_DIR
from .site_builder import OVERALL, Row, Site

PICTURE_SIZE = (1200, 630)
COLOUR = re.compile(r"--(cat-\d): (#[0-9a-f]{6});")
# The package that draws pictures; without it there are none.
RENDERER = "resvg_py"


def renderer() -> Callable[..., bytes] | None:
    """Return the function that makes a PNG of SVG, or None if its package is not installed."""
    try:
        draw: Callable[..., bytes] = importlib.import_module(RENDERER).svg_to_bytes
    except ImportError:
        return None
    return draw


def colours() -> dict[str, str]:
    """Return the colours of the categories on a light page, by class."""
    text = (SITE_DIR / "assets" / "site.css").read_text("utf-8")
    found: dict[str, str] = {}
    for name, colour in COLOUR.findall(text):
        found.setdefault(name, colour)
    return found


class Pictures:
    """The pictures of a site, drawn while it is built, if it has an address and they can be."""

    def __init__(self, site: Site) -> None:
        """Look whether pictures are wanted and possible.

        Args:
            site: the site in the making.
        """
        self.site = site
        self.draw = renderer() if site.settings.base_url else None
        self.colours = colours()
        if site.settings.base_url and self.draw is None:
            print(f"No pictures to share: the package {RENDERER} is not installed")

    def write(self, path: str, language: str, **values: Any) -> str | None:
        """Draw a picture of a result.

        Args:
            path: page that it belongs to, below the language's folder.
            language: `de` or `en`.
            values: what templates/picture.svg needs.

        Returns:
            Its path below the site's top folder; None if there are no pictures.
        """
        if self.draw is None:
            return None
        width, height = PICTURE_SIZE
        text = self.site.rendered(
            "picture.svg", language, width=width, height=height, colours=self.colours, **values
        )
        target = f"pictures/{language}/{path.removesuffix('.html')}.png"
        self.site.write_bytes(target, bytes(self.draw(svg_string=text)))
        return target


def dataset(site: Site, edition: Row, language: str, page: str) -> dict[str, Any]:
    """Return an edition as schema.org describes a Dataset.

    Args:
        site: the site in the making.
        edition: a row of queries/editions.sql.
        language: `de` or `en`.
        page: path of its page, below the site's top folder.
    """
    settings = site.settings
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": f"{edition[f'ranking_name_{language}']} {edition['edition']}",
        "description": f"{settings.name[language]}: {settings.credit[language]}",
        "inLanguage": language,
        "temporalCoverage": str(edition["edition"]),
        "creator": {
            "@type": "Organization",
            "name": edition["publisher"] or settings.publisher,
        },
        "publisher": {"@type": "Organization", "name": settings.publisher},
        "isAccessibleForFree": True,
    }
    if settings.licence:
        found["license"] = settings.licence
    if settings.base_url:
        found["url"] = settings.base_url + page
        found["distribution"] = [
            {
                "@type": "DataDownload",
                "encodingFormat": "text/csv",
                "contentUrl": settings.base_url + table_path(edition),
            }
        ]
    return found


def table_path(edition: Row) -> str:
    """Return the path of an edition's table as a file, below the site's top folder."""
    return f"tables/{edition['ranking_id']}-{edition['edition']}.csv"


def write_tables(site: Site) -> None:
    """Write the table of every edition as CSV: place, tendency and index in every category."""
    categories = site.grouped("categories", "ranking_id", "edition")
    by_city = site.grouped("ranking", "ranking_id", "edition", "city_id")
    for edition in site.rows("editions"):
        key = edition["ranking_id"], edition["edition"]
        shown = [row["category_id"] for row in categories[key]]
        file = io.StringIO(newline="")
        writer = csv.writer(file)
        figures = ("rank", "tendency", "index")
        writer.writerow(
            ["city_id", "city_name", *(f"{one}_{name}" for one in shown for name in figures)]
        )
        cities = site.grouped("ranking", "ranking_id", "edition", "category_id")[(*key, OVERALL)]
        for city in cities:
            results = {row["category_id"]: row for row in by_city[(*key, city["city_id"])]}
            line = [city["city_id"], city["city_name"]]
            for one in shown:
                row = results.get(one, {})
                line += [row.get(name) for name in ("rank", "tendency", "index_displayed")]
            writer.writerow(line)
        site.write(table_path(edition), file.getvalue())


def write_addresses(site: Site, folder: Path) -> None:
    """Write a page for addresses that lead nowhere; if the site has an address, its sitemap.

    Args:
        site: the site in the making, all of whose pages are written.
        folder: its top folder.
    """
    base = site.settings.base_url
    site.write("404.html", site.rendered("404.html", site.languages[0], top=base or "/"))
    if not base:
        return
    pages = sorted(
        path.relative_to(folder).as_posix()
        for language in site.languages
        for path in (folder / language).rglob("*.html")
    )
    lines = "".join(f"<url><loc>{escape(base + page)}</loc></url>\n" for page in pages)
    site.write(
        "sitemap.xml",
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</urlset>\n',
    )
    site.write("robots.txt", f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n")
