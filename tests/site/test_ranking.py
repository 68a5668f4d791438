"""The tables of the rankings show exactly what the marts hold: every edition, filter and order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page

from .cells import VERDICTS, Cell, printed, result_cells, rows_in_browser, rows_in_file
from .conftest import OpenPage, Rows
from .site_files import LANGUAGES, NEWEST, RANKINGS, SiteFiles

RESULTS = f"""
    select
        results.edition, results.city_id, results.category_id, cities.city_name,
        cities.state_code, cities.size_class_id,
        cities.is_simulated as is_simulated_city, results.is_simulated,
        results.rank, results.rank_source, results.tendency, results.tendency_source,
        results.index_displayed, results.index_source,
        verdicts.rank_verdict, verdicts.tendency_verdict, verdicts.index_verdict,
        verdicts.is_computed
    from fct_index_results as results
    inner join dim_cities as cities using (city_id)
    inner join ({VERDICTS}) as verdicts using (ranking_id, edition, city_id, category_id)
    where ranking_id = ? and edition <= ?
    order by edition
"""
ROWS = "#ranking-table tbody tr[data-city]"
# What is typed, and the page that Enter opens.
SEARCHES = {
    "köln": "koeln",
    "koeln": "koeln",
    "KOLN": "koeln",
    "düss": "duesseldorf",
    "Dusseldorf": "duesseldorf",
    "duesseldorf": "duesseldorf",
    "Düseldorf": "duesseldorf",
    "Muenchen": "muenchen",
    "Nürmberg": "nuernberg",
    "offenbach": "offenbach_am_main",
    "main offenbach": None,
    "xyzxyz": None,
}


def page_of(ranking: str, edition: int) -> str:
    """Return the page of an edition, below a language's folder."""
    if (ranking, edition) == ("smart_city_index", NEWEST["smart_city_index"]):
        return "index.html"
    return f"ranking/{ranking}/{edition}.html"


