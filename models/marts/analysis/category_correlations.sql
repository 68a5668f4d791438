with

fields as (
    select *
    from {{ ref('int_analysis_fields') }}
    where status = 'analysed'
),

categories as (
    select *
    from {{ ref('int_edition_nodes') }}
    where node_type <> 'indicator'
),

rankings as (
    select * from {{ ref('stg_rankings') }}
),

category_values as (
    select
        results.ranking_id,
        results.edition,
        results.city_id,
        results.node_id as category_id,
        cast(results.index_value as {{ type_observation() }}) as index_value
    from fields
    inner join categories using (ranking_id, edition)
    inner join {{ ref('int_category_ranks') }} as results using (ranking_id, edition, node_id)
),

correlated as (
    select
        own.ranking_id,
        own.edition,
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
            own.ranking_id = others.ranking_id
            and own.edition = others.edition
            and own.city_id = others.city_id
            and own.category_id <> others.category_id
    group by own.ranking_id, own.edition, own.category_id, others.category_id
),

final as (
    select
        correlated.ranking_id,
        correlated.edition,
        correlated.category_id,
        correlated.other_category_id,
        cast(correlated.city_count as integer) as city_count,
        correlated.correlation,
        coalesce(correlated.correlation > {{ setting('high_correlation') }}, false)
            as has_high_correlation,
        rankings.is_simulated_field as is_simulated,
        rankings.is_simulated_field
    from correlated
    inner join rankings using (ranking_id)
)

select * from final
