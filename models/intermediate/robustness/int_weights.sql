{#-
  Weights of the root and the regular nodes in every set of weights and coverage pattern, as lists in
  the order of node_number, and what one point of a node is worth in the overall index if every mean
  is arithmetic. What does not count in a pattern weighs nothing. Editions with the same tree and draw
  share a set, and all trees share the random number of a draw and node, so that editions can be
  compared draw by draw. A parent whose only counted child is left out is left out itself.
-#}
with recursive

weight_sets as (
    select distinct
        weight_set_number,
        methodology_id,
        weight_draw,
        distribution,
        cast(weight_variation as double) as weight_variation,
        left_out_indicator_id,
        case when has_project_points then 1 else 0 end as project_flag
    from {{ ref('int_simulations') }}
),

edition_patterns as (
    select distinct
        edition_key,
        methodology_id,
        is_imputed,
        pattern_number,
        counted_nodes
    from {{ ref('int_coverage_patterns') }}
),

patterns as (
    select distinct
        methodology_id,
        pattern_number,
        counted_nodes
    from edition_patterns
),

set_patterns as (
    select distinct
        simulations.weight_set_number,
        edition_patterns.pattern_number
    from {{ ref('int_simulations') }} as simulations
    inner join edition_patterns
        on
            simulations.edition_key = edition_patterns.edition_key
            and edition_patterns.is_imputed = (simulations.imputation <> 'none')
),

nodes as (
    select
        nodes.methodology_id,
        nodes.node_id,
        nodes.parent_node_id,
        nodes.node_number,
        coalesce(parents.node_number, 0) as parent_number,
        coalesce(nodes.weight, 1) as weight,
        coalesce(parents.project_cap_share, 0) as parent_cap_share
    from {{ ref('int_framework_nodes') }} as nodes
    left join {{ ref('int_framework_nodes') }} as parents
        on
            nodes.methodology_id = parents.methodology_id
            and nodes.parent_node_id = parents.node_id
    where nodes.role = 'regular' or nodes.parent_node_id is null
),

sibling_masks as (
    select
        own.methodology_id,
        own.node_number,
        {{ ordered_values(
            'cast(case when own.parent_number = others.parent_number then 1 else 0 end as double)',
            'others.node_number'
        ) }} as siblings
    from nodes as own
    inner join nodes as others using (methodology_id)
    group by own.methodology_id, own.node_number
),

pattern_nodes as (
    select
        methodology_id,
        pattern_number,
        node_id,
        parent_node_id,
        parent_number,
        node_number,
        counted,
        sum(counted) over (partition by pattern_number, parent_node_id) as counted_sibling_count
    from (
        select
            patterns.methodology_id,
            patterns.pattern_number,
            nodes.node_id,
            nodes.parent_node_id,
            nodes.parent_number,
            nodes.node_number,
            {{ list_item('patterns.counted_nodes', 'nodes.node_number') }} as counted
        from patterns
        inner join nodes using (methodology_id)
    ) as counted_nodes
),

left_out_indicators as (
    select distinct
        methodology_id,
        left_out_indicator_id
    from weight_sets
    where left_out_indicator_id is not null
),

left_out_nodes as (
    select
        pattern_nodes.pattern_number,
        left_out_indicators.left_out_indicator_id,
        pattern_nodes.node_id,
        pattern_nodes.parent_node_id,
        pattern_nodes.parent_number,
        pattern_nodes.counted_sibling_count
    from left_out_indicators
    inner join pattern_nodes
        on
            left_out_indicators.methodology_id = pattern_nodes.methodology_id
            and left_out_indicators.left_out_indicator_id = pattern_nodes.node_id
    where pattern_nodes.counted = 1
    union all
    select
        left_out_nodes.pattern_number,
        left_out_nodes.left_out_indicator_id,
        parents.node_id,
        parents.parent_node_id,
        parents.parent_number,
        parents.counted_sibling_count
    from left_out_nodes
    inner join pattern_nodes as parents
        on
            left_out_nodes.pattern_number = parents.pattern_number
            and left_out_nodes.parent_node_id = parents.node_id
    where left_out_nodes.counted_sibling_count = 1 and left_out_nodes.parent_number > 0
),

trees as (
    select
        nodes.methodology_id,
        {{ ordered_values('nodes.node_id', 'nodes.node_number') }} as node_ids,
        {{ ordered_values('cast(nodes.weight as double)', 'nodes.node_number') }} as weights,
        {{ ordered_values('nodes.parent_number', 'nodes.node_number') }} as parent_numbers,
        {{ ordered_values('cast(nodes.parent_cap_share as double)', 'nodes.node_number') }}
            as parent_cap_shares,
        {{ ordered_values('sibling_masks.siblings', 'nodes.node_number') }} as sibling_masks
    from nodes
    inner join sibling_masks using (methodology_id, node_number)
    group by nodes.methodology_id
),

-- 1 for a node that takes part, 0 for one that does not count or is left out
masks as (
    select
        left_out_indicators.left_out_indicator_id,
        pattern_nodes.pattern_number,
        {{ ordered_values(
            'case when left_out_nodes.node_id is null then pattern_nodes.counted else 0 end',
            'pattern_nodes.node_number'
        ) }} as mask
    from left_out_indicators
    inner join pattern_nodes using (methodology_id)
    left join left_out_nodes using (left_out_indicator_id, pattern_number, node_id)
    group by left_out_indicators.left_out_indicator_id, pattern_nodes.pattern_number
),

numbered as (
    select
        weight_sets.*,
        trees.weights,
        trees.parent_numbers,
        trees.parent_cap_shares,
        trees.sibling_masks,
        {{ list_map(
            'trees.node_ids', uniform_number("weight_sets.weight_draw || '|' || item")
        ) }} as random_numbers
    from weight_sets
    inner join trees using (methodology_id)
),

drawn as (
    select
        *,
        case
            when distribution = 'varied'
                then {{ list_map_two(
                    'weights',
                    'random_numbers',
                    'cast(' ~ rounded_decimal(
                        'left_item * (1 + weight_variation * (2 * right_item - 1))', 12
                    ) ~ ' as double)'
                ) }}
            when distribution = 'uniform'
                then {{ list_map_two(
                    'weights',
                    'random_numbers',
                    'cast(' ~ rounded_decimal('-ln(right_item)', 12) ~ ' as double)'
                ) }}
            else weights
        end as drawn_weights
    from numbered
),

counted as (
    select
        drawn.weight_set_number,
        patterns.pattern_number,
        drawn.methodology_id,
        drawn.project_flag,
        drawn.parent_numbers,
        drawn.parent_cap_shares,
        drawn.sibling_masks,
        {{ list_map_two(
            'drawn.drawn_weights',
            'coalesce(masks.mask, patterns.counted_nodes)',
            'left_item * right_item'
        ) }} as drawn_weights
    from drawn
    inner join set_patterns using (weight_set_number)
    inner join patterns using (pattern_number)
    left join masks using (left_out_indicator_id, pattern_number)
),

-- a node's share of its siblings, whose sum is 1, over the divisor for the parent's project points
scaled as (
    select
        *,
        {{ list_map_two(
            list_map_two(
                'drawn_weights',
                list_map('sibling_masks', inner_product('item', 'drawn_weights')),
                'case when right_item = 0 then 0 else left_item / right_item end'
            ),
            'parent_cap_shares',
            'left_item / (1 + project_flag * right_item)'
        ) }} as shares
    from counted
),

-- products of the shares along the way up: one more level of parents in every step
products_1 as (
    select
        weight_set_number,
        pattern_number,
        methodology_id,
        drawn_weights,
        parent_numbers,
        shares,
        shares as products
    from scaled
),

{% for level in range(2, var('framework_levels') + 1) %}
products_{{ level }} as (
    select
        weight_set_number,
        pattern_number,
        methodology_id,
        drawn_weights,
        parent_numbers,
        shares,
        {{ list_map_two(
            'shares', 'parent_numbers',
            'left_item * case when right_item = 0 then 1 else '
            ~ list_item('products', 'right_item') ~ ' end'
        ) }} as products
    from products_{{ level - 1 }}
),

{% endfor %}
final as (
    select
        weight_set_number,
        pattern_number,
        methodology_id,
        drawn_weights as weights,
        {{ list_map(
            'products', 'cast(' ~ rounded_decimal('item', 15, 'decimal(18, 15)') ~ ' as double)'
        ) }} as effective_weights,
        -- the root weighs 1, so that more is left where anything is
        {{ inner_product('products', 'products') }} > 1 as has_index
    from products_{{ var('framework_levels') }}
)

select * from final
