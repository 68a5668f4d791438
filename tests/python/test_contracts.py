"""The marts keep their contracts, and everything in the project says what it is.

DuckDB checks the constraints of the marts: each one is proven by a row that it rejects.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import duckdb
import pytest

from tests.python.conftest import CATEGORIES, PROJECT_NAME, BuiltProject, Node, rolled_back

RANK_RULES = ("known", "limit", "order", "taken_ranks")
INDEX_RULES = ("known", "limit", "order", "published_mean", "mean_of_categories")
RANGE_RULES = {
    **dict.fromkeys(("rank_from", "rank_to"), RANK_RULES),
    **dict.fromkeys(("index_from", "index_to"), INDEX_RULES),
}
# For each CHECK constraint of a mart: the assignments, and rows, of an UPDATE that it must reject.
REJECTED_UPDATES: dict[str, dict[str, str]] = {
    "dim_editions": {
        "previous_edition < edition": "previous_edition = edition",
        "city_count >= 0 and new_city_count between 0 and city_count": (
            "new_city_count = city_count + 1"
        ),
    },
    "dim_cities": {
        "population > 0": "population = 0",
        "latitude between -90 and 90": "latitude = 90.1",
        "longitude between -180 and 180": "longitude = -180.1",
    },
    "dim_categories": {
        "weight > 0": "weight = 0",
        "is_overall = (parent_category_id is null)": (
            "parent_category_id = null where not is_overall"
        ),
        "is_overall = (category_id = 'overall')": "category_id = 'total' where is_overall",
    },
    "dim_indicators": {"weight > 0": "weight = 0"},
    "fct_indicator_scores": {
        "score >= 0": "score = -0.1 where status = 'scored'",
        "(status = 'scored') = (score is not null)": "score = null where status = 'scored'",
        "status in ('scored', 'missing', 'coarser_level', 'not_applicable')": (
            "status = 'guessed' where status = 'missing'"
        ),
        "status <> 'scored' or source is not null": "source = null where status = 'scored'",
        "rank between 1 and ranked_city_count": "rank = ranked_city_count + 1",
        "not is_simulated or is_simulated_ranking": (
            "is_simulated = true where not is_simulated_ranking"
        ),
    },
    "fct_index_results": {
        "index_value >= 0": "index_value = -0.1 where index_value is not null",
        "computed_index >= 0": "computed_index = -0.1",
        "published_index >= 0": "published_index = -0.1",
        "index_without_project_points >= 0": "index_without_project_points = -0.1",
        "coverage between 0 and 1": "coverage = 1.1",
        "(index_value is null) = (index_source is null)": (
            "index_source = null where index_value is not null"
        ),
        "index_source in ('computed', 'published')": (
            "index_source = 'guessed' where index_value is not null"
        ),
        "rank >= 1": "rank = 0 where rank is not null and tendency is null",
        "rank <= ranked_city_count": "ranked_city_count = 0 where rank_source = 'computed'",
        "(rank is null) = (rank_source is null)": (
            "rank_source = null where rank is not null and tied_with is null"
        ),
        "rank_source in ('computed', 'published', 'implied')": (
            "rank_source = 'guessed' where rank is not null and tied_with is null"
        ),
        "rank_source <> 'computed' or index_value is not null": (
            "index_value = null, index_source = null where rank_source = 'computed'"
        ),
        "tied_with is null or rank_source = 'computed'": (
            "tied_with = 'aachen' where rank_source = 'published'"
        ),
        "rank_in_state between 1 and cities_in_state": "rank_in_state = cities_in_state + 1",
        "rank_in_size_class between 1 and cities_in_size_class": (
            "rank_in_size_class = 0 where cities_in_size_class is not null"
        ),
        "(tendency is null) = (tendency_source is null)": (
            "tendency_source = null where tendency is not null"
        ),
        "tendency = previous_rank - rank": (
            "tendency = tendency + 1 where previous_rank is not null and tendency is not null"
        ),
        "index_source <> 'published' or published_source is not null": (
            "published_source = null where index_source = 'published' and rank_source is null"
        ),
        "rank_source = 'computed' or published_source is not null": (
            "published_source = null where rank_source = 'published' and index_source is null"
        ),
        "not is_simulated or is_simulated_ranking": (
            "is_simulated = true where not is_simulated_ranking"
        ),
    },
    "meta_build": {"row_count >= 0": "row_count = -1"},
    "qc_findings": {"found_value >= threshold": "found_value = threshold - 1"},
    "city_profiles": {
        "section in ('header', 'result', 'indicator', 'best_practice')": "section = 'footer'",
        "line_number >= 1": "line_number = 0 where line_number = 1",
    },
    "league_table": {
        "overall_index >= 0": "overall_index = -0.1",
        "overall_rank >= 1": "overall_rank = 0",
        **{f"{name}_index >= 0": f"{name}_index = -0.1" for name in CATEGORIES},
        **{f"{name}_rank >= 1": f"{name}_rank = 0" for name in CATEGORIES},
    },
    "published_reconciliation": {
        "verdict in ('match', 'last_digit', 'consistent', 'contradiction', 'not_checkable')": (
            "verdict = 'unknown' where checked_against is not null"
        ),
        "figure in ('index', 'rank', 'tendency', 'index_change')": (
            "figure = 'score' where figure = 'index'"
        ),
        "(verdict = 'not_checkable') = (checked_against is null)": (
            "checked_against = null where verdict = 'match'"
        ),
    },
    "edition_reconciliation": {
        "verdict in ('match', 'last_digit', 'contradiction', 'not_checkable')": (
            "verdict = 'unknown'"
        ),
    },
    "analysis_coverage": {
        "status in ('analysed', 'too_few_cities', 'too_many_cells', 'no_indicators', 'no_cities')": (
            "status = 'guessed'"
        ),
        "score_count between 0 and expected_score_count": "score_count = expected_score_count + 1",
    },
    "city_coverage": {
        "status in ('analysed', 'index_missing', 'too_few_cities', 'too_many_cells',"
        " 'no_indicators', 'no_cities')": "status = 'guessed'",
        "lowest_index <= highest_index": "lowest_index = 2, highest_index = 1",
        "best_rank <= worst_rank": "best_rank = 2, worst_rank = 1",
    },
    "rank_distribution": {
        "rank >= 1": "rank = 0 where rowid = (select min(rowid) from rank_distribution)",
        "share_of_draws between 0 and 1": "share_of_draws = 1.1",
    },
    "rank_robustness": {
        "best_drawn_rank <= rank_p05": "best_drawn_rank = rank_p05 + 1",
        "rank_p05 <= median_rank": "best_drawn_rank = 1, rank_p05 = median_rank + 1",
        "median_rank <= rank_p95": "median_rank = rank_p95 + 1",
        "rank_p95 <= worst_drawn_rank": "worst_drawn_rank = rank_p95 - 1",
        "probability_top_3 between 0 and 1": "probability_top_3 = 1.1",
    },
    "tendency_probability": {
        "probability_rose between 0 and 1": (
            "probability_rose = -0.1, probability_unchanged = 1.1, probability_fell = 0"
        ),
        "abs(probability_rose + probability_unchanged + probability_fell - 1) <= 0.000001": (
            "probability_fell = probability_fell + 0.1"
        ),
    },
    "leave_one_indicator_out": {"rank_without >= 1": "rank_without = 0"},
    "sensitivity": {
        "factor in ('weights', 'normalisation', 'aggregation', 'project_points')": (
            "factor = 'mood' where factor = 'weights'"
        ),
        "shift_variance >= 0": "shift_variance = -1",
        "total_index >= 0": "total_index = -1",
    },
    "rank_bounds": {
        "best_rank between 1 and rank": "best_rank = rank + 1",
        "worst_rank >= rank": "worst_rank = rank - 1",
    },
    "tendency_drivers": {
        "figure in ('index', 'rank')": "figure = 'mood'",
        (
            "driver in ('score', 'weight', 'indicator_added', 'indicator_dropped', 'score_appeared',"
            " 'score_disappeared', 'project_points', 'override', 'not_split', 'rounding',"
            " 'own_change', 'others_change', 'cities_left', 'cities_entered')"
        ): "driver = 'luck' where driver = 'rounding'",
    },
    "what_if_scores": {
        "score between 0 and maximum_score": "score = maximum_score + 1",
        "rank_at_median between 1 and rank": "rank_at_median = rank + 1",
        "rank_at_best_quarter between 1 and rank_at_median": (
            "rank_at_best_quarter = rank_at_median + 1"
        ),
        "rank_at_maximum between 1 and rank_at_best_quarter": "rank_at_maximum = 0",
        "index_points_at_maximum >= 0": "index_points_at_maximum = -1",
    },
    "what_if_curves": {
        "step >= 1": "step = 0 where step = 1",
        "score_from between 0 and score_to": "score_from = score_to + 1",
        "index_from <= index_to": "index_from = index_to + 1",
        "rank between 1 and analysed_city_count": "rank = analysed_city_count + 1",
    },
    "pairwise_probability": {
        "city_id <> other_city_id": "other_city_id = city_id",
        "probability_ahead between 0 and 1": (
            "probability_ahead = -0.1, probability_tied = 1.1, probability_behind = 0"
        ),
        "abs(probability_ahead + probability_tied + probability_behind - 1) <= 0.000001": (
            "probability_behind = probability_behind + 0.1"
        ),
    },
    "target_scores": {
        "objective in ('fewest_indicators', 'fewest_score_points')": (
            "objective = 'none' where objective = 'fewest_indicators'"
        ),
        "rank_to_reach <= rank - ranks_to_gain": "rank_to_reach = rank",
        "score_to >= score_from": "score_to = score_from - 1",
        "index_points > 0": "index_points = 0",
    },
    "peer_cities": {
        "scope in ('edition', 'size_class')": "scope = 'state' where scope = 'edition'",
        "nearness >= 1": "nearness = 0 where nearness = 1",
        "distance >= 0": "distance = -1",
        "city_id <> peer_city_id": "peer_city_id = city_id",
    },
    "strengths_and_weaknesses": {
        "assessment in ('strength', 'weakness', 'neither')": "assessment = 'fair'",
        "mean_rank between rank and ranked_city_count": "mean_rank = rank - 1",
    },
    "category_waterfall": {
        "comparison in ('edition_mean', 'next_better_city')": (
            "comparison = 'other' where comparison = 'next_better_city'"
        ),
        "(comparison = 'edition_mean') = (compared_city_id is null)": (
            "compared_city_id = null where comparison = 'next_better_city'"
        ),
    },
    "indicator_statistics": {
        "minimum_score <= first_quartile": "minimum_score = first_quartile + 1",
        "first_quartile <= median_score": (
            "first_quartile = median_score + 1, minimum_score = median_score"
        ),
        "median_score <= third_quartile": "median_score = third_quartile + 1",
        "third_quartile <= maximum_score": ("third_quartile = maximum_score + 1"),
        "share_at_zero between 0 and 1": "share_at_zero = 1.1",
        "share_at_maximum between 0 and 1": "share_at_maximum = 1.1",
        "correlation_with_overall_index between -1 and 1": "correlation_with_overall_index = 1.1",
    },
    "category_statistics": {
        "minimum_index <= maximum_index": "minimum_index = maximum_index + 1",
        "cronbach_alpha <= 1": "cronbach_alpha = 1.1",
        "correlation_with_overall_index between -1 and 1": "correlation_with_overall_index = 1.1",
    },
    "edition_summaries": {
        "group_type in ('all', 'state', 'size_class')": (
            "group_type = 'country' where published_mean is null"
        ),
        "rank_count between 0 and city_count": "rank_count = city_count + 1",
        "implied_rank_count between 0 and rank_count": "implied_rank_count = rank_count + 1",
        "index_count between 0 and city_count": "index_count = city_count + 1",
        "(mean_index is null) = (index_count = 0)": "mean_index = null where index_count > 0",
        "mean_index between minimum_index and maximum_index": "minimum_index = mean_index + 1",
        "is_mean_of_all = (index_count = city_count)": "is_mean_of_all = not is_mean_of_all",
        "published_mean is null or group_type = 'all'": (
            "published_mean = 1, published_mean_source = 'page' where group_type = 'state'"
        ),
        "(published_mean is null) = (published_mean_source is null)": (
            "published_mean_source = 'page' where published_mean is null"
        ),
    },
    "edition_comparisons": {
        "earlier_edition < edition": "earlier_edition = edition",
        "(rank is null) = (rank_source is null)": "rank_source = null where rank is not null",
        "ranks_gained = earlier_rank - rank": (
            "ranks_gained = ranks_gained + 1 where ranks_gained is not null"
        ),
        "known_ranks_between >= 0": "known_ranks_between = -1",
        "index_points_gained = index_value - earlier_index": (
            "index_points_gained = index_points_gained + 1 where index_points_gained is not null"
        ),
    },
    "result_ranges": {
        "status in ('open', 'contradiction')": "status = 'closed'",
        "(status = 'contradiction') = (rank_from is null)": "status = 'contradiction'",
        "rank_from between 1 and rank_to": "rank_from = rank_to + 1",
        "index_from between 0 and index_to": "index_from = index_to + 1",
        **{
            f"{bound}_rule in {rules}": f"{bound}_rule = 'guess'"
            for bound, rules in RANGE_RULES.items()
        },
    },
    "what_if_ranges": {
        "role in ('regular', 'project')": "role = 'other'",
        "score between 0 and maximum_score": "score = maximum_score + 1",
        "effective_weight > 0": "effective_weight = 0",
        "index_points_at_maximum >= 0": "index_points_at_maximum = -1",
        "index_at_maximum = index_value + index_points_at_maximum": "index_at_maximum = 0",
        "rank_from_at_maximum between 1 and rank_to_at_maximum": (
            "rank_from_at_maximum = rank_to_at_maximum + 1"
        ),
    },
    "category_correlations": {
        "correlation between -1 and 1": "correlation = -1.1",
        "category_id <> other_category_id": "other_category_id = category_id",
    },
}
LEADING_COMMENT = re.compile(r"\s*(?:\{%-?\s*(?:macro|test)\b.*?%\}\s*)?\{#-?\s*\w", re.DOTALL)


@pytest.fixture(scope="module")
def connection(
    built_project: BuiltProject, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a copy of the built file with its constraints."""
    database = tmp_path_factory.mktemp("contracts") / built_project.database.name
    shutil.copyfile(built_project.database, database)
    with duckdb.connect(str(database)) as opened:
        yield opened


