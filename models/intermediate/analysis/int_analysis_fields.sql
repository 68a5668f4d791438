{#-
  Which fields the analysis marts work on: every score and every overall index is there, and the
  field is not larger than var analysis_maximum_city_count, because pairs of cities grow with its
  square.
-#}
with

editions as (
    select * from {{ ref('stg_editions') }}
),

scores as (
    select * from {{ ref('int_indicator_scores') }}
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

results as (
    select * from {{ ref('int_category_ranks') }}
),

score_counts as (
    select
        ranking_id,
        edition,
        count(*) as expected_score_count,
        count(score) as score_count
    from scores
    group by ranking_id, edition
),

index_counts as (
    select
        ranking_id,
        edition,
        count(*) as city_count,
        count(index_value) as valued_city_count
    from results
    where node_id = 'overall'
    group by ranking_id, edition
),

aggregations as (
    select
        ranking_id,
        edition,
        max(case when aggregation = 'geometric' then 1 else 0 end) as geometric_flag
    from nodes
    where node_type <> 'indicator'
    group by ranking_id, edition
),

counted as (
    select
        editions.ranking_id,
        editions.edition,
        editions.previous_edition,
        coalesce(index_counts.city_count, 0) as city_count,
        coalesce(score_counts.expected_score_count, 0) as expected_score_count,
        coalesce(score_counts.score_count, 0) as score_count,
        coalesce(index_counts.valued_city_count, 0) as valued_city_count,
        aggregations.geometric_flag = 0 as is_additive
    from editions
    inner join aggregations using (ranking_id, edition)
    left join score_counts using (ranking_id, edition)
    left join index_counts using (ranking_id, edition)
),

final as (
    select
        ranking_id,
        edition,
        previous_edition,
        cast(city_count as integer) as city_count,
        cast(expected_score_count as integer) as expected_score_count,
        cast(score_count as integer) as score_count,
        is_additive,
        case
            when city_count = 0 then 'no_cities'
            when expected_score_count = 0 then 'no_indicators'
            when score_count < expected_score_count then 'scores_missing'
            when valued_city_count < city_count then 'index_missing'
            when city_count > {{ var('analysis_maximum_city_count') | int }} then 'field_too_large'
            else 'analysed'
        end as status
    from counted
)

select * from final
