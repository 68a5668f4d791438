"""The profile shows the marts' printed page of a city: results, indicators, history."""

from __future__ import annotations

import posixpath
import re
from typing import Any

import pytest

from .cells import DASH, VERDICTS, Cell, printed, result_cells, rows_in_browser, rows_in_file
from .conftest import OpenPage, Rows
from .page_mistakes import page_mistakes
from .site_files import LANGUAGES, RANKINGS, RANKINGS_OF_THE_PAGE, Document, SiteFiles

RESULTS = f"""
    select
        lines.line_id, lines.edition, lines.label_de, lines.label_en, lines.is_simulated,
        lines.rank, lines.rank_source, lines.tendency, lines.tendency_source,
        lines.value_displayed as index_displayed, lines.value_source as index_source,
        verdicts.rank_verdict, verdicts.tendency_verdict, verdicts.index_verdict,
        verdicts.is_computed, cities.is_simulated as is_simulated_city,
        case
            when editions.city_count - 1 - rank_to + rank_from < editions.city_count / 10 then null
            when rank_from = rank_to then rank_from::varchar
            else rank_from || '{DASH}' || rank_to
        end as possible_places
    from city_profiles as lines
    inner join dim_cities as cities using (city_id)
    inner join ({VERDICTS}) as verdicts
        on
            lines.ranking_id = verdicts.ranking_id
            and lines.edition = verdicts.edition
            and lines.city_id = verdicts.city_id
            and lines.line_id = verdicts.category_id
    inner join dim_editions as editions on lines.edition_key = editions.edition_key
    left join result_ranges as ranges
        on
            lines.edition_key = ranges.edition_key
            and lines.city_id = ranges.city_id
            and lines.line_id = ranges.category_id
    where lines.section = 'result' and lines.ranking_id = ? and lines.city_id = ?
    order by lines.edition desc, lines.line_number
"""
INDICATORS = """
    select
        lines.line_id, lines.edition, lines.label_de, lines.label_en, lines.value_displayed,
        lines.is_simulated, cities.is_simulated as is_simulated_city,
        statistics.median_score is not null as has_field, scores.rank
    from city_profiles as lines
    inner join dim_cities as cities using (city_id)
    inner join fct_indicator_scores as scores
        on
            lines.ranking_id = scores.ranking_id
            and lines.edition = scores.edition
            and lines.city_id = scores.city_id
            and lines.line_id = scores.indicator_id
    left join indicator_statistics as statistics
        on
            lines.ranking_id = statistics.ranking_id
            and lines.edition = statistics.edition
            and lines.line_id = statistics.indicator_id
    where
        lines.section = 'indicator' and lines.value_displayed is not null
        and lines.ranking_id = ? and lines.city_id = ?
    order by lines.edition desc, lines.line_number
"""
SINGLE_SCORES = """
    select
        edition, indicator_id, rank_from_at_maximum as first, rank_to_at_maximum as last,
        case score_digits when 2 then round(score, 2)::varchar else round(score, 1)::varchar end
            as score,
        round(index_points_at_maximum, 1)::varchar as points
    from what_if_ranges
    inner join dim_editions using (ranking_id, edition)
    where index_points_at_maximum > 0 and ranking_id = ? and city_id = ?
    qualify row_number() over (
        partition by edition order by index_points_at_maximum desc, indicator_id
    ) <= 5
    order by edition, index_points_at_maximum desc, indicator_id
"""

# The six published lines of Düsseldorf 2025: place, tendency, index.
DUESSELDORF_2025 = {
    "de": {
        "overall": ("6", "+11", "85,8"),
        "administration": ("7", "−1", "93,6"),
        "energy_environment": ("23", "+35", "73,7"),
        "it_communication": ("48", "+4", "74,2"),
        "mobility": ("7", "+2", "93,9"),
        "society_education": ("5", "−4", "93,8"),
    },
    "en": {
        "overall": ("6", "+11", "85.8"),
        "administration": ("7", "−1", "93.6"),
        "energy_environment": ("23", "+35", "73.7"),
        "it_communication": ("48", "+4", "74.2"),
        "mobility": ("7", "+2", "93.9"),
        "society_education": ("5", "−4", "93.8"),
    },
}

