{#-
  Which editions the analysis marts work on. A city is analysed if its overall index is computed from
  scores; what is missing is treated as the methodology says. Setting minimum_analysed_share keeps an
  edition out of which too few cities are known: a rank among two of eighty says nothing. Var
  analysis_maximum_cells keeps out what would not fit: cities times runs, and pairs of cities times
  nodes and scenarios that have bounds.
-#}
with

score_counts as (
    select
        edition_key,
        sum(case when status <> 'not_applicable' then 1 else 0 end) as expected_score_count,
        count(score) as score_count
    from {{ ref('int_normalised_scores') }}
    group by edition_key
),

index_counts as (
    select
        edition_key,
        count(*) as city_count,
        sum(case when computed_index is not null and scored_indicator_count > 0 then 1 else 0 end)
            as analysed_city_count
    from {{ ref('int_index') }}
    where node_id = 'overall'
    group by edition_key
),

aggregations as (
    select
        edition_key,
        max(case when aggregation = 'geometric' then 1 else 0 end) as geometric_flag
    from {{ ref('int_edition_nodes') }}
    where node_type <> 'indicator'
    group by edition_key
),

scenario_counts as (
    select
        coalesce(sum(draw_count), 0) as draw_count,
        count(
            case when normalisation = 'as_defined' and root_aggregation <> 'geometric' then 1 end
        ) as bounded_scenario_count
    from {{ ref('stg_weight_scenarios') }}
),

-- one run as it is, two with missing scores imputed, one per draw and left-out indicator, six per
-- sample
node_counts as (
    select
        edition_key,
        count(*) as node_count,
        3 + sum(case when node_type = 'indicator' and role = 'regular' then 1 else 0 end)
        + 6 * {{ setting('sensitivity_sample_count') }} as fixed_run_count
    from {{ ref('int_edition_nodes') }}
    group by edition_key
),

counted as (
    select
        editions.edition_key,
        editions.previous_edition_key,
        coalesce(index_counts.city_count, 0) as city_count,
        coalesce(index_counts.analysed_city_count, 0) as analysed_city_count,
        coalesce(score_counts.expected_score_count, 0) as expected_score_count,
        coalesce(score_counts.score_count, 0) as score_count,
        aggregations.geometric_flag = 0 as is_additive,
        cast(node_counts.fixed_run_count + scenario_counts.draw_count as bigint) as run_count,
        case when aggregations.geometric_flag = 0 then node_counts.node_count else 0 end
        * scenario_counts.bounded_scenario_count as pair_count
    from {{ ref('int_editions') }} as editions
    inner join aggregations using (edition_key)
    inner join node_counts using (edition_key)
    cross join scenario_counts
    left join score_counts using (edition_key)
    left join index_counts using (edition_key)
),

sized as (
    select
        *,
        cast(
            greatest(city_count * run_count, city_count * city_count * pair_count) as bigint
        ) as cell_count
    from counted
)

select
    edition_key,
    previous_edition_key,
    cast(city_count as integer) as city_count,
    cast(analysed_city_count as integer) as analysed_city_count,
    cast(expected_score_count as integer) as expected_score_count,
    cast(score_count as integer) as score_count,
    is_additive,
    cast(run_count as integer) as run_count,
    cell_count,
    case
        when city_count = 0 then 'no_cities'
        when expected_score_count = 0 then 'no_indicators'
        when analysed_city_count = 0 then 'too_few_cities'
        when analysed_city_count < {{ setting('minimum_analysed_share') }} * city_count
            then 'too_few_cities'
        when cell_count > {{ var('analysis_maximum_cells') | int }} then 'too_many_cells'
        else 'analysed'
    end as status
from sized
