"""The charts of a whole field hold every city of the marts, and their geometry is sound."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from smart_city_index.site import field_charts

from .conftest import Rows
from .site_files import LANGUAGES, NEWEST, SiteFiles

SCORES = some.decimals(0, 100, places=1, allow_nan=False)


def page_of(ranking: str) -> str:
    """Return the page of charts of a ranking, below a language's folder."""
    return "pictures.html" if ranking == "smart_city_index" else f"pictures/{ranking}.html"


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_hold_the_field(site_files: SiteFiles, rows: Rows, language: str) -> None:
    """Every city with a place has a line, every known index a dot, every analysed city a bar.

    The map has every real city with coordinates of a ranking that is not simulated.
    """
    for ranking, edition in NEWEST.items():
        page = site_files.document(f"{language}/{page_of(ranking)}")
        charts = {one.classes[0]: one for one in page.find_all("svg") if one.classes}
        (known,) = rows(
            """select count(distinct city_id) as lines from fct_index_results
            where ranking_id = ? and category_id = 'overall' and rank is not null
            and city_id in (
                select city_id from league_table where ranking_id = ? and edition = ?)""",
            ranking,
            ranking,
            edition,
        )
        lines = [one for one in charts["bump"].find_all("path") if "line" in one.classes]
        assert len(lines) == known["lines"]
        labels = [one.text for one in charts["bump"].find_all("text") if "name" in one.classes]
        first = rows(
            """select rank, city_name from fct_index_results inner join dim_cities using (city_id)
            where ranking_id = ? and edition = ? and category_id = 'overall' and rank = 1""",
            ranking,
            edition,
        )
        assert labels[0] == f"1 {first[0]['city_name']}" or len(first) > 1
        categories = rows(
            """select category_id, count(index_value) as indices, count(*) as cities
            from fct_index_results where ranking_id = ? and edition = ? group by category_id""",
            ranking,
            edition,
        )
        dots = sum(row["indices"] for row in categories if row["indices"] >= row["cities"] / 2)
        swarms = [one for one in page.find_all("svg") if one.classes[:1] == ["swarm"]]
        assert sum(len(one.find_all("circle")) for one in swarms) == dots
        bars = charts["intervals"].find_all("rect") if "intervals" in charts else []
        (analysed,) = rows(
            """select count(distinct city_id) as cities from rank_robustness
            where ranking_id = ? and edition = ?""",
            ranking,
            edition,
        )
        assert len(bars) == analysed["cities"]
        points = charts["map"].find_all("circle") if "map" in charts else []
        assert len(points) == (0 if ranking == "simulated_field" else 83)


@given(some.lists(SCORES, min_size=1, max_size=90))
def test_dots_keep_apart(values: list[Decimal]) -> None:
    """The dots of a swarm stand at their index and do not cover each other, while there is room."""
    found = field_charts.swarm([(str(one), one) for one in values], Decimal(100))
    assert sorted(one[1] for one in found.dots) == sorted(values)
    assert found.first[1] == max(values)
    assert found.last[1] == min(values)
    places = [(float(x), float(y)) for _, _, x, y in found.dots]
    assert all(0 <= y <= field_charts.SWARM_HEIGHT for _, y in places)
    if all(10 < y < field_charts.SWARM_HEIGHT - 10 for _, y in places):
        for (x, y), (other_x, other_y) in combinations(places, 2):
            distance = (x - other_x) ** 2 + (y - other_y) ** 2
            assert distance >= float(field_charts.NEAREST) ** 2 * 0.97


@given(some.lists(some.floats(0, 300), min_size=1, max_size=12).map(sorted))
def test_labels_keep_their_distance(wanted: list[float]) -> None:
    """Labels keep a distance and their order, and stay within the drawing."""
    placed = field_charts.spread(wanted, 11, 320)
    assert all(after - before >= 11 - 1e-9 for before, after in pairwise(placed))
    assert placed[-1] <= 320
