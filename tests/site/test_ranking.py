"""The ranking shows exactly what the marts hold: every view, every filter, every order."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page

from .cells import VERDICTS, Cell, printed, result_cells, rows_in_browser
from .conftest import OpenPage, Rows
from .site_files import LANGUAGES, RANKINGS

RESULTS = f"""
    select
        results.city_id, cities.city_name, cities.state_code, cities.size_class_id,
        cities.is_simulated as is_simulated_city, results.is_simulated,
        results.rank, results.rank_source, results.tendency, results.tendency_source,
        results.index_displayed, results.index_source,
        verdicts.rank_verdict, verdicts.tendency_verdict, verdicts.index_verdict,
        verdicts.is_computed
    from fct_index_results as results
    inner join dim_cities as cities using (city_id)
    inner join ({VERDICTS}) as verdicts using (ranking_id, edition, city_id, category_id)
    where ranking_id = ? and edition = ? and category_id = ?
"""
ROWS = "#ranking-table tbody tr"

# What is typed, and in which form.
SEARCHES = ("köln", "koln", "KÖLN", "düss", " essen ", "burg", "am main", "Simulierte", "xyz")

Shown = list[tuple[str, dict[str, Cell]]]


def shown_rows(page: Page) -> Shown:
    """Return the rows of the ranking as shown: city and cells."""
    return rows_in_browser(page, ROWS, "city")


def shown_cities(page: Page) -> list[str]:
    """Return the cities of the ranking as shown."""
    return [city for city, _ in shown_rows(page)]


def expected_cells(row: dict[str, Any], language: str) -> dict[str, Cell]:
    """Return the cells that a city's row has to have."""
    city = Cell(row["city_name"], "s" if row["is_simulated_city"] else "")
    return {**result_cells(row, language), "city": city}


def results(rows: Rows, ranking: str, edition: int, category: str = "overall") -> dict[str, Any]:
    """Return the results of a view by city."""
    return {row["city_id"]: row for row in rows(RESULTS, ranking, edition, category)}


def newest(rows: Rows, ranking: str) -> dict[str, Any]:
    """Return the overall results of the newest edition of a ranking, by city."""
    (row,) = rows("select max(edition) as edition from dim_editions where ranking_id = ?", ranking)
    return results(rows, ranking, row["edition"])


