{{ config(materialized='view') }}
{#-
  Every city of an edition times every indicator, with the raw value where there is one.

  A view, and what is missing is looked for only among cities that lack a value: nothing else in the
  warehouse has as many rows, and a large edition without gaps is read and not joined. The scores are
  read anew where they are counted: a CTE that is used twice is held in memory.
-#}
with

cities as (
    select * from {{ ref('int_edition_cities') }}
),

indicators as (
    select
        edition_key,
        node_id as indicator_id,
        coarser_value_rule
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator'
),

present_values as (
    select
        scores.edition_key,
        scores.city_id,
        scores.indicator_id,
        scores.raw_value,
        case
            when scores.is_not_applicable then 'not_applicable'
            when scores.raw_value is null then 'missing'
            when
                scores.geographic_level = 'district'
                and indicators.coarser_value_rule = 'leave_out'
                then 'coarser_level'
            else 'scored'
        end as status,
        scores.reference_period,
        scores.geographic_level,
        scores.is_simulated,
        scores.source
    from {{ ref('stg_indicator_scores') }} as scores
    inner join cities using (edition_key, city_id)
    inner join indicators using (edition_key, indicator_id)
),

expected_counts as (
    select
        edition_key,
        count(*) as expected_count
    from indicators
    group by edition_key
),

present_counts as (
    select
        scores.edition_key,
        scores.city_id,
        count(*) as present_count
    from {{ ref('stg_indicator_scores') }} as scores
    inner join indicators using (edition_key, indicator_id)
    group by scores.edition_key, scores.city_id
),

incomplete_cities as (
    select
        cities.edition_key,
        cities.city_id
    from cities
    inner join expected_counts using (edition_key)
    left join present_counts using (edition_key, city_id)
    where coalesce(present_counts.present_count, 0) < expected_counts.expected_count
),

absent_values as (
    select
        incomplete_cities.edition_key,
        incomplete_cities.city_id,
        indicators.indicator_id,
        cast(null as {{ type_raw_value() }}) as raw_value,
        'missing' as status,
        cast(null as {{ dbt.type_string() }}) as reference_period,
        cast(null as {{ dbt.type_string() }}) as geographic_level,
        false as is_simulated,
        cast(null as {{ dbt.type_string() }}) as source
    from incomplete_cities
    inner join indicators using (edition_key)
    left join {{ ref('stg_indicator_scores') }} as scores using (edition_key, city_id, indicator_id)
    where scores.indicator_id is null
)

select * from present_values
union all
select * from absent_values
