{% macro effective_weight_ctes(links, keys) -%}
{#-
  CTEs that end in `effective_weights`: the columns of `links` and effective_weight, the points of
  the overall index that one point of a node is worth where every mean above it is arithmetic:

      effective weight = product over the way up of weight / (weight of the siblings * divisor)

  A project point counts as one point of a sibling of weight 1. A node whose siblings weigh nothing
  in all has the effective weight 0.

  Arguments:
    links: CTE with the keys, node_id, parent_node_id, depth (1 = below the root), role, weight and
      parent_divisor (1 + project_cap_share of the parent)
    keys: columns that tell one tree from another
-#}
sibling_totals as (
    select
        {{ keys | join(', ') }},
        parent_node_id,
        sum(case when role = 'regular' then weight else 0 end) as total_weight
    from {{ links }}
    group by {{ keys | join(', ') }}, parent_node_id
),

shares as (
    select
        {{ links }}.*,
        case
            when sibling_totals.total_weight = 0 then 0
            else
                cast(case when {{ links }}.role = 'project' then 1 else {{ links }}.weight end as double)
                / cast(sibling_totals.total_weight as double)
                / cast({{ links }}.parent_divisor as double)
        end as share
    from {{ links }}
    inner join sibling_totals
        on
            {% for key in keys -%}
            {{ links }}.{{ key }} = sibling_totals.{{ key }} and
            {% endfor -%}
            {{ links }}.parent_node_id = sibling_totals.parent_node_id
),

products_1 as (
    select
        shares.*,
        share as product
    from shares
    where depth = 1
),

{% for depth in [2, 3] %}
products_{{ depth }} as (
    select
        shares.*,
        shares.share * parents.product as product
    from shares
    inner join products_{{ depth - 1 }} as parents
        on
            {% for key in keys -%}
            shares.{{ key }} = parents.{{ key }} and
            {% endfor -%}
            shares.parent_node_id = parents.node_id
),

{% endfor %}
effective_weights as (
    {% for depth in [1, 2, 3] %}
    select
        *,
        {{ rounded_decimal('product', 15, 'decimal(18, 15)') }} as effective_weight
    from products_{{ depth }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)
{%- endmacro %}
