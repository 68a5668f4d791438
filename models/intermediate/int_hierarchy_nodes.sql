{#- Depth, height and printed order of every node: the tree read once, used by every level. -#}
with

nodes as (
    select * from {{ ref('stg_hierarchy') }}
),

ancestors as (
    select
        nodes.methodology_id,
        nodes.node_id,
        nodes.node_type = 'indicator' as is_indicator,
        nodes.sort_order as sort_order_0,
        parents.node_id as ancestor_1,
        parents.sort_order as sort_order_1,
        grandparents.node_id as ancestor_2,
        grandparents.sort_order as sort_order_2,
        great_grandparents.node_id as ancestor_3,
        great_grandparents.sort_order as sort_order_3
    from nodes
    left join nodes as parents
        on
            nodes.methodology_id = parents.methodology_id
            and nodes.parent_node_id = parents.node_id
    left join nodes as grandparents
        on
            parents.methodology_id = grandparents.methodology_id
            and parents.parent_node_id = grandparents.node_id
    left join nodes as great_grandparents
        on
            grandparents.methodology_id = great_grandparents.methodology_id
            and grandparents.parent_node_id = great_grandparents.node_id
),

-- an indicator stands on level 0, a category one level above the highest category below it
heights_by_descendant as (
    select
        methodology_id,
        node_id,
        case when is_indicator then 0 else 1 end as height
    from ancestors
    {% for distance in [1, 2] %}
    union all
    select
        methodology_id,
        ancestor_{{ distance }} as node_id,
        {{ distance + 1 }} as height
    from ancestors
    where ancestor_{{ distance }} is not null and not is_indicator
    {% endfor %}
),

heights as (
    select
        methodology_id,
        node_id,
        max(height) as height
    from heights_by_descendant
    group by methodology_id, node_id
),

paths as (
    select
        methodology_id,
        node_id,
        case
            when ancestor_1 is null then 0
            when ancestor_2 is null then 1
            when ancestor_3 is null then 2
            else 3
        end as depth,
        coalesce(lpad(cast(sort_order_3 as {{ dbt.type_string() }}), 3, '0') || '.', '')
        || coalesce(lpad(cast(sort_order_2 as {{ dbt.type_string() }}), 3, '0') || '.', '')
        || coalesce(lpad(cast(sort_order_1 as {{ dbt.type_string() }}), 3, '0') || '.', '')
        || lpad(cast(sort_order_0 as {{ dbt.type_string() }}), 3, '0') as sort_path
    from ancestors
),

final as (
    select
        nodes.*,
        paths.depth,
        heights.height,
        paths.sort_path,
        cast(
            row_number() over (
                partition by nodes.methodology_id order by paths.sort_path asc, nodes.node_id asc
            ) as integer
        ) as node_number
    from nodes
    inner join paths using (methodology_id, node_id)
    inner join heights using (methodology_id, node_id)
)

select * from final
