{#-
  What one point of every node is worth in the overall index; editions of arithmetic means only:

      effective weight = product over the way up of weight / (weight of the siblings * divisor)

  A project point counts as one point of a sibling of weight 1, and the divisor is 1 plus the parent's
  project_cap_share. A node whose siblings weigh nothing in all has the effective weight 0.
-#}
with recursive

nodes as (
    select nodes.*
    from {{ ref('int_edition_nodes') }} as nodes
    inner join {{ ref('int_analysed_editions') }} as analysed using (edition_key)
    where analysed.status = 'analysed' and analysed.is_additive
),

sibling_totals as (
    select
        edition_key,
        parent_node_id,
        sum(case when role = 'regular' then weight else 0 end) as total_weight
    from nodes
    group by edition_key, parent_node_id
),

shares as (
    select
        nodes.edition_key,
        nodes.node_id,
        nodes.parent_node_id,
        nodes.node_type,
        nodes.role,
        case
            when totals.total_weight = 0 then 0
            else
                cast(case when nodes.role = 'project' then 1 else nodes.weight end as double)
                / cast(totals.total_weight as double)
                / (1 + cast(coalesce(parents.project_cap_share, 0) as double))
        end as share,
        nodes.scale_maximum * case
            when nodes.role = 'project'
                then coalesce(parents.project_cap_share, 0) * totals.total_weight
            else 1
        end as maximum_score
    from nodes
    inner join nodes as parents
        on nodes.edition_key = parents.edition_key and nodes.parent_node_id = parents.node_id
    inner join sibling_totals as totals
        on
            nodes.edition_key = totals.edition_key
            and nodes.parent_node_id = totals.parent_node_id
),

products as (
    select
        edition_key,
        node_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        cast(1 as double) as product
    from nodes
    where parent_node_id is null
    union all
    select
        shares.edition_key,
        shares.node_id,
        coalesce(products.category_id, shares.node_id) as category_id,
        shares.share * products.product as product
    from products
    inner join shares
        on
            products.edition_key = shares.edition_key
            and products.node_id = shares.parent_node_id
),

final as (
    select
        shares.edition_key,
        shares.node_id,
        shares.parent_node_id,
        products.category_id,
        shares.node_type,
        shares.role,
        {{ rounded_decimal('products.product', 15, 'decimal(18, 15)') }} as effective_weight,
        cast(shares.maximum_score as {{ type_index() }}) as maximum_score
    from shares
    inner join products using (edition_key, node_id)
)

select * from final
