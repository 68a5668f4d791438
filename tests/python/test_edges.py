"""The ends of what the gate lets in: numbers, digits, scales, depth, cities that come and go.

One index folder of many small rankings, written here, built once by sci build and recomputed in
exact fractions.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.conftest import PROJECT_ROOT, built_index, built_once
from tests.python.exact_index import ExactEdition, exact_editions, rounded

LARGEST = "999999999999.9999999999"
SMALLEST = "0.0000000001"
CITIES = ["c1", "c2", "c3", "c4"]
# scale_maximum, score_digits, index_digits, rank_taken_on, aggregation of the root
RANGES = {
    "smallest_scale": ("0.001", 4, 4, "rounded", "arithmetic"),
    "whole_numbers": ("100", 0, 0, "rounded", "arithmetic"),
    "four_digits": ("100", 4, 4, "rounded", "geometric"),
    "three_digits": ("1000", 3, 3, "unrounded", "arithmetic"),
    "largest_scale": ("1000", 4, 4, "rounded", "arithmetic"),
}
# direction, lower and upper goalpost, is_logarithmic, and the raw value of each city
INDICATORS = {
    "min_max": ("higher_is_better", "", "", "", [LARGEST, f"-{LARGEST}", "1", "0"]),
    "min_max_low": ("lower_is_better", "", "", "", ["10000011", "10", "11", "10"]),
    "percentile_rank": ("higher_is_better", "", "", "", [LARGEST, f"-{LARGEST}", SMALLEST, "0"]),
    "distance_to_reference": ("higher_is_better", "", "", "", [LARGEST, "0", SMALLEST, "5"]),
    "distance_to_reference_low": ("lower_is_better", "", "", "", [LARGEST, SMALLEST, "1", "7"]),
    "goalposts": (
        "higher_is_better", f"-{LARGEST}", LARGEST, "false", ["0", LARGEST, f"-{LARGEST}", "3"],
    ),
    "goalposts_low": ("lower_is_better", "0", "1", "false", [LARGEST, f"-{LARGEST}", "0.5", "0.75"]),
    "goalposts_log": (
        "lower_is_better", SMALLEST, LARGEST, "true", [LARGEST, SMALLEST, "1", "1000"],
    ),
}  # fmt: skip
DEEPEST = 9


class Folder:
    """An index folder in the making: rows by file."""

    def __init__(self) -> None:
        """Begin without rows."""
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def add(self, file: str, **row: Any) -> None:
        """Add a row to a file; a row needs a source unless it is a setting of its own."""
        self.rows.setdefault(file, []).append({**row, "source": "made up"})

    def ranking(self, name: str, editions: dict[int, str]) -> None:
        """Add a ranking with its editions by year, each of which follows the one before."""
        self.add(
            "rankings", ranking_id=name, name_de=name, name_en=name, is_simulated_ranking="true",
            description=name,
        )  # fmt: skip
        previous: int | str = ""
        for year, methodology in editions.items():
            self.add(
                "editions", ranking_id=name, edition=year, previous_edition=previous,
                methodology_id=methodology,
            )  # fmt: skip
            previous = year

    def methodology(self, name: str, scale: str, *digits: int, rank: str = "unrounded") -> None:
        """Add a methodology whose indices need every score."""
        self.add(
            "methodologies", methodology_id=name, name=name, description=name, scale_maximum=scale,
            score_digits=digits[0], index_digits=digits[1], rank_taken_on=rank,
            missing_value_rule="no_index", minimum_coverage=1, minimum_city_coverage=1,
        )  # fmt: skip

    def node(self, methodology: str, name: str, parent: str, **settings: Any) -> None:
        """Add a node of a tree: a category, or an indicator if it has a scoring rule."""
        kind = "indicator" if "normalisation" in settings else "category"
        self.add(
            "framework", methodology_id=methodology, node_id=name, parent_node_id=parent,
            node_type=kind if parent else "overall", role="regular" if parent else "",
            sort_order=len(self.rows.get("framework", [])) % 999 + 1, name_de=name, name_en=name,
            name_is_inferred="false", weight=1,
            aggregation=settings.pop("aggregation", "" if kind == "indicator" else "arithmetic"),
            **settings,
        )  # fmt: skip

    def indicator(self, methodology: str, name: str, parent: str) -> None:
        """Add an indicator whose values are scores."""
        settings = {"normalisation": "none", "direction": "higher_is_better"}
        self.node(methodology, name, parent, **settings)

    def score(self, ranking: str, year: int, city: str, indicator: str, value: Any) -> None:
        """Add a raw value."""
        self.add(
            "indicator_scores", ranking_id=ranking, edition=year, city_id=city,
            indicator_id=indicator, raw_value=value, is_not_applicable="false",
        )  # fmt: skip

    def member(self, ranking: str, city: str, first: int, last: int | str = "") -> None:
        """Add a span of editions that cover a city."""
        self.add(
            "ranking_members", ranking_id=ranking, city_id=city, first_edition=first,
            last_edition=last,
        )  # fmt: skip

    def write(self, index_dir: Path) -> None:
        """Write the files, with the columns of the repository's own seeds."""
        index_dir.mkdir()
        for name, rows in self.rows.items():
            (seed,) = (PROJECT_ROOT / "seeds").glob(f"*/{name}.csv")
            columns = seed.read_text(encoding="utf-8").splitlines()[0].split(",")
            with (index_dir / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
                writer = csv.DictWriter(opened, columns, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)


def add_ranges(folder: Folder) -> None:
    """Add a ranking for every scale and number of digits, with every rule at its ends."""
    for name, (scale, score_digits, index_digits, rank, aggregation) in RANGES.items():
        folder.methodology(name, scale, score_digits, index_digits, rank=rank)
        folder.ranking(name, {2024: name})
        folder.node(name, "overall", "", aggregation=aggregation)
        for city in CITIES:
            folder.member(name, city, 2024)
        for rule in (*INDICATORS, "none"):
            folder.node(name, f"of_{rule}", "overall")
        folder.indicator(name, "none", "of_none")
        for city, divisor in zip(CITIES, (1, 3, 100, 2), strict=True):
            score = rounded(Fraction(scale) / divisor, 10)
            folder.score(name, 2024, city, "none", score)
        for indicator, (direction, lower, upper, logarithm, values) in INDICATORS.items():
            is_goalposts = indicator.startswith("goalposts")
            folder.node(
                name, indicator, f"of_{indicator}", direction=direction,
                normalisation=indicator.removesuffix("_low").removesuffix("_log"),
                lower_goalpost=lower, upper_goalpost=upper, is_logarithmic=logarithm,
                is_capped="true" if is_goalposts else "",
            )  # fmt: skip
            for city, value in zip(CITIES, values, strict=True):
                folder.score(name, 2024, city, indicator, value)


def add_others(folder: Folder) -> None:
    """Add a deep tree, a city that leaves and returns, a new scale, and digits of an indicator."""
    folder.methodology("deep", "100", 1, 1)
    folder.ranking("deep", {2024: "deep"})
    parent = ""
    for name in ("overall", *(f"level_{depth}" for depth in range(1, DEEPEST))):
        folder.node("deep", name, parent)
        folder.indicator("deep", f"in_{name}", name)
        for number, city in enumerate(CITIES):
            folder.score("deep", 2024, city, f"in_{name}", 100 - number**2 - len(name))
        parent = name
    for name, scale in (("thousandth", "0.001"), ("thousand", "1000"), ("hundred", "100")):
        folder.methodology(name, scale, 1, 1)
        folder.node(name, "overall", "")
        folder.indicator(name, "x", "overall")
    folder.methodology("digits", "100", 1, 0, rank="rounded")
    folder.node("digits", "overall", "")
    folder.indicator("digits", "x", "overall")
    folder.ranking("returns", {2022: "hundred", 2023: "hundred", 2024: "hundred"})
    folder.ranking("rescaled", {2023: "thousandth", 2024: "thousand"})
    folder.ranking("digits", {2024: "digits"})
    for city in CITIES:
        folder.member("deep", city, 2024)
        folder.member("rescaled", city, 2023)
        folder.member("digits", city, 2024)
        folder.member("returns", city, 2022, 2022 if city == "c1" else "")
        for year in (2022, 2023, 2024):
            if (city, year) != ("c1", 2023):
                folder.score("returns", year, city, "x", 100 - int(city[1]))
    folder.member("returns", "c1", 2024)
    for city, score in zip(CITIES, ("87.4", "87.1", "50", "20"), strict=True):
        folder.score("digits", 2024, city, "x", score)
        folder.score("rescaled", 2024, city, "x", Decimal(score) * 10)
        folder.score("rescaled", 2023, city, "x", Decimal(score) / 100_000)


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the built index folder."""

    def build(directory: Path) -> None:
        folder = Folder()
        for city in CITIES:
            folder.add(
                "cities",
                city_id=city,
                city_name=f"City {city}",
                state_code="A",
                state_name="A",
            )
        folder.add(
            "weight_scenarios", scenario_id="varied", distribution="varied", weight_variation="0.5",
            normalisation="as_defined", root_aggregation="as_defined", draw_count=20,
            seed_text="edges", description="few draws",
        )  # fmt: skip
        add_ranges(folder)
        add_others(folder)
        folder.write(directory / "edges")
        built_index(directory / "edges")

    return built_once(tmp_path_factory, "edges", build) / "edges"


@pytest.fixture(scope="module")
def connection(index_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the published file, read-only."""
    with duckdb.connect(str(index_dir / "warehouse" / "edges.duckdb"), read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def editions(index_dir: Path) -> dict[tuple[str, int], ExactEdition]:
    """Return the index, recomputed."""
    return exact_editions(index_dir)


def test_every_number_agrees_with_exact_fractions(
    connection: duckdb.DuckDBPyConnection, editions: dict[tuple[str, int], ExactEdition]
) -> None:
    """Scores, indices and ranks, however large the numbers and however deep the tree."""
    rows = connection.execute(
        "select ranking_id, edition, city_id, category_id, index_value, rank from fct_index_results"
        " union all select ranking_id, edition, city_id, indicator_id, score, rank"
        " from fct_indicator_scores"
    ).fetchall()
    assert len(rows) == sum(len(e.cities) * len(e.tree) for e in editions.values())
    for ranking, year, city, node, value, rank in rows:
        edition = editions[ranking, year]
        where = (ranking, year, city, node)
        # twelve digits after the point, and what a DOUBLE holds of a large number
        scale = Fraction(edition.settings["scale_maximum"])
        allowed = Fraction(1, 10**12) + scale / 10**14
        expected = edition.indices[node][city]
        assert expected is not None, where
        if edition.tree[node]["aggregation"] == "geometric":
            # it magnifies the last digit of a score near zero
            parts = [
                edition.indices[name][city]
                for name, child in edition.tree.items()
                if child["parent_node_id"] == node
            ]
            allowed += expected * sum(allowed / part for part in parts if part) / len(parts)
        assert abs(Fraction(value) - expected) <= allowed, where
        assert rank == edition.ranks[node][city], where


@pytest.mark.parametrize("mart", ["fct_indicator_scores", "fct_index_results"])
def test_every_number_is_displayed_with_its_digits(
    connection: duckdb.DuckDBPyConnection, mart: str
) -> None:
    """The whole scale with no to four digits."""
    value, digits = (
        ("score", "score_digits")
        if mart == "fct_indicator_scores"
        else ("index_value", "index_digits")
    )
    found = connection.execute(
        f"select {value}, {value.removesuffix('_value')}_displayed, {digits}"
        f" from {mart} inner join dim_editions using (edition_key)"
    ).fetchall()
    assert {digits for _, _, digits in found} == {0, 1, 3, 4}
    for number, printed, count in found:
        assert printed == str(rounded(Fraction(number), count))


def test_a_city_leaves_and_returns(connection: duckdb.DuckDBPyConnection) -> None:
    """It has no rank while it is away, and no tendency in the edition of its return."""
    found = connection.execute(
        "select edition, city_id, rank, tendency, is_new_in_edition from fct_index_results"
        " where ranking_id = 'returns' and category_id = 'overall' and edition > 2022"
        " order by edition, city_id"
    ).fetchall()
    assert found == [
        (2023, "c2", 1, 1, False),
        (2023, "c3", 2, 1, False),
        (2023, "c4", 3, 1, False),
        (2024, "c1", 1, None, True),
        (2024, "c2", 2, -1, False),
        (2024, "c3", 3, -1, False),
        (2024, "c4", 4, -1, False),
    ]


def test_editions_are_compared_on_one_scale(connection: duckdb.DuckDBPyConnection) -> None:
    """Scores of a millionth on a millionth of the scale: nothing has changed but the method."""
    assert connection.execute(
        "select distinct tendency, is_method_changed from fct_index_results"
        " where ranking_id = 'rescaled' and edition = 2024"
    ).fetchall() == [(0, True)]
    drivers = connection.execute(
        "select distinct contribution from tendency_drivers where ranking_id = 'rescaled'"
    ).fetchall()
    assert drivers == [(0,)]
    assert not connection.execute(
        "select * from qc_findings where ranking_id = 'rescaled'"
    ).fetchall()
