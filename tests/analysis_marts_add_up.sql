{#-
  Parts add up to what they explain: drivers to the change of index (to the last digit, rounding
  below a thousand millionth of a point) and of rank, a waterfall to the difference of two indices,
  a path to its goal. No drawn rank leaves the guaranteed bounds of its scenario.
-#}
{{ config(group='analysis') }}

with

results as (
    select * from {{ ref('int_ranked_cities') }}
),

coverage as (
    select *
    from {{ ref('analysis_coverage') }}
    where status = 'analysed'
),

changes as (
    select
        results.ranking_id,
        results.edition,
        results.city_id,
        results.index_value
        - {{ on_this_scale('previous_results.index_value', 'editions.previous_scale_factor') }}
            as index_change,
        results.tendency
    from results
    inner join coverage using (edition_key)
    inner join {{ ref('int_editions') }} as editions using (edition_key)
    inner join coverage as previous_coverage
        on results.previous_edition_key = previous_coverage.edition_key
    inner join results as previous_results
        on
            results.previous_edition_key = previous_results.edition_key
            and results.city_id = previous_results.city_id
),

driver_sums as (
    select
        ranking_id,
        edition,
        city_id,
        sum(case when figure = 'index' then contribution end) as index_total,
        sum(case when figure = 'rank' then contribution end) as rank_total,
        max(case when driver = 'rounding' then abs(contribution) end) as rounding
    from {{ ref('tendency_drivers') }}
    group by ranking_id, edition, city_id
),

explained_changes as (
    select
        changes.*,
        driver_sums.index_total,
        driver_sums.rank_total,
        driver_sums.rounding
    from changes
    left join driver_sums using (ranking_id, edition, city_id)
),

waterfall_sums as (
    select
        ranking_id,
        edition,
        city_id,
        compared_city_id,
        sum(contribution) as contribution_total,
        sum(index_points_ahead) as ahead_total
    from {{ ref('category_waterfall') }}
    group by ranking_id, edition, city_id, comparison, compared_city_id
),

field_means as (
    select
        ranking_id,
        edition,
        {{ divide('sum(index_value)', 'count(*)') }} as mean_index
    from results
    group by ranking_id, edition
),

explained_differences as (
    select
        waterfall_sums.*,
        results.index_value,
        results.index_value - coalesce(compared_results.index_value, field_means.mean_index)
            as index_difference
    from waterfall_sums
    inner join results using (ranking_id, edition, city_id)
    inner join field_means using (ranking_id, edition)
    left join results as compared_results
        on
            waterfall_sums.ranking_id = compared_results.ranking_id
            and waterfall_sums.edition = compared_results.edition
            and waterfall_sums.compared_city_id = compared_results.city_id
),

path_sums as (
    select
        ranking_id,
        edition,
        city_id,
        ranks_to_gain,
        objective,
        max(index_points_needed) as index_points_needed,
        sum(index_points) as index_points,
        max(step) as last_step,
        count(*) as step_count
    from {{ ref('target_scores') }}
    group by ranking_id, edition, city_id, ranks_to_gain, objective
),

drawn_ranks as (
    select
        robustness.*,
        bounds.best_rank,
        bounds.worst_rank
    from {{ ref('rank_robustness') }} as robustness
    inner join {{ ref('rank_bounds') }} as bounds using (ranking_id, edition, scenario_id, city_id)
),

broken_rules as (
    select
        'tendency_drivers' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id']) }} as row_key,
        'contribution' as column_name,
        cast(index_total as {{ dbt.type_string() }}) as found,
        'index drivers must add up to the change of the index, almost without rounding' as rule
    from explained_changes
    where
        index_total is distinct from index_change or coalesce(rounding, 1) > 0.000000001

    union all

    select
        'tendency_drivers' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id']) }} as row_key,
        'contribution' as column_name,
        cast(rank_total as {{ dbt.type_string() }}) as found,
        'rank drivers must add up to the tendency' as rule
    from explained_changes
    where rank_total is distinct from tendency

    union all

    select
        'category_waterfall' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id', 'compared_city_id']) }} as row_key,
        'index_points_ahead' as column_name,
        cast(ahead_total as {{ dbt.type_string() }}) as found,
        'categories must add up to the index and to its difference' as rule
    from explained_differences
    where
        abs(ahead_total - index_difference) > 0.000000001
        or abs(contribution_total - index_value) > 0.000000001

    union all

    select
        'target_scores' as table_name,
        {{ row_key(
            ['ranking_id', 'edition', 'city_id', 'ranks_to_gain', 'objective']
        ) }} as row_key,
        'index_points' as column_name,
        cast(index_points as {{ dbt.type_string() }}) as found,
        'steps must be counted from one and add up to the goal' as rule
    from path_sums
    where index_points <> index_points_needed or last_step <> step_count

    union all

    select
        'rank_robustness' as table_name,
        {{ row_key(['ranking_id', 'edition', 'scenario_id', 'city_id']) }} as row_key,
        'best_drawn_rank' as column_name,
        cast(best_drawn_rank as {{ dbt.type_string() }})
        || ' to ' || cast(worst_drawn_rank as {{ dbt.type_string() }}) as found,
        'drawn ranks must lie within the guaranteed bounds' as rule
    from drawn_ranks
    where best_drawn_rank < best_rank or worst_drawn_rank > worst_rank
)

select * from broken_rules
