with

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

categories as (
    select *
    from {{ ref('int_edition_nodes') }}
    where node_type <> 'indicator'
),

category_values as (
    select
        results.edition_key,
        results.city_id,
        results.node_id as category_id,
        cast(results.index_value as {{ type_observation() }}) as index_value
    from analysed
    inner join categories using (edition_key)
    inner join {{ ref('int_index') }} as results using (edition_key, node_id)
    where results.index_value is not null
),

correlated as (
    select
        own.edition_key,
        own.category_id,
        others.category_id as other_category_id,
        count(*) as city_count,
        {{ correlation(
            'count(*)', 'sum(own.index_value)', 'sum(others.index_value)',
            'sum(own.index_value * own.index_value)',
            'sum(others.index_value * others.index_value)',
            'sum(own.index_value * others.index_value)'
        ) }} as correlation
    from category_values as own
    inner join category_values as others
        on
            own.edition_key = others.edition_key
            and own.city_id = others.city_id
            and own.category_id <> others.category_id
    group by own.edition_key, own.category_id, others.category_id
)

select
    correlated.edition_key,
    editions.ranking_id,
    editions.edition,
    correlated.category_id,
    {{ node_key('correlated.edition_key', 'correlated.category_id') }} as category_key,
    correlated.other_category_id,
    {{ node_key('correlated.edition_key', 'correlated.other_category_id') }}
        as other_category_key,
    cast(correlated.city_count as integer) as city_count,
    analysed.city_count as edition_city_count,
    correlated.correlation,
    coalesce(correlated.correlation > {{ setting('high_correlation') }}, false)
        as has_high_correlation,
    editions.is_simulated_ranking as is_simulated,
    editions.is_simulated_ranking
from correlated
inner join analysed using (edition_key)
inner join {{ ref('int_editions') }} as editions using (edition_key)
