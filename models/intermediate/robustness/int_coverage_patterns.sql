{#-
  Which nodes of the tree count in the index of a city, as a list of 1 and 0 in the order of
  node_number. Cities that lack the same scores share a pattern, and so the weights of a draw. With
  missing scores imputed, every applicable one counts, and so does a city without an index.

  A node counts below a parent whose index is computed: a published index that stands alone, and one
  that the methodology withholds, hang on no score.
-#}
with

nodes as (
    select *
    from {{ ref('int_edition_nodes') }}
    where role = 'regular' or parent_node_id is null
),

indices as (
    select * from {{ ref('int_index') }}
),

ranked_cities as (
    select * from {{ ref('int_ranked_cities') }}
),

-- a category of which nothing applies leaves the city without an index, whatever its scores, unless a
-- published index above it stands alone
never_indexed_cities as (
    select distinct
        indices.edition_key,
        indices.city_id
    from indices
    inner join nodes using (edition_key, node_id)
    left join ranked_cities using (edition_key, city_id)
    where
        nodes.missing_value_rule = 'no_index'
        and indices.indicator_count = 0
        and indices.index_value is null
        and ranked_cities.city_id is null
),

cities as (
    select
        edition_key,
        city_id,
        false as is_imputed
    from ranked_cities
    union all
    select
        edition_cities.edition_key,
        edition_cities.city_id,
        true as is_imputed
    from {{ ref('int_analysed_editions') }} as analysed
    inner join {{ ref('int_edition_cities') }} as edition_cities using (edition_key)
    left join never_indexed_cities using (edition_key, city_id)
    where analysed.status = 'analysed' and never_indexed_cities.city_id is null
),

counted_indicators as (
    select
        edition_key,
        city_id,
        indicator_id as node_id,
        imputation <> 'none' as is_imputed
    from {{ ref('int_alternative_scores') }}
    where normalisation = 'as_defined' and imputation <> 'highest'
),

city_nodes as (
    select
        cities.edition_key,
        cities.city_id,
        cities.is_imputed,
        nodes.methodology_id,
        nodes.node_number,
        case
            when nodes.parent_node_id is null then true
            when parents.computed_index is null and parents.index_value is not null then false
            when not cities.is_imputed and parents.computed_index is null then false
            when nodes.node_type = 'indicator' then counted_indicators.node_id is not null
            when nodes.missing_value_rule = 'zero' or indices.index_value is not null then true
            else cities.is_imputed and indices.indicator_count > 0
        end as is_counted
    from cities
    inner join nodes using (edition_key)
    left join indices using (edition_key, city_id, node_id)
    left join indices as parents
        on
            nodes.edition_key = parents.edition_key
            and cities.city_id = parents.city_id
            and nodes.parent_node_id = parents.node_id
    left join counted_indicators
        on
            cities.edition_key = counted_indicators.edition_key
            and cities.city_id = counted_indicators.city_id
            and cities.is_imputed = counted_indicators.is_imputed
            and nodes.node_id = counted_indicators.node_id
),

patterns as (
    select
        edition_key,
        methodology_id,
        city_id,
        is_imputed,
        {{ ordered_values('cast(case when is_counted then 1 else 0 end as double)', 'node_number') }}
            as counted_nodes
    from city_nodes
    group by edition_key, methodology_id, city_id, is_imputed
)

select
    edition_key,
    methodology_id,
    city_id,
    is_imputed,
    cast(dense_rank() over (order by methodology_id, counted_nodes) as integer)
        as pattern_number,
    counted_nodes
from patterns
