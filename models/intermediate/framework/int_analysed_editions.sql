{#-
  Which editions the analysis marts work on. A city is analysed if its overall index is computed from
  scores; what is missing is treated as the methodology says. Setting minimum_analysed_share keeps an
  edition out of which too few cities are known: a rank among two of eighty says nothing. Pairs of
  cities grow with the square of their number, so that large editions are left out too.
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

counted as (
    select
        editions.edition_key,
        editions.previous_edition_key,
        coalesce(index_counts.city_count, 0) as city_count,
        coalesce(index_counts.analysed_city_count, 0) as analysed_city_count,
        coalesce(score_counts.expected_score_count, 0) as expected_score_count,
        coalesce(score_counts.score_count, 0) as score_count,
        aggregations.geometric_flag = 0 as is_additive
    from {{ ref('int_editions') }} as editions
    inner join aggregations using (edition_key)
    left join score_counts using (edition_key)
    left join index_counts using (edition_key)
),

final as (
    select
        edition_key,
        previous_edition_key,
        cast(city_count as integer) as city_count,
        cast(analysed_city_count as integer) as analysed_city_count,
        cast(expected_score_count as integer) as expected_score_count,
        cast(score_count as integer) as score_count,
        is_additive,
        case
            when city_count = 0 then 'no_cities'
            when expected_score_count = 0 then 'no_indicators'
            when analysed_city_count = 0 then 'too_few_cities'
            when analysed_city_count < {{ setting('minimum_analysed_share') }} * city_count
                then 'too_few_cities'
            when city_count > {{ var('analysis_maximum_city_count') | int }} then 'too_many_cities'
            else 'analysed'
        end as status
    from counted
)

select * from final
