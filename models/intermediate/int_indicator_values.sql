{{ config(materialized='view') }}
{#-
  The expected grid: every city of the field times every indicator of the edition, with the raw
  value where there is one. What is missing is looked for only among cities that lack a score, so
  that a large field without gaps is read and not joined.
-#}
with

edition_cities as (
    select * from {{ ref('int_edition_cities') }}
),

indicators as (
    select
        ranking_id,
        edition,
        node_id as indicator_id
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator'
),

indicator_counts as (
    select
        ranking_id,
        edition,
        count(*) as indicator_count
    from indicators
    group by ranking_id, edition
),

score_counts as (
    select
        ranking_id,
        edition,
        city_id,
        count(*) as score_count
    from {{ ref('int_field_scores') }}
    group by ranking_id, edition, city_id
),

incomplete_cities as (
    select
        edition_cities.ranking_id,
        edition_cities.edition,
        edition_cities.city_id
    from edition_cities
    inner join indicator_counts using (ranking_id, edition)
    left join score_counts using (ranking_id, edition, city_id)
    where coalesce(score_counts.score_count, 0) < indicator_counts.indicator_count
),

scores_of_incomplete_cities as (
    select
        scores.ranking_id,
        scores.edition,
        scores.city_id,
        scores.indicator_id
    from {{ ref('int_field_scores') }} as scores
    inner join incomplete_cities using (ranking_id, edition, city_id)
),

absent_values as (
    select
        incomplete_cities.ranking_id,
        incomplete_cities.edition,
        incomplete_cities.city_id,
        indicators.indicator_id,
        cast(null as decimal(18, 6)) as raw_value,
        'missing' as status,
        false as is_simulated,
        cast(null as {{ dbt.type_string() }}) as source
    from incomplete_cities
    inner join indicators using (ranking_id, edition)
    left join scores_of_incomplete_cities as scores
        using (ranking_id, edition, city_id, indicator_id)
    where scores.indicator_id is null
),

present_values as (
    select
        ranking_id,
        edition,
        city_id,
        indicator_id,
        raw_value,
        case
            when is_not_applicable then 'not_applicable'
            when raw_value is null then 'missing'
            else 'scored'
        end as status,
        is_simulated,
        source
    from {{ ref('int_field_scores') }}
),

final as (
    select * from present_values
    union all
    select * from absent_values
)

select * from final