def marts(project: BuiltProject) -> dict[str, Node]:
    """Return the models of models/marts by name."""
    return {
        name: node for name, node in project.nodes("model").items() if node["fqn"][1] == "marts"
    }


def checks(mart: Node) -> list[str]:
    """Return the expressions of a mart's CHECK constraints in the order of declaration."""
    return [
        constraint["expression"]
        for constraint in mart["constraints"]
        if constraint["type"] == "check"
    ]


def rejection(connection: duckdb.DuckDBPyConnection, statement: str) -> str:
    """Return the message with which DuckDB rejects a statement for a broken constraint."""
    with rolled_back(connection), pytest.raises(duckdb.ConstraintException) as raised:
        connection.execute(statement)
    return str(raised.value)


def test_marts_are_public_and_have_contracts(built_project: BuiltProject) -> None:
    """Every mart is public, has an enforced contract and one primary key."""
    assert marts(built_project)
    for name, mart in marts(built_project).items():
        assert mart["access"] == "public", name
        assert mart["contract"]["enforced"], name
        types = [constraint["type"] for constraint in mart["constraints"]]
        assert types.count("primary_key") == 1, name
        assert set(types) <= {"primary_key", "check"}, name
        for column in mart["columns"].values():
            types = [constraint["type"] for constraint in column["constraints"]]
            assert set(types) <= {"not_null"}, (name, column["name"])