def simplified(name: str) -> str:
    """Return a name in small letters without marks."""
    decomposed = unicodedata.normalize("NFD", name.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def known_numbers(sentences: str) -> list[str]:
    """Return the numbers of what the page says of the known figures."""
    return re.findall(r"\d+(?:[.,]\d+)?", sentences)


def known_figures(rows: Rows, ranking: str, edition: int, category: str) -> list[str]:
    """Return the numbers that the page has to say: n of N, and means where they are worth it."""
    key = ranking, edition, category
    (known,) = rows(
        """select
            count(*) as cities, count(rank) as places, count(index_value) as indices,
            count(*) filter (rank_source = 'implied') as implied,
            cast(round(avg(index_value), 1) as decimal(9, 1)) as mean
        from fct_index_results where ranking_id = ? and edition = ? and category_id = ?""",
        *key,
    )
    published = rows(
        """select cast(published_value as decimal(9, 1)) as mean from edition_reconciliation
        where figure = 'mean' and ranking_id = ? and edition = ? and category_id = ?""",
        *key,
    )
    numbers = [known["places"], known["cities"]]
    numbers += [known["implied"]] if known["implied"] else []
    numbers += [known["indices"], known["cities"]]
    if known["indices"] > 1:
        numbers.append(known["mean"])
    if published and known["indices"] < known["cities"]:
        numbers.append(published[0]["mean"])
    return [str(number) for number in numbers]


def choose(page: Page, control: str, value: str) -> None:
    """Choose an option of a control."""
    page.locator(f"#controls [name={control}]").select_option(value)


def open_ranking(open_page: OpenPage, ranking: str, language: str = "de", **query: Any) -> Page:
    """Open the ranking by an address that asks for a view."""
    asked = "&".join(f"{name}={value}" for name, value in {"ranking": ranking, **query}.items())
    page = open_page(f"{language}/index.html?{asked}")
    page.locator(f"#ranking-table[data-ranking={ranking}]").wait_for()
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_views_show_the_mart(
    open_page: OpenPage, rows: Rows, language: str, ranking_edition: tuple[str, int]
) -> None:
    """Place, tendency and index of every city and category come out as the mart has them.

    The simulated banner stands on simulated views only; simulated figures of real cities have tags.
    """
    ranking, edition = ranking_edition
    page = open_ranking(open_page, ranking, language, edition=edition)
    categories = rows(
        "select category_id from dim_categories where ranking_id = ? and edition = ?",
        ranking,
        edition,
    )
    assert len(categories) == (5 if ranking == "open_data_index" else 6)
    for category in (row["category_id"] for row in categories):
        choose(page, "category", category)
        assert known_numbers(page.locator("#known").inner_text()) == [
            printed(one, language) for one in known_figures(rows, ranking, edition, category)
        ]
        expected = results(rows, ranking, edition, category)
        shown = shown_rows(page)
        assert len(shown) == len(expected)
        assert dict(shown) == {
            city: expected_cells(row, language) for city, row in expected.items()
        }
        ranks = [expected[city]["rank"] or len(expected) + 1 for city, _ in shown]
        assert ranks == sorted(ranks)
        tagged = page.locator(f"{ROWS}:has(.tag)").evaluate_all(
            "all => all.map(one => one.dataset.city)"
        )
        assert sorted(tagged) == sorted(
            city
            for city, row in expected.items()
            if row["is_simulated"] and not row["is_simulated_city"]
        )
    assert page.locator("#simulated-banner").is_visible() == (ranking == "simulated_field")
    assert str(edition) in page.locator("#ranking-table caption").inner_text()
    assert f" {edition}," in page.locator("#data-date").inner_text()


@pytest.mark.parametrize("ranking", RANKINGS)
@pytest.mark.parametrize(
    ("control", "column"), [("state", "state_code"), ("size", "size_class_id")]
)
def test_filter_shows_the_marts_cities(
    open_page: OpenPage, rows: Rows, ranking: str, control: str, column: str
) -> None:
    """Every state and every size class shows exactly its cities, and the count says how many."""
    expected = newest(rows, ranking)
    page = open_ranking(open_page, ranking)
    offered = page.locator(f"#controls [name={control}] option").evaluate_all(
        "all => all.map(one => one.value)"
    )
    values = {row[column] for row in expected.values() if row[column] is not None}
    assert values <= set(offered)
    for value in offered:
        choose(page, control, value)
        wanted = {city for city, row in expected.items() if value in ("", row[column])}
        assert set(shown_cities(page)) == wanted, value
        if wanted:
            assert page.locator("#summary").inner_text().startswith(f"{len(wanted)} ")


def test_filters_combine(open_page: OpenPage, rows: Rows) -> None:
    """State, size class and search narrow the same rows."""
    expected = newest(rows, "smart_city_index")
    duesseldorf = expected["duesseldorf"]
    page = open_ranking(open_page, "smart_city_index")
    choose(page, "state", duesseldorf["state_code"])
    choose(page, "size", duesseldorf["size_class_id"])
    page.locator("#controls [name=q]").fill("dorf")
    wanted = {
        city
        for city, row in expected.items()
        if row["state_code"] == duesseldorf["state_code"]
        and row["size_class_id"] == duesseldorf["size_class_id"]
        and "dorf" in row["city_name"].lower()
    }
    assert set(shown_cities(page)) == wanted
    assert "duesseldorf" in wanted


@pytest.mark.parametrize("ranking", RANKINGS)
def test_search_finds_names(open_page: OpenPage, rows: Rows, ranking: str) -> None:
    """The search finds parts of names in any case and without umlauts, and says if none fits."""
    expected = newest(rows, ranking)
    page = open_ranking(open_page, ranking)
    for search in SEARCHES:
        page.locator("#controls [name=q]").fill(search)
        wanted = {
            city
            for city, row in expected.items()
            if simplified(search.strip()) in simplified(row["city_name"])
        }
        assert set(shown_cities(page)) == wanted, search
        assert bool(wanted) != ("Keine Stadt" in page.locator("#summary").inner_text())


@pytest.mark.parametrize("ranking", RANKINGS)
@pytest.mark.parametrize(
    ("column", "field", "first"),
    [
        ("place", "rank", "ascending"),
        ("tendency", "tendency", "descending"),
        ("index", "index_displayed", "descending"),
        ("city", "city_name", "ascending"),
    ],
)
def test_columns_sort(
    open_page: OpenPage, rows: Rows, ranking: str, column: str, field: str, first: str
) -> None:
    """A column sorts by the mart's values in both directions; gaps come last in either."""
    expected = newest(rows, ranking)
    page = open_ranking(open_page, ranking, sort="index" if column != "index" else "city")
    button = page.locator(f"th[data-sort={column}] button")
    second = {"ascending": "descending", "descending": "ascending"}[first]
    for direction in (first, second, first):
        button.click()
        assert page.locator("#ranking-table th[aria-sort]").evaluate_all(
            "all => all.map(one => [one.dataset.sort, one.getAttribute('aria-sort')])"
        ) == [[column, direction]]
        cities = shown_cities(page)
        assert set(cities) == set(expected)
        values = [expected[city][field] for city in cities]
        known = [value for value in values if value is not None]
        assert values[: len(known)] == known
        if field == "city_name":
            known = [simplified(name) for name in known]
        elif field == "index_displayed":
            known = [Decimal(figure) for figure in known]
        assert known == sorted(known, reverse=direction == "descending")


def test_address_carries_the_state(open_page: OpenPage) -> None:
    """Reload, back, forward and a copied address restore ranking, edition, filters and order."""
    page = open_page("de/index.html")

    def state() -> dict[str, Any]:
        controls = page.locator("#controls").evaluate(
            "form => Object.fromEntries(new FormData(form))"
        )
        return {"controls": controls, "cities": shown_cities(page), "address": page.url}

    def wait_for_table(**data: str) -> None:
        page.locator(
            "#ranking-table" + "".join(f"[data-{name}={value!r}]" for name, value in data.items())
        ).wait_for()

    start = state()
    assert "?" not in start["address"]
    choose(page, "ranking", "simulated_field")
    wait_for_table(ranking="simulated_field")
    choose(page, "edition", "2024")
    choose(page, "category", "mobility")
    wait_for_table(edition="2024", category="mobility")
    size = page.locator("#controls [name=size] option").nth(1).get_attribute("value")
    assert size
    choose(page, "size", size)
    page.locator("th[data-sort=index] button").click()
    page.locator("#controls [name=q]").fill("1")
    end = state()
    for part in ("ranking=simulated_field", "edition=2024", "category=mobility", "size=", "q=1"):
        assert part in end["address"]
    page.reload()
    wait_for_table(edition="2024", category="mobility")
    assert state() == end
    for _ in range(5):
        page.go_back()
    wait_for_table(ranking="smart_city_index")
    assert state() == start
    for _ in range(5):
        page.go_forward()
    wait_for_table(ranking="simulated_field", category="mobility")
    assert state() == end
    copied = open_page(end["address"].split("/", 3)[3])
    copied.locator("#ranking-table[data-category=mobility]").wait_for()
    assert shown_cities(copied) == end["cities"]


@pytest.mark.parametrize(
    "query",
    [
        "ranking=none",
        "edition=1999",
        "category=%3Cb%3E",
        "state=XX",
        "size=huge",
        "sort=x&dir=y",
        "ranking=constructor",
        "sort=toString",
        "category=__proto__",
        "q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    ],
)
def test_wrong_address_falls_back(open_page: OpenPage, query: str) -> None:
    """What an address asks wrongly falls back to what there is, and becomes no markup."""
    page = open_page(f"de/index.html?{query}")
    expected = 0 if query.startswith("q=") else 83
    assert page.locator(ROWS).count() == expected
    assert page.locator("main img, main caption b").count() == 0
    assert page.locator("#ranking-table").get_attribute("data-ranking") == "smart_city_index"
