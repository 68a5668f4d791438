{#-
  The weight of every regular node in every set of weights, before the siblings are scaled to one,
  and what it makes of the overall index if every mean is arithmetic. Editions with the same tree and
  draw share a set, and all trees share the random number of a draw and node, so that editions can be
  compared draw by draw. A parent whose only child is left out is left out itself.
-#}
with

weight_sets as (
    select distinct
        weight_set_number,
        methodology_id,
        weight_draw,
        distribution,
        box_share,
        left_out_indicator_id,
        has_project_points
    from {{ ref('int_runs') }}
),

all_nodes as (
    select * from {{ ref('int_framework_nodes') }}
),

nodes as (
    select *
    from all_nodes
    where role = 'regular' and parent_node_id is not null
),

sibling_counts as (
    select
        methodology_id,
        parent_node_id,
        count(*) as sibling_count
    from nodes
    group by methodology_id, parent_node_id
),

left_out_0 as (
    select
        weight_set_number,
        methodology_id,
        left_out_indicator_id as node_id
    from weight_sets
    where left_out_indicator_id is not null
),

{% for step in [1, 2] %}
left_out_{{ step }} as (
    select
        left_out_{{ step - 1 }}.weight_set_number,
        left_out_{{ step - 1 }}.methodology_id,
        nodes.parent_node_id as node_id
    from left_out_{{ step - 1 }}
    inner join nodes
        on
            left_out_{{ step - 1 }}.methodology_id = nodes.methodology_id
            and left_out_{{ step - 1 }}.node_id = nodes.node_id
    inner join sibling_counts
        on
            nodes.methodology_id = sibling_counts.methodology_id
            and nodes.parent_node_id = sibling_counts.parent_node_id
    where sibling_counts.sibling_count = 1
),

{% endfor %}
left_out as (
    {% for step in [0, 1, 2] %}
    select
        weight_set_number,
        node_id
    from left_out_{{ step }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

numbered as (
    select
        weight_sets.weight_set_number,
        weight_sets.distribution,
        cast(weight_sets.box_share as double) as box_share,
        nodes.parent_node_id,
        nodes.node_id,
        nodes.node_type,
        nodes.node_number,
        nodes.depth,
        nodes.role,
        case
            when weight_sets.has_project_points then 1 + coalesce(parents.project_cap_share, 0)
            else 1
        end as parent_divisor,
        case when left_out.node_id is null then cast(nodes.weight as double) else 0 end as weight,
        {{ uniform_number("weight_sets.weight_draw || '|' || nodes.node_id") }} as random_number
    from weight_sets
    inner join nodes using (methodology_id)
    inner join all_nodes as parents
        on
            nodes.methodology_id = parents.methodology_id
            and nodes.parent_node_id = parents.node_id
    left join left_out
        on
            weight_sets.weight_set_number = left_out.weight_set_number
            and nodes.node_id = left_out.node_id
),

drawn as (
    select
        *,
        case
            when distribution = 'box' then weight * (1 + box_share * (2 * random_number - 1))
            when distribution = 'flat_simplex' then -ln(random_number)
            else weight
        end as drawn_weight
    from numbered
),

links as (
    select
        weight_set_number,
        parent_node_id,
        node_id,
        node_type,
        node_number,
        depth,
        role,
        parent_divisor,
        {{ rounded_decimal('drawn_weight', 12) }} as weight
    from drawn
),

{{ effective_weight_ctes('links', ['weight_set_number']) }},

final as (
    select
        weight_set_number,
        parent_node_id,
        node_id,
        node_type,
        node_number,
        weight,
        effective_weight
    from effective_weights
)

select * from final
