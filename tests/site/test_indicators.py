"""The pages of the indicators show the marts' scores, places and statistics."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest

from .cells import DASH, printed, rows_in_file
from .conftest import Rows
from .site_files import LANGUAGES, RANKINGS, SiteFiles

SCORES = """
    select indicator_id, edition, city_id, score_displayed, rank from fct_indicator_scores
    where ranking_id = ? and status = 'scored'
"""
STATISTICS = (
    "mean_score",
    "standard_deviation",
    "median_score",
    "first_quartile",
    "third_quartile",
)


@pytest.mark.parametrize("ranking", RANKINGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_have_every_score(
    site_files: SiteFiles, rows: Rows, language: str, ranking: str
) -> None:
    """Every known score of every edition is on the page of its indicator, and no other.

    The newest edition with scores has places and statistics where the marts have them.
    """
    scores: dict[str, dict[int, dict[str, tuple[str, str]]]] = {}
    for row in rows(SCORES, ranking):
        scores.setdefault(row["indicator_id"], {}).setdefault(row["edition"], {})[
            row["city_id"]
        ] = (printed(row["score_displayed"], language), str(row["rank"] or DASH))
    statistics = {
        (row["edition"], row["indicator_id"]): row
        for row in rows("select * from indicator_statistics where ranking_id = ?", ranking)
    }
    defined = rows("select distinct indicator_id from dim_indicators where ranking_id = ?", ranking)
    assert defined
    for indicator in (row["indicator_id"] for row in defined):
        page = site_files.document(f"{language}/indicator/{ranking}/{indicator}.html")
        editions = scores.get(indicator, {})
        tables = page.find_all("table", **{"class": "scores"})
        assert bool(tables) == bool(editions)
        if not editions:
            continue
        newest = max(editions)
        shown = dict(rows_in_file(tables[0], "data-city"))
        assert set(shown) == {city for of_edition in editions.values() for city in of_edition}
        figures = statistics.get((newest, indicator))
        for city, cells in shown.items():
            score, place = editions[newest].get(city, (DASH, DASH))
            assert cells["score"].text == score, (indicator, city)
            assert not figures or cells["place"].text == place, (indicator, city)
            for edition in set(editions) - {newest}:
                older = editions[edition].get(city, (DASH,))[0]
                assert cells[f"score-{edition}"].text == older, (indicator, city)
        charts = [one for one in page.find_all("svg") if "distribution" in one.classes]
        assert bool(charts) == bool(figures)
        for name in STATISTICS:
            if not figures:
                break
            (field,) = page.find_all(data_field=name)
            rounded = figures[name].quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
            assert field.text.endswith(printed(str(rounded), language)), (indicator, name)
        if figures:
            assert sum(len(one.find_all("rect")) for one in charts) == len(editions[newest]) + 1
        assert bool(page.find_all(id="simulated-banner")) == (ranking == "simulated_field")


@pytest.mark.parametrize("language", LANGUAGES)
def test_overview_leads_to_every_indicator(
    site_files: SiteFiles, rows: Rows, language: str
) -> None:
    """The overview links every indicator of every ranking once."""
    page = site_files.document(f"{language}/indicators.html")
    linked = [
        one.attributes["href"]
        for one in page.find_all("a")
        if one.attributes["href"].startswith("indicator/")
    ]
    expected = rows("select distinct ranking_id, indicator_id from dim_indicators")
    assert sorted(linked) == sorted(
        f"indicator/{row['ranking_id']}/{row['indicator_id']}.html" for row in expected
    )
