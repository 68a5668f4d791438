{#-
  The expected grid: every city of the field times every indicator of the edition, with the raw
  value where there is one. A city that two rankings share brings its scores along from the
  reference ranking where its own ranking has none.
-#}
with

edition_cities as (
    select * from {{ ref('int_edition_cities') }}
),

indicators as (
    select *
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator'
),

scores as (
    select * from {{ ref('stg_indicator_scores') }}
),

grid as (
    select
        edition_cities.ranking_id,
        edition_cities.edition,
        edition_cities.city_id,
        edition_cities.reference_ranking_id,
        indicators.node_id as indicator_id
    from edition_cities
    inner join indicators
        on
            edition_cities.ranking_id = indicators.ranking_id
            and edition_cities.edition = indicators.edition
),

final as (
    select
        grid.ranking_id,
        grid.edition,
        grid.city_id,
        grid.indicator_id,
        coalesce(own_scores.raw_value, reference_scores.raw_value) as raw_value,
        case
            when coalesce(own_scores.is_not_applicable, reference_scores.is_not_applicable)
                then 'not_applicable'
            when coalesce(own_scores.raw_value, reference_scores.raw_value) is null
                then 'missing'
            else 'scored'
        end as status,
        coalesce(own_scores.is_simulated, reference_scores.is_simulated, false) as is_simulated,
        coalesce(own_scores.source, reference_scores.source) as source
    from grid
    left join scores as own_scores
        on
            grid.ranking_id = own_scores.ranking_id
            and grid.edition = own_scores.edition
            and grid.city_id = own_scores.city_id
            and grid.indicator_id = own_scores.indicator_id
    left join scores as reference_scores
        on
            grid.reference_ranking_id = reference_scores.ranking_id
            and grid.edition = reference_scores.edition
            and grid.city_id = reference_scores.city_id
            and grid.indicator_id = reference_scores.indicator_id
            and own_scores.ranking_id is null
)

select * from final
