with

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

node_values as (
    select
        edition_key,
        city_id,
        node_id,
        cast(index_value as {{ type_observation() }}) as index_value
    from {{ ref('int_node_values') }}
),

categories as (
    select nodes.*
    from analysed
    inner join nodes using (edition_key)
    where nodes.node_type <> 'indicator'
),

summarised as (
    select
        own.edition_key,
        own.node_id,
        count(*) as city_count,
        {{ divide('sum(own.index_value)', 'count(*)') }} as mean_index,
        {{ sample_variance(
            'count(*)', 'sum(own.index_value)', 'sum(own.index_value * own.index_value)'
        ) }} as index_variance,
        min(own.index_value) as minimum_index,
        max(own.index_value) as maximum_index,
        {%- set known_value = 'case when overall.index_value is not null then own.index_value end' %}
        {{ correlation(
            'count(overall.index_value)', 'sum(' ~ known_value ~ ')', 'sum(overall.index_value)',
            'sum(' ~ known_value ~ ' * own.index_value)',
            'sum(overall.index_value * overall.index_value)',
            'sum(own.index_value * overall.index_value)'
        ) }} as correlation_with_overall_index
    from categories
    inner join node_values as own using (edition_key, node_id)
    inner join node_values as overall
        on
            own.edition_key = overall.edition_key
            and own.city_id = overall.city_id
            and overall.node_id = 'overall'
    where own.index_value is not null
    group by own.edition_key, own.node_id
),

-- Cronbach's alpha: the regular children are the items, their plain sum the scale; only cities with
-- every item enter it
item_counts as (
    select
        edition_key,
        parent_node_id,
        count(*) as item_count
    from nodes
    where role = 'regular'
    group by edition_key, parent_node_id
),

known_items as (
    select
        node_values.edition_key,
        nodes.parent_node_id,
        node_values.node_id,
        node_values.city_id,
        node_values.index_value,
        count(*) over (
            partition by node_values.edition_key, nodes.parent_node_id, node_values.city_id
        ) as known_item_count
    from node_values
    inner join nodes using (edition_key, node_id)
    where nodes.role = 'regular' and node_values.index_value is not null
),

items as (
    select known_items.*
    from known_items
    inner join item_counts using (edition_key, parent_node_id)
    where known_items.known_item_count = item_counts.item_count
),

item_variances as (
    select
        edition_key,
        parent_node_id,
        node_id,
        {{ sample_variance('count(*)', 'sum(index_value)', 'sum(index_value * index_value)') }}
            as item_variance
    from items
    group by edition_key, parent_node_id, node_id
),

item_totals as (
    select
        edition_key,
        parent_node_id,
        count(*) as item_count,
        sum({{ rounded_decimal('item_variance', 8, 'decimal(28, 8)') }}) as item_variance_total
    from item_variances
    group by edition_key, parent_node_id
),

scale_values as (
    select
        edition_key,
        parent_node_id,
        city_id,
        cast(sum(index_value) as {{ type_observation() }}) as scale_value
    from items
    group by edition_key, parent_node_id, city_id
),

scale_variances as (
    select
        edition_key,
        parent_node_id,
        count(*) as alpha_city_count,
        {{ sample_variance('count(*)', 'sum(scale_value)', 'sum(scale_value * scale_value)') }}
            as scale_variance
    from scale_values
    group by edition_key, parent_node_id
),

unrounded_alphas as (
    select
        item_totals.edition_key,
        item_totals.parent_node_id,
        scale_variances.alpha_city_count,
        cast(item_totals.item_count as double)
        / nullif(cast(item_totals.item_count - 1 as double), 0)
        * (
            1 - cast(item_totals.item_variance_total as double)
            / nullif(scale_variances.scale_variance, 0)
        ) as cronbach_alpha
    from item_totals
    inner join scale_variances using (edition_key, parent_node_id)
),

alphas as (
    select
        edition_key,
        parent_node_id,
        alpha_city_count,
        {{ rounded_decimal('cronbach_alpha', 8) }} as cronbach_alpha
    from unrounded_alphas
),

variance_shares as (
    select
        edition_key,
        category_id,
        sum(share_of_index_variance) as share_of_index_variance
    from {{ ref('int_index_shares') }}
    group by edition_key, category_id
)

select
    ---------- ids
    summarised.edition_key,
    editions.ranking_id,
    editions.edition,
    summarised.node_id as category_id,
    {{ node_key('summarised.edition_key', 'summarised.node_id') }} as category_key,
    summarised.node_id = 'overall' as is_overall,

    ---------- distribution
    cast(summarised.city_count as integer) as city_count,
    analysed.city_count as edition_city_count,
    summarised.mean_index,
    {{ rounded_decimal('sqrt(summarised.index_variance)', 8) }} as standard_deviation,
    cast(summarised.minimum_index as {{ type_index() }}) as minimum_index,
    cast(summarised.maximum_index as {{ type_index() }}) as maximum_index,

    ---------- consistency
    cast(item_counts.item_count as integer) as item_count,
    cast(coalesce(alphas.alpha_city_count, 0) as integer) as alpha_city_count,
    alphas.cronbach_alpha,
    coalesce(alphas.cronbach_alpha < {{ setting('low_alpha') }}, false) as has_low_alpha,

    ---------- part in the index
    nodes.effective_weight,
    cast(variance_shares.share_of_index_variance as {{ type_index() }})
        as share_of_index_variance,
    summarised.correlation_with_overall_index,

    ---------- provenance
    editions.is_simulated_ranking as is_simulated,
    editions.is_simulated_ranking
from summarised
inner join analysed using (edition_key)
inner join {{ ref('int_editions') }} as editions using (edition_key)
inner join item_counts
    on
        summarised.edition_key = item_counts.edition_key
        and summarised.node_id = item_counts.parent_node_id
left join alphas
    on
        summarised.edition_key = alphas.edition_key
        and summarised.node_id = alphas.parent_node_id
inner join nodes using (edition_key, node_id)
left join variance_shares
    on
        summarised.edition_key = variance_shares.edition_key
        and summarised.node_id = variance_shares.category_id