def test_descriptions_of_marts_are_in_the_file(
    built_project: BuiltProject, connection: duckdb.DuckDBPyConnection
) -> None:
    """Tables and columns carry their descriptions as comments, in the order of the contract."""
    for name, mart in marts(built_project).items():
        comment = connection.execute(
            "select comment from duckdb_tables() where schema_name = 'main' and table_name = ?",
            [name],
        ).fetchall()
        assert comment == [(mart["description"],)]
        comments = connection.execute(
            "select column_name, comment from duckdb_columns()"
            " where schema_name = 'main' and table_name = ? order by column_index",
            [name],
        ).fetchall()
        columns = mart["columns"].values()
        assert comments == [(column["name"], column["description"]) for column in columns]


def test_primary_keys_reject_a_second_row(
    built_project: BuiltProject,
    connection: duckdb.DuckDBPyConnection,
    subtests: pytest.Subtests,
) -> None:
    """The first row of every mart cannot be inserted again."""
    for name in marts(built_project):
        with subtests.test(name):
            message = rejection(connection, f"insert into {name} select * from {name} limit 1")
            assert "primary key" in message


def test_required_columns_reject_null(
    built_project: BuiltProject,
    connection: duckdb.DuckDBPyConnection,
    subtests: pytest.Subtests,
) -> None:
    """No NOT NULL column of a mart, and no column of its primary key, can be emptied."""
    for name, mart in marts(built_project).items():
        (key,) = [
            constraint["columns"]
            for constraint in mart["constraints"]
            if constraint["type"] == "primary_key"
        ]
        for column in mart["columns"].values():
            if column["constraints"] or column["name"] in key:
                with subtests.test(f"{name}.{column['name']}"):
                    message = rejection(
                        connection,
                        f"update {name} set {column['name']} = null"
                        f" where rowid = (select min(rowid) from {name})",
                    )
                    unquoted = message.replace('"', "")
                    assert f"NOT NULL constraint failed: {name}.{column['name']}" in unquoted


