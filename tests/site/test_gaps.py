"""A profile of an analysed edition can be written whatever the city lacks in it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from smart_city_index import PROJECT_DIR
from smart_city_index.site.pages import profile
from smart_city_index.site.settings import load_settings
from smart_city_index.site.site_builder import Site, load_texts

from .site_files import LANGUAGES, Document, Element

# Each loses in the open data index 2026 what cities of other indices do not have.
WITHOUT_RANKS = "aachen"
WITHOUT_EDITION_BEFORE = "augsburg"
WITHOUT_INDEX = "berlin"
NOT_ADDITIVE = "bochum"

NEWEST = "ranking_id = 'open_data_index' and edition = 2026"
WITHOUT_ROWS = {
    WITHOUT_EDITION_BEFORE: ("tendency_drivers", "tendency_probability"),
    WITHOUT_INDEX: (
        "rank_robustness",
        "tendency_drivers",
        "tendency_probability",
        "strengths_and_weaknesses",
        "peer_cities",
        "what_if_scores",
        "target_scores",
        "category_waterfall",
    ),
    NOT_ADDITIVE: ("peer_cities", "what_if_scores", "target_scores", "category_waterfall"),
}
COLUMNS_WITHOUT_RANKS = {"city_profiles": "tendency", "fct_indicator_scores": "rank"}


@pytest.fixture
def profiles(tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[Site]:
    """Return a site with the profiles of the cities, from a file without what they lack."""
    database = tmp_path / "copy.duckdb"
    shutil.copyfile(pytestconfig.getoption("--database"), database)
    cities = (WITHOUT_RANKS, *WITHOUT_ROWS)
    with duckdb.connect(str(database)) as connection:
        for mart, column in COLUMNS_WITHOUT_RANKS.items():
            connection.execute(
                f"""create or replace table {mart} as
                select * replace (
                    case when {NEWEST} and city_id = '{WITHOUT_RANKS}' then null
                    else {column} end as {column})
                from {mart}"""
            )
        for city, marts in WITHOUT_ROWS.items():
            for mart in marts:
                connection.execute(
                    f"""create or replace table {mart} as
                    select * from {mart} where not ({NEWEST} and city_id = '{city}')"""
                )
        site = Site(connection, tmp_path / "site")
        site.city_editions = {("open_data_index", city): [2026] for city in cities}
        profile.build(site)
        yield site


def page_of(site: Site, city: str, language: str) -> Element:
    """Return what the page of a city shows below its header."""
    path = site.output / language / "city" / "open_data_index" / f"{city}.html"
    (main,) = Document(path.read_text("utf-8")).find_all("main")
    return main


@pytest.mark.parametrize("language", LANGUAGES)
def test_profiles_say_what_a_city_lacks(profiles: Site, language: str) -> None:
    """Without tendency, places, an edition before or an index it says so; no part stands empty."""
    for city, text_id, values in (
        (WITHOUT_RANKS, "reasons_places_of_analysed", {"previous": 2024}),
        (WITHOUT_EDITION_BEFORE, "reasons_missing_index", {}),
        (WITHOUT_INDEX, "analysis_missing_index", {}),
        (NOT_ADDITIVE, "certainty_title", {}),
    ):
        page = page_of(profiles, city, language)
        text = page.text
        assert profiles.text(text_id, language, **values) in text, city
        assert "None" not in text, city
        assert (profiles.text("gap_no_place", language) in text) == (city == WITHOUT_RANKS)
        assert all(table.find_all("td") for table in page.find_all("table")), city
    for text_id in ("changes_title", "comparisons_title"):
        assert profiles.text(text_id, language) not in text


def test_every_part_of_a_change_has_a_name() -> None:
    """Every driver that tendency_drivers allows has a text; a score has its indicator's name."""
    mart = PROJECT_DIR / "models" / "marts" / "analysis" / "tendency_drivers.yml"
    found = re.search(r"driver in \((.*?)\)", mart.read_text("utf-8"))
    assert found
    drivers = set(re.findall(r"'(\w+)'", found[1])) - {"score"}
    assert {f"driver_{driver}" for driver in drivers} <= load_texts(load_settings()).keys()
