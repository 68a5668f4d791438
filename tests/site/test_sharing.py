"""What a site needs to be shared: addresses, pictures, tables as files."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest

from smart_city_index.site import sharing
from smart_city_index.site.pages import profile, ranking
from smart_city_index.site.pages.profile import host
from smart_city_index.site.settings import load_settings
from smart_city_index.site.site_builder import Site

from .conftest import Rows
from .site_files import LANGUAGES, Document, SiteFiles

BASE = "https://example.org/index/"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Site]:
    """Return a site with an address, of the rankings and one city."""
    settings = load_settings()
    folder = tmp_path_factory.mktemp("shared")
    with duckdb.connect(str(pytestconfig.getoption("--database")), read_only=True) as connection:
        site = Site(connection, folder, settings=replace(settings, base_url=BASE))
        key = "smart_city_index", "duesseldorf"
        site.city_editions = {key: site.city_editions[key][:2]}
        ranking.build(site)
        profile.build(site)
        sharing.write_addresses(site, folder)
        yield site


def pages(site: Site) -> dict[str, Document]:
    """Return the pages of a site by path."""
    return {
        path.relative_to(site.output).as_posix(): Document(path.read_text("utf-8"))
        for language in LANGUAGES
        for path in (site.output / language).rglob("*.html")
    }


def test_every_page_has_its_address(shared: Site) -> None:
    """A page names its address, title and description; the sitemap has every page once."""
    found = pages(shared)
    for path, page in found.items():
        (canonical,) = page.find_all("link", rel="canonical")
        assert canonical.attributes["href"] == BASE + path
        for name in ("og:title", "og:description", "og:url"):
            (tag,) = page.find_all("meta", property=name)
            assert tag.attributes["content"].strip()
    sitemap = (shared.output / "sitemap.xml").read_text("utf-8")
    assert sorted(re.findall("<loc>(.*?)</loc>", sitemap)) == sorted(BASE + one for one in found)
    titles = [page.find_all("title")[0].text for path, page in found.items() if path[:2] == "de"]
    assert len(titles) == len(set(titles))


def test_pictures_are_drawn(shared: Site) -> None:
    """A city and every edition have a picture in each language, or none if none can be drawn."""
    can_draw = importlib.util.find_spec(sharing.RENDERER) is not None
    for path, page in pages(shared).items():
        images = page.find_all("meta", property="og:image")
        is_older = re.search(r"/duesseldorf/\d+\.html$", path)
        assert bool(images) == (can_draw and not is_older), path
        for image in images:
            address = image.attributes["content"]
            assert address.startswith(f"{BASE}pictures/{path[:2]}/")
            assert (shared.output / address.removeprefix(BASE)).read_bytes().startswith(PNG)


def test_datasets_are_described(shared: Site) -> None:
    """The page of an edition describes itself as a Dataset, whose file is there."""
    page = (shared.output / "en" / "index.html").read_text("utf-8")
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    found = json.loads(block)
    assert found["@type"] == "Dataset"
    assert found["name"] == "Smart City Index 2025"
    assert found["url"] == f"{BASE}en/index.html"
    assert found["distribution"][0]["contentUrl"] == f"{BASE}tables/smart_city_index-2025.csv"


def test_tables_are_files(
    site_files: SiteFiles, rows: Rows, ranking_edition: tuple[str, int]
) -> None:
    """The table of every edition is a CSV file with the mart's figures."""
    name, edition = ranking_edition
    path = site_files.folder / "tables" / f"{name}-{edition}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        shown = {row["city_id"]: row for row in csv.DictReader(file)}
    for row in rows(
        """select city_id, category_id, rank, tendency, index_displayed
        from fct_index_results where ranking_id = ? and edition = ?""",
        name,
        edition,
    ):
        for figure, column in (
            ("rank", "rank"),
            ("tendency", "tendency"),
            ("index", "index_displayed"),
        ):
            value = "" if row[column] is None else str(row[column])
            assert shown[row["city_id"]][f"{row['category_id']}_{figure}"] == value


def test_a_page_that_is_not_there(site_files: SiteFiles) -> None:
    """The page for wrong addresses leads on in both languages."""
    page = Document((site_files.folder / "404.html").read_text("utf-8"))
    links = [one.attributes["href"] for one in page.find_all("a")]
    assert links == ["/de/index.html", "/en/index.html"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://www.example.org/a", "example.org"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("A report of 2024", None),
        ("https://[", None),
    ],
)
def test_only_addresses_of_the_web_become_links(address: str, expected: str | None) -> None:
    """A source that is a text, or would run something, is no link."""
    assert host(address) == expected


def test_without_a_renderer_there_are_no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site is built without pictures where the package that draws them is missing."""
    monkeypatch.setattr(sharing, "RENDERER", "no_such_package")
    assert sharing.renderer() is None