def test_every_check_has_a_rejected_update(built_project: BuiltProject) -> None:
    """A CHECK constraint without a row that it rejects, or the other way round, is an error."""
    declared = {name: set(checks(mart)) for name, mart in marts(built_project).items()}
    assert {name: found for name, found in declared.items() if found} == {
        name: set(updates) for name, updates in REJECTED_UPDATES.items()
    }


@pytest.mark.parametrize("name", REJECTED_UPDATES)
def test_checks_reject_bad_rows(
    name: str,
    built_project: BuiltProject,
    connection: duckdb.DuckDBPyConnection,
    subtests: pytest.Subtests,
) -> None:
    """Each CHECK constraint, and no other, rejects its update."""
    constraints = connection.execute(
        "select constraint_text from duckdb_constraints() where schema_name = 'main'"
        " and table_name = ? and constraint_type = 'CHECK' order by constraint_index",
        [name],
    ).fetchall()
    expressions = checks(marts(built_project)[name])
    for expression, (text,) in zip(expressions, constraints, strict=True):
        with subtests.test(expression):
            update = f"update {name} set {REJECTED_UPDATES[name][expression]}"
            assert rejection(connection, update).endswith(f"with expression {text}")


def test_everything_has_a_description(built_project: BuiltProject) -> None:
    """Models, seeds and data tests say what they are: in YAML, or in a leading comment."""
    undescribed = [
        node["unique_id"]
        for resource_type in ("model", "seed", "test")
        for node in built_project.nodes(resource_type).values()
        if not node["description"].strip()
        and not (resource_type == "test" and LEADING_COMMENT.match(node["raw_code"]))
    ]
    assert undescribed == []


def test_every_column_has_a_description(
    built_project: BuiltProject, connection: duckdb.DuckDBPyConnection
) -> None:
    """Every column of a seed or model is declared and described, and no other is."""
    for resource_type in ("seed", "model"):
        for name, node in built_project.nodes(resource_type).items():
            found = connection.execute(f"describe {node['relation_name']}").fetchall()
            described = {
                column["name"] for column in node["columns"].values() if column["description"]
            }
            assert described == {column for column, *_ in found}, name
            assert described == set(node["columns"]), name


def test_every_macro_has_a_description(built_project: BuiltProject) -> None:
    """The project's macros and generic tests say what they do: in a leading comment or YAML."""
    undescribed = [
        unique_id
        for unique_id, macro in built_project.manifest["macros"].items()
        if macro["package_name"] == PROJECT_NAME
        and not macro["description"].strip()
        and not LEADING_COMMENT.match(macro["macro_sql"])
    ]
    assert undescribed == []