Cells = dict[str, Cell]


def expected_results(rows: Rows, ranking: str, city: str, language: str) -> dict[int, Any]:
    """Return the result lines that a profile has to show, by edition."""
    expected: dict[int, list[tuple[str, Cells]]] = {}
    for row in rows(RESULTS, ranking, city):
        expected.setdefault(row["edition"], []).append(
            (row["line_id"], result_cells(row, language))
        )
    return expected


def expected_indicators(rows: Rows, ranking: str, city: str, language: str) -> dict[int, Any]:
    """Return the indicator lines that a profile has to show, by edition."""
    expected: dict[int, list[tuple[str, Cells]]] = {}
    for row in rows(INDICATORS, ranking, city):
        marks = "s" if row["is_simulated"] and not row["is_simulated_city"] else ""
        cells = {"score": Cell(printed(row["value_displayed"], language), marks)}
        if row["has_field"]:
            cells["place"] = Cell(str(row["rank"]))
        expected.setdefault(row["edition"], []).append((row["line_id"], cells))
    return expected


def expected_single_scores(rows: Rows, ranking: str, city: str, language: str) -> dict[int, Any]:
    """Return what a profile has to show of single scores, by edition."""
    expected: dict[int, list[tuple[str, Cells]]] = {}
    for row in rows(SINGLE_SCORES, ranking, city):
        places = dict.fromkeys((row["first"], row["last"]))
        cells = {
            "score": Cell(printed(row["score"], language)),
            "points": Cell("+" + printed(row["points"], language)),
            "place": Cell(DASH.join(map(str, places))),
        }
        expected.setdefault(row["edition"], []).append((row["indicator_id"], cells))
    return expected


def paths_of(site_files: SiteFiles, language: str, ranking: str, city: str) -> dict[int, str]:
    """Return the pages of a city in a ranking, by edition, as the newest of them links them."""
    newest = f"{language}/city/{ranking}/{city}.html"
    (nav,) = site_files.document(newest).find_all("nav", **{"class": "editions"})
    return {
        int(one.text): posixpath.normpath(posixpath.join(newest, "..", one.attributes["href"]))
        for one in nav.find_all("a")
        if f"/{ranking}/{city}" in one.attributes["href"]
    }