def newest_results(rows: Rows, ranking: str, edition: int) -> dict[tuple[str, str], dict[str, Any]]:
    """Return by city and category the result of an edition, and the newest known `place` in it."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows(RESULTS, ranking, edition):
        key = row["city_id"], row["category_id"]
        place = (row["rank"], row["edition"]) if row["rank"] else found.get(key, {}).get("place")
        found[key] = {**row, "place": place}
    return {key: row for key, row in found.items() if row["edition"] == edition}


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_show_the_mart(
    site_files: SiteFiles, rows: Rows, language: str, ranking_edition: tuple[str, int]
) -> None:
    """Places, tendencies, indices and places in the categories come out as the mart has them.

    A city of which nothing is known stands below the table; the simulated banner on simulated
    fields only; simulated figures of real cities have tags.
    """
    ranking, edition = ranking_edition
    document = site_files.document(f"{language}/{page_of(ranking, edition)}")
    expected = newest_results(rows, ranking, edition)
    (table,) = document.find_all("table")
    shown = dict(rows_in_file(table, "data-city"))
    places = []
    unknown = []
    for (city, category), row in expected.items():
        if category != "overall":
            continue
        of_city = [one for (other, _), one in expected.items() if other == city]
        if not any(one["place"] for one in of_city) and row["index_displayed"] is None:
            unknown.append(row["city_name"])
            assert city not in shown
            continue
        cells = result_cells(row, language)
        if row["rank"] is not None:
            assert shown[city]["place"] == cells["place"]
            places.append((row["rank"], city))
        elif row["place"]:
            text = f"{row['place'][0]}’{row['place'][1] % 100:02d}"
            assert shown[city]["place"].text == text, city
        for field in ("tendency", "index"):
            wanted = Cell("") if cells[field].is_gap else cells[field]
            assert shown[city][field] == wanted, (city, field)
    assert len(shown) + len(unknown) == sum(category == "overall" for _, category in expected)
    (*below,) = document.find_all(id="unknown")
    listed = [one.text.split(": ", 1)[1] for one in below]
    assert listed == ([f"{', '.join(sorted(unknown))}."] if unknown else [])
    in_order = [city for city in shown if expected[city, "overall"]["rank"]]
    ranks = [expected[city, "overall"]["rank"] for city in in_order]
    assert ranks == sorted(ranks)
    heat = {
        (row.attributes["data-city"], cell.attributes["data-category"]): cell.attributes.get(
            "data-value"
        )
        for row in table.find_all("tr")
        for cell in row.find_all("td")
        if "data-category" in cell.attributes
    }
    assert heat == {
        key: str(row["place"][0]) if row["place"] else None
        for key, row in expected.items()
        if key[1] != "overall" and key[0] in shown
    }
    tagged = [
        row.attributes["data-city"]
        for row in table.find_all("tr")
        if any("tag" in one.classes for one in row.walk())
    ]
    assert sorted(tagged) == sorted(
        city
        for (city, category), row in expected.items()
        if category == "overall" and row["is_simulated"] and not row["is_simulated_city"]
    )
    assert bool(document.find_all(id="simulated-banner")) == (ranking == "simulated_field")


@pytest.mark.parametrize("language", LANGUAGES)
def test_headline_and_movers(site_files: SiteFiles, rows: Rows, language: str) -> None:
    """The heading names who leads and who climbed most; the lists name the largest changes."""
    for ranking, edition in NEWEST.items():
        document = site_files.document(f"{language}/{page_of(ranking, edition)}")
        expected = newest_results(rows, ranking, edition)
        overall = [row for (_, category), row in expected.items() if category == "overall"]
        (heading,) = document.find_all("h1")
        assert all(row["city_name"] in heading.text for row in overall if row["rank"] == 1)
        changes = [row["tendency"] for row in overall if row["tendency"] is not None]
        assert f" {max(changes)} " in heading.text
        for name, wanted in (
            ("climbers", sorted((one for one in changes if one > 0), reverse=True)),
            ("fallers", sorted(one for one in changes if one < 0)),
        ):
            (listed,) = document.find_all(data_field=name)
            texts = [one.text[1:] for one in listed.walk() if one.classes[:1] == ["tendency"]]
            assert texts == [printed(f"{one:+d}", language) for one in wanted[:3]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_known_is_counted(
    site_files: SiteFiles, rows: Rows, language: str, ranking_edition: tuple[str, int]
) -> None:
    """How many places and indices are known, of how many, stands above the table."""
    ranking, edition = ranking_edition
    (known,) = rows(
        """select count(*) as cities, count(rank) as places, count(index_value) as indices
        from fct_index_results
        where ranking_id = ? and edition = ? and category_id = 'overall'""",
        ranking,
        edition,
    )
    (shown,) = site_files.document(f"{language}/{page_of(ranking, edition)}").find_all(id="known")
    if known["places"] == known["indices"] == known["cities"]:
        assert not any(letter.isdigit() for letter in shown.text)
    else:
        for number in known.values():
            assert str(number) in shown.text


def open_table(open_page: OpenPage, ranking: str, query: str = "") -> Page:
    """Open the newest table of a ranking."""
    return open_page(f"de/{page_of(ranking, NEWEST[ranking])}{query}")


def shown_cities(page: Page) -> list[str]:
    """Return the cities of the table as shown."""
    return [city for city, _ in rows_in_browser(page, ROWS, "city")]


@pytest.mark.parametrize("ranking", RANKINGS)
def test_filters_and_orders(open_page: OpenPage, rows: Rows, ranking: str) -> None:
    """Every filter shows its cities; every column sorts both ways, and gaps come last."""
    expected = newest_results(rows, ranking, NEWEST[ranking])
    overall = {city: row for (city, category), row in expected.items() if category == "overall"}
    page = open_table(open_page, ranking)
    everything = shown_cities(page)
    for control, column in (("state", "state_code"), ("size", "size_class_id")):
        select = page.locator(f"#controls [name={control}]")
        values = {overall[city][column] for city in everything} - {None}
        offered = select.locator("option").evaluate_all("all => all.map(one => one.value)")
        assert set(offered) == values | {""}
        for value in reversed(offered):
            select.select_option(value)
            wanted = [city for city in everything if value in ("", overall[city][column])]
            assert shown_cities(page) == wanted, value
    for column, field, first in (
        ("tendency", "tendency", "descending"),
        ("index", "index_displayed", "descending"),
        ("city", "city_name", "ascending"),
        ("mobility", "place", "ascending"),
        ("place", "rank", "ascending"),
    ):
        header = page.locator(f"th[data-sort={column}]")
        for direction in (first, {"ascending": "descending"}.get(first, "ascending")):
            header.locator("button").click()
            assert header.get_attribute("aria-sort") == direction
            category = column if column == "mobility" else "overall"
            found = [expected[city, category][field] for city in shown_cities(page)]
            assert len(found) == len(everything)
            known = [value for value in found if value is not None]
            assert found[: len(known)] == known
            if field == "place":
                known = [place for place, _ in known]
            elif field == "index_displayed":
                known = [Decimal(figure) for figure in known]
            if field == "city_name":
                known = [name.translate(str.maketrans("äöüÄÖÜ", "aouAOU")) for name in known]
            assert known == sorted(known, reverse=direction == "descending")


def test_address_carries_the_state(open_page: OpenPage) -> None:
    """Reload, back, and a copied address restore filter and order; wrong ones are left out."""
    page = open_table(open_page, "smart_city_index")
    start = shown_cities(page)
    page.locator("#controls [name=state]").select_option("NW")
    page.locator("th[data-sort=index] button").click()
    end = shown_cities(page)
    assert "state=NW" in page.url
    assert "sort=index" in page.url
    page.reload()
    assert shown_cities(page) == end
    for _ in range(2):
        page.go_back()
    assert shown_cities(page) == start
    for query in ("?state=XX&sort=toString&dir=y", "?sort=__proto__", "?size=%3Cb%3E"):
        assert shown_cities(open_table(open_page, "smart_city_index", query)) == start


def test_find_my_city(open_page: OpenPage, address: str) -> None:
    """A name is found with ae, with a for ä, and with a small mistake; Enter opens its page."""
    page = open_page("de/downloads.html")
    results = page.locator("#find-results a")
    for typed, city in SEARCHES.items():
        page.locator("#find-name").fill(typed)
        if city is None:
            page.locator("#find.nothing").wait_for()
            assert results.count() == 0
            assert page.locator("#find-said").inner_text() == "Nichts gefunden"
            page.keyboard.press("Enter")
            assert page.url == f"{address}de/downloads.html"
        else:
            page.locator(f"#find-results li:first-child a[href$='/{city}.html']").wait_for()
    page.locator("#find-name").fill("Düseldorf")
    page.locator("#find-results li:first-child a[href$='/duesseldorf.html']").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}de/city/smart_city_index/duesseldorf.html")


def test_find_with_the_keyboard(open_page: OpenPage) -> None:
    """The arrow keys walk through what was found, Escape puts it away."""
    page = open_page("en/downloads.html")
    page.locator("#find-name").fill("ha")
    page.locator("#find-results a").nth(1).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.locator("#find-results a").nth(1)
    assert second.evaluate("one => one === document.activeElement")
    page.keyboard.press("Escape")
    assert not page.locator("#find-results").is_visible()
