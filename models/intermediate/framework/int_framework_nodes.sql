{#-
  Depth, height, displayed order and weight of every node: the tree read once, used by every level.
  What one point of a node is worth in the overall index of a city that has every score:

      effective weight = product over the way up of weight / (weight of the siblings * divisor)

  A project point counts as one point of a sibling of weight 1, and the divisor is 1 plus the parent's
  project_cap_share. Below a geometric mean a point is worth less the more there are.
-#}
with recursive

nodes as (
    select * from {{ ref('stg_framework') }}
),

shares as (
    select
        nodes.methodology_id,
        nodes.node_id,
        case
            when parents.aggregation <> 'geometric'
                then
                    cast(case when nodes.role = 'project' then 1 else nodes.weight end as double)
                    / cast(
                        sum(case when nodes.role = 'regular' then nodes.weight end) over (
                            partition by nodes.methodology_id, nodes.parent_node_id
                        ) as double
                    )
                    / (1 + cast(coalesce(parents.project_cap_share, 0) as double))
        end as share
    from nodes
    inner join nodes as parents
        on
            nodes.methodology_id = parents.methodology_id
            and nodes.parent_node_id = parents.node_id
),

-- from the root down
paths as (
    select
        methodology_id,
        node_id,
        0 as depth,
        lpad(cast(sort_order as {{ dbt.type_string() }}), 3, '0') as sort_path,
        cast(1 as double) as product
    from nodes
    where parent_node_id is null
    union all
    select
        nodes.methodology_id,
        nodes.node_id,
        paths.depth + 1 as depth,
        paths.sort_path || '.' || lpad(cast(nodes.sort_order as {{ dbt.type_string() }}), 3, '0')
            as sort_path,
        paths.product * shares.share as product
    from paths
    inner join nodes
        on
            paths.methodology_id = nodes.methodology_id
            and paths.node_id = nodes.parent_node_id
    inner join shares
        on
            nodes.methodology_id = shares.methodology_id
            and nodes.node_id = shares.node_id
),

-- from every node up: an indicator stands on level 0, a category at least on level 1
levels as (
    select
        methodology_id,
        node_id,
        parent_node_id,
        case when node_type = 'indicator' then 0 else 1 end as height
    from nodes
    union all
    select
        parents.methodology_id,
        parents.node_id,
        parents.parent_node_id,
        levels.height + 1 as height
    from levels
    inner join nodes as parents
        on
            levels.methodology_id = parents.methodology_id
            and levels.parent_node_id = parents.node_id
    -- a circle, which a test of the input refuses, must not go on for ever
    where levels.height < 21
),

heights as (
    select
        methodology_id,
        node_id,
        max(height) as height
    from levels
    group by methodology_id, node_id
)

select
    nodes.*,
    paths.depth,
    heights.height,
    paths.sort_path,
    {{ rounded_decimal('paths.product', 15, 'decimal(18, 15)') }} as effective_weight,
    cast(
        row_number() over (
            partition by nodes.methodology_id
            order by
                case when nodes.role = 'project' then 1 else 0 end asc,
                paths.sort_path asc,
                nodes.node_id asc
        ) as integer
    ) as node_number
from nodes
inner join paths using (methodology_id, node_id)
inner join heights using (methodology_id, node_id)
