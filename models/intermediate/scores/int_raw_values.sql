{{ config(materialized='view') }}
{#-
  Every city of an edition times every indicator, with the raw value where there is one. Where two
  rankings share a city, it brings those along that its own ranking does not have.

  A view, and what is missing is looked for only among cities that lack a value: nothing else in the
  warehouse has as many rows, and a large edition without gaps is read and not joined.
-#}
with

cities as (
    select * from {{ ref('int_edition_cities') }}
),

indicators as (
    select
        edition_key,
        node_id as indicator_id
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator'
),

shared_cities as (
    select *
    from cities
    where reference_ranking_id is not null
),

own_values as (
    select
        scores.edition_key,
        scores.city_id,
        scores.indicator_id,
        scores.raw_value,
        scores.is_not_applicable,
        scores.is_simulated,
        scores.source
    from {{ ref('stg_indicator_scores') }} as scores
    inner join cities using (edition_key, city_id)
),

borrowed_values as (
    select
        shared_cities.edition_key,
        shared_cities.city_id,
        scores.indicator_id,
        scores.raw_value,
        scores.is_not_applicable,
        scores.is_simulated,
        scores.source
    from shared_cities
    inner join {{ ref('stg_indicator_scores') }} as scores
        on
            shared_cities.reference_ranking_id = scores.ranking_id
            and shared_cities.edition = scores.edition
            and shared_cities.city_id = scores.city_id
    left join {{ ref('stg_indicator_scores') }} as own_scores
        on
            shared_cities.edition_key = own_scores.edition_key
            and shared_cities.city_id = own_scores.city_id
            and scores.indicator_id = own_scores.indicator_id
    where own_scores.indicator_id is null
),

present_values as (
    select
        present.edition_key,
        present.city_id,
        present.indicator_id,
        present.raw_value,
        case
            when present.is_not_applicable then 'not_applicable'
            when present.raw_value is null then 'missing'
            else 'scored'
        end as status,
        present.is_simulated,
        present.source
    from (
        select * from own_values
        union all
        select * from borrowed_values
    ) as present
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
        edition_key,
        city_id,
        count(*) as present_count
    from present_values
    group by edition_key, city_id
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
        false as is_simulated,
        cast(null as {{ dbt.type_string() }}) as source
    from incomplete_cities
    inner join indicators using (edition_key)
    left join present_values using (edition_key, city_id, indicator_id)
    where present_values.status is null
)

select * from present_values
union all
select * from absent_values
