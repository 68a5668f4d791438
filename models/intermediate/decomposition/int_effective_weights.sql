{#-
  What one point of every node that counts is worth in the overall index of a city; editions of
  arithmetic means only:

      effective weight = product over the way up of weight / (weight of the siblings * divisor)

  A project point counts as one point of a sibling of weight 1, and the divisor is 1 plus the parent's
  project_cap_share. Siblings that do not count leave their weight to the others; project points are
  spread over all that apply.
-#}
with recursive

nodes as (
    select nodes.*
    from {{ ref('int_edition_nodes') }} as nodes
    inner join {{ ref('int_analysed_editions') }} as analysed using (edition_key)
    where analysed.status = 'analysed' and analysed.is_additive
),

city_nodes as (
    select
        own.edition_key,
        own.city_id,
        nodes.node_id,
        nodes.parent_node_id,
        nodes.role,
        nodes.weight,
        case
            when coalesce(nodes.role, 'regular') = 'regular'
                then {{ list_item('own.counted_nodes', 'nodes.node_number') }}
            when parents.computed_index is null then 0
            else 1
        end as is_counted,
        -- a category applies to every city, also where nothing below it does
        case
            when nodes.role = 'project' then 0
            when nodes.node_type <> 'indicator' then 1
            else {{ list_item('applicable.counted_nodes', 'nodes.node_number') }}
        end as is_applicable
    from {{ ref('int_coverage_patterns') }} as own
    inner join {{ ref('int_coverage_patterns') }} as applicable using (edition_key, city_id)
    inner join nodes using (edition_key)
    left join {{ ref('int_index') }} as parents
        on
            own.edition_key = parents.edition_key
            and own.city_id = parents.city_id
            and nodes.parent_node_id = parents.node_id
    where not own.is_imputed and applicable.is_imputed
),

sibling_totals as (
    select
        edition_key,
        city_id,
        parent_node_id,
        sum(case when role = 'regular' then weight * is_counted else 0 end) as counted_weight,
        sum(case when role = 'regular' then weight * is_applicable else 0 end) as applicable_weight
    from city_nodes
    group by edition_key, city_id, parent_node_id
),

weights as (
    select
        city_nodes.edition_key,
        city_nodes.city_id,
        city_nodes.node_id,
        nodes.parent_node_id,
        nodes.node_type,
        nodes.role,
        nodes.scale_maximum,
        coalesce(parents.project_cap_share, 0) as parent_cap_share,
        totals.applicable_weight,
        case when nodes.role = 'project' then 1 else nodes.weight end * city_nodes.is_counted
            as weight,
        case
            when nodes.role = 'project' then totals.applicable_weight else totals.counted_weight
        end as sibling_weight
    from city_nodes
    inner join nodes using (edition_key, node_id)
    inner join nodes as parents
        on nodes.edition_key = parents.edition_key and nodes.parent_node_id = parents.node_id
    inner join sibling_totals as totals
        on
            city_nodes.edition_key = totals.edition_key
            and city_nodes.city_id = totals.city_id
            and nodes.parent_node_id = totals.parent_node_id
),

shares as (
    select
        *,
        case
            when sibling_weight = 0 then 0
            else
                cast(weight as double) / cast(sibling_weight as double)
                / (1 + cast(parent_cap_share as double))
        end as share,
        scale_maximum * case
            when role = 'project' then parent_cap_share * applicable_weight else 1
        end as maximum_score
    from weights
),

products as (
    select
        edition_key,
        city_id,
        node_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        cast(1 as double) as product
    from city_nodes
    where parent_node_id is null
    union all
    select
        shares.edition_key,
        shares.city_id,
        shares.node_id,
        coalesce(products.category_id, shares.node_id) as category_id,
        shares.share * products.product as product
    from products
    inner join shares
        on
            products.edition_key = shares.edition_key
            and products.city_id = shares.city_id
            and products.node_id = shares.parent_node_id
)

select
    shares.edition_key,
    shares.city_id,
    shares.node_id,
    shares.parent_node_id,
    products.category_id,
    shares.node_type,
    shares.role,
    {{ rounded_decimal('products.product', 15, 'decimal(18, 15)') }} as effective_weight,
    cast(shares.maximum_score as {{ type_index() }}) as maximum_score
from shares
inner join products using (edition_key, city_id, node_id)
