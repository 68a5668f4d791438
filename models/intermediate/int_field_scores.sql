{{ config(materialized='view') }}
{#-
  The scores that there are of the field's cities for the indicators of the edition: a city's own,
  and where two rankings share a city, those it brings along from the reference ranking because its
  own ranking has none. A view, and no join of two tables of scores but for shared cities, because
  nothing else in the warehouse has as many rows.
-#}
with

edition_cities as (
    select * from {{ ref('int_edition_cities') }}
),

shared_cities as (
    select *
    from edition_cities
    where reference_ranking_id is not null
),

indicators as (
    select
        ranking_id,
        edition,
        node_id as indicator_id
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator'
),

own_scores as (
    select
        edition_cities.ranking_id,
        edition_cities.edition,
        edition_cities.city_id,
        scores.indicator_id,
        scores.raw_value,
        scores.is_not_applicable,
        scores.is_simulated,
        scores.source
    from {{ ref('stg_indicator_scores') }} as scores
    inner join edition_cities using (ranking_id, edition, city_id)
),

own_keys_of_shared_cities as (
    select
        scores.ranking_id,
        scores.edition,
        scores.city_id,
        scores.indicator_id
    from {{ ref('stg_indicator_scores') }} as scores
    inner join shared_cities using (ranking_id, edition, city_id)
),

reference_scores as (
    select
        shared_cities.ranking_id,
        shared_cities.edition,
        shared_cities.city_id,
        scores.indicator_id,
        scores.raw_value,
        scores.is_not_applicable,
        scores.is_simulated,
        scores.source
    from {{ ref('stg_indicator_scores') }} as scores
    inner join shared_cities
        on
            scores.ranking_id = shared_cities.reference_ranking_id
            and scores.edition = shared_cities.edition
            and scores.city_id = shared_cities.city_id
),

borrowed_scores as (
    select reference_scores.*
    from reference_scores
    left join own_keys_of_shared_cities as own_keys
        using (ranking_id, edition, city_id, indicator_id)
    where own_keys.indicator_id is null
),

unioned as (
    select * from own_scores
    union all
    select * from borrowed_scores
),

final as (
    select unioned.*
    from unioned
    inner join indicators using (ranking_id, edition, indicator_id)
)

select * from final