@pytest.mark.parametrize("ranking", RANKINGS_OF_THE_PAGE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_duesseldorf_2025(open_page: OpenPage, rows: Rows, language: str, ranking: str) -> None:
    """Düsseldorf 2025: the six results and the 37 indicators, as the marts print them."""
    page = open_page(f"{language}/city/{ranking}/duesseldorf.html")
    shown = rows_in_browser(page, "table.results tr[data-category]", "category")
    assert shown == expected_results(rows, ranking, "duesseldorf", language)[2025]
    indicators = rows_in_browser(page, "table.indicators tr[data-indicator]", "indicator")
    assert indicators == expected_indicators(rows, ranking, "duesseldorf", language)[2025]
    assert len(indicators) == 37
    assert {
        line: (cells["place"].text, cells["tendency"].text, cells["index"].text)
        for line, cells in shown
    } == DUESSELDORF_2025[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_duesseldorf_2025_labels(open_page: OpenPage, rows: Rows, language: str) -> None:
    """Results and indicators carry the marts' names."""
    page = open_page(f"{language}/city/smart_city_index/duesseldorf.html")
    key = f"label_{language}"
    for query, selector in (
        (RESULTS, "table.results tr[data-category] th"),
        (INDICATORS, "table.indicators tr[data-indicator] th"),
    ):
        found = rows(query, "smart_city_index", "duesseldorf")
        expected = [row[key] for row in found if row["edition"] == 2025]
        shown = (
            page.locator(selector)
            .locator("visible=true")
            .evaluate_all(
                """all => all.map((one) => {
              const copy = one.cloneNode(true);
              copy.querySelectorAll(".mark").forEach((mark) => mark.remove());
              return copy.textContent.trim();
            })"""
            )
        )
        assert shown == expected


def rows_of_class(page: Document, name: str, key: str) -> list[tuple[str, Cells]]:
    """Return the rows of the tables of a class in a parsed page."""
    tables = page.find_all("table", **{"class": name})
    return [row for table in tables for row in rows_in_file(table, key)]


@pytest.mark.parametrize("ranking", RANKINGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_profile_in_the_files(
    rows: Rows, site_files: SiteFiles, language: str, ranking: str
) -> None:
    """Every page of a city is sound and holds its edition's results and indicators.

    Pages of the simulated field carry the banner, no other does; simulated cities are marked. In
    an edition in which a real city's figures are simulated, the page says so beside the figures.
    """
    members = {
        (row["city_id"], row["edition"]): row
        for row in rows(
            """select city_id, edition, is_simulated, is_simulated_city
            from league_table where ranking_id = ?""",
            ranking,
        )
    }
    # The same templates in English: every fourth city.
    cities = sorted({city for city, _ in members})[:: 1 if language == "de" else 4]
    count = 0
    for city in cities:
        if not (site_files.folder / f"{language}/city/{ranking}/{city}.html").is_file():
            continue
        results = expected_results(rows, ranking, city, language)
        indicators = expected_indicators(rows, ranking, city, language)
        single = expected_single_scores(rows, ranking, city, language)
        for edition, path in paths_of(site_files, language, ranking, city).items():
            count += 1
            assert page_mistakes(path, site_files) == [], path
            page = site_files.document(path)
            member = members[city, edition]
            banners = page.find_all(id="simulated-banner")
            assert len(banners) == (ranking == "simulated_field"), path
            (heading,) = page.find_all("h1")
            is_marked = any("mark-s" in one.classes for one in heading.walk())
            assert is_marked == member["is_simulated_city"], path
            assert rows_of_class(page, "results", "data-category") == results[edition], path
            assert rows_of_class(page, "indicators", "data-indicator") == indicators.get(
                edition, []
            ), path
            assert rows_of_class(page, "levers single", "data-indicator") == single.get(
                edition, []
            ), path
            warned = page.find_all(role="note", **{"class": "banner"})
            is_mixed = member["is_simulated"] and not member["is_simulated_city"]
            assert len(warned) - len(banners) == is_mixed, path
    of_ranking = f"{language}/city/{ranking}/"
    found = sum(path.startswith(of_ranking) for path in site_files.pages)
    assert count == found if language == "de" else count > found / 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_message_and_brief(site_files: SiteFiles, rows: Rows, language: str) -> None:
    """Every city with an analysis has its message, strengths, levers and certainty from the marts.

    A page of the Smart City Index takes them from the open data index, and says so.
    """
    certain = {
        row["city_id"]: row
        for row in rows(
            """select city_id, rank, rank_p05, rank_p95 from rank_robustness
            where edition_key = 'open_data_index_2026' and scenario_id = 'weights_25_percent'"""
        )
    }
    levers: dict[str, list[str]] = {}
    for row in rows(
        """select city_id, indicator_id from what_if_scores
        where edition_key = 'open_data_index_2026' and index_points_at_maximum > 0
        order by index_points_at_maximum desc, indicator_id"""
    ):
        levers.setdefault(row["city_id"], []).append(row["indicator_id"])
    assert len(certain) == 83
    for city, row in certain.items():
        for ranking in ("open_data_index", "smart_city_index"):
            path = f"{language}/city/{ranking}/{city}.html"
            if not (site_files.folder / path).is_file():
                continue
            page = site_files.document(path)
            (message,) = page.find_all("p", **{"class": "message"})
            if ranking == "open_data_index":
                assert str(row["rank"]) in message.text
            (brief,) = (one for one in page.find_all("section") if "brief" in one.classes)
            for name in ("rank", "rank_p05", "rank_p95"):
                assert re.search(rf"\b{row[name]}\b", brief.text), path
            (listed,) = brief.find_all(data_field="brief-levers")
            linked = [one.attributes["href"] for one in listed.find_all("a")]
            assert [posixpath.basename(one) for one in linked] == [
                f"{indicator}.html" for indicator in levers[city][:3]
            ], path
            names = {"de": "Index aus offenen Daten", "en": "Open data index"}[language]
            assert (names in brief.text) == (ranking == "smart_city_index"), path
