"""The site of another index speaks its words: nothing of the Smart City Index is in any file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from smart_city_index import PROJECT_DIR
from smart_city_index.site import SITE_DIR
from smart_city_index.site.settings import SITE_YML, SettingsError, load_settings

from .page_mistakes import page_mistakes
from .prepare import DIRECTORY, OTHER_INDICES
from .site_files import SiteFiles

# In the words of the file: the SQL and the descriptions of its tables speak of cities.
PAGES_OF_THE_FILE = ("sql.html", "downloads.html")
WORDS = re.compile(
    r"\b(Stadt|Städte\w*|Großst\w+|Bundesland|[Cc]ity|[Cc]ities|[Ff]ederal state|Bitkom)\b"
)
# Categories that the examples have too.
SHARED = {"education"}
# Pages of entities that are looked at.
ENTITIES = 40
SUFFIXES = (".html", ".js", ".css", ".sql", ".json", ".xml", ".txt", ".svg", ".csv")


def site_of(name: str) -> SiteFiles:
    """Return the site of an example, which tests.site.prepare has built."""
    return SiteFiles(DIRECTORY / name / "build" / "site")


def some_pages(site: SiteFiles) -> list[str]:
    """Return every page that is no entity's, and some of those that are."""
    entities = [page for page in site.pages if page[3:8] == "city/"]
    others = [page for page in site.pages if page[3:8] != "city/"]
    return others + entities[:: max(1, len(entities) // ENTITIES)]


def words_of_this_project() -> list[str]:
    """Return names and ids of the categories and indicators of the shipped rankings."""
    framework = (PROJECT_DIR / "seeds").rglob("*framework*.csv")
    found = {"smart city", "smart_city_index", "bitkom", "düsseldorf", "duesseldorf"}
    for path in framework:
        header, *rows = path.read_text("utf-8").splitlines()
        position = header.split(",").index("node_id")
        found |= {row.split(",")[position] for row in rows}
    return sorted(one for one in found - SHARED - {"overall"} if len(one) > 3)


@pytest.mark.parametrize("name", OTHER_INDICES)
def test_no_word_of_this_project(name: str) -> None:
    """No file has a name, an id or a colour of the Smart City Index, no page a word of cities."""
    site = site_of(name)
    framework = (DIRECTORY / name / "framework.csv").read_text("utf-8")
    own = {line.split(",")[1] for line in framework.splitlines()}
    words = [one for one in words_of_this_project() if one not in own]
    assert len(words) > 40
    foreign = re.compile(rf"\b({'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
    found = {}
    pages = {site.folder / page for page in some_pages(site)}
    for path in sorted(site.folder.rglob("*")):
        if path.suffix in SUFFIXES and (path.suffix != ".html" or path in pages):
            text = path.read_text("utf-8")
            match = foreign.search(text) or re.search(r"\bcat-[a-z_]+", text)
            if match:
                found[path.relative_to(site.folder).as_posix()] = match[0]
    assert found == {}
    for page in some_pages(site):
        if not page.endswith(PAGES_OF_THE_FILE):
            document = site.document(page)
            said = " ".join(document.root.texts(without=("pre", "code")))
            assert not WORDS.search(said), (page, WORDS.search(said))


@pytest.mark.parametrize("name", OTHER_INDICES)
def test_pages_are_sound(name: str) -> None:
    """The pages are sound; every bar keeps within the scale of its edition."""
    site = site_of(name)
    scales = set()
    for page in some_pages(site):
        assert page_mistakes(page, site) == [], page
        for chart in site.document(page).find_all("svg"):
            if "score-bar" in chart.classes:
                scale = float(chart.attributes["viewbox"].split()[2])
                scales.add(scale)
                assert all(
                    float(bar.attributes["width"]) <= scale for bar in chart.find_all("rect")
                ), page
    assert scales == ({1.0} if name == "hdi" else {1.0, 100.0, 1000.0})


@pytest.mark.parametrize("name", OTHER_INDICES)
def test_words_and_names_are_the_examples(name: str) -> None:
    """Names, words, credit and licence of site.yml are on the pages."""
    settings = load_settings(PROJECT_DIR / "examples" / name / SITE_YML)
    site = site_of(name)
    for language in settings.languages:
        page = site.document(f"{language}/index.html")
        (brand,) = page.find_all("a", **{"class": "site-name"})
        assert brand.text == settings.name[language]
        assert settings.words[language]["field"] in page.root.text
        (foot,) = page.find_all("footer")
        assert settings.credit[language] in foot.text
        licences = [one.attributes["href"] for one in foot.find_all("a", rel="license noreferrer")]
        assert licences == ([settings.licence] if settings.licence else [])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"name": None}, "name.de is missing"),
        ({"words": {"de": {}, "en": {}}}, "words.de.entity is missing"),
        ({"credit": {"de": "x"}}, "credit.en is missing"),
        ({"base_url": "javascript:alert(1)"}, "base_url must be an address"),
        ({"licence": "CC BY"}, "licence must be an address"),
        ({"languages": ["fr"]}, "no texts in the language 'fr'"),
        ({"profiles": 0}, "profiles must be a whole number"),
        ({"outline": "none.geojson"}, "outline names none.geojson, which is not there"),
        ({"colour": "red"}, "colour is no setting"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_missing_setting_is_named(tmp_path: Path, change: dict[str, object], named: str) -> None:
    """What is missing or wrong in site.yml is said in one sentence that names it."""
    settings = yaml.safe_load((SITE_DIR / SITE_YML).read_text("utf-8"))
    del settings["outline"]
    path = tmp_path / SITE_YML
    path.write_text(yaml.safe_dump({**settings, **change}), "utf-8")
    with pytest.raises(SettingsError) as raised:
        load_settings(path)
    assert named in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_folder_without_settings_is_refused(tmp_path: Path) -> None:
    """Without site.yml one sentence says what a site needs."""
    with pytest.raises(SettingsError, match="is missing: a site needs a name"):
        load_settings(tmp_path / SITE_YML)
