{#-
  Which analysed the analysis marts work on: every score and every overall index is there, and the
  field is not larger than var analysis_maximum_city_count, because pairs of cities grow with its
  square.
-#}
with

score_counts as (
    select
        edition_key,
        count(*) as expected_score_count,
        count(score) as score_count
    from {{ ref('int_normalised_scores') }}
    group by edition_key
),

index_counts as (
    select
        edition_key,
        count(*) as city_count,
        count(index_value) as valued_city_count
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
        coalesce(score_counts.expected_score_count, 0) as expected_score_count,
        coalesce(score_counts.score_count, 0) as score_count,
        coalesce(index_counts.valued_city_count, 0) as valued_city_count,
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
        cast(expected_score_count as integer) as expected_score_count,
        cast(score_count as integer) as score_count,
        is_additive,
        case
            when city_count = 0 then 'no_cities'
            when expected_score_count = 0 then 'no_indicators'
            when score_count < expected_score_count then 'scores_missing'
            when valued_city_count < city_count then 'index_missing'
            when city_count > {{ var('analysis_maximum_city_count') | int }} then 'too_many_cities'
            else 'analysed'
        end as status
    from counted
)

select * from final
