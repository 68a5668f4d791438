{#- What one point of every node is worth in the overall index; fields of arithmetic means only. -#}
with

fields as (
    select *
    from {{ ref('int_analysis_fields') }}
    where status = 'analysed' and is_additive
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

links as (
    select
        nodes.edition_key,
        nodes.node_id,
        nodes.parent_node_id,
        nodes.node_type,
        nodes.role,
        nodes.depth,
        nodes.weight,
        nodes.scale_maximum,
        coalesce(parents.project_cap_share, 0) as parent_cap_share,
        1 + coalesce(parents.project_cap_share, 0) as parent_divisor
    from fields
    inner join nodes using (edition_key)
    inner join nodes as parents
        on
            nodes.edition_key = parents.edition_key
            and nodes.parent_node_id = parents.node_id
),

{{ effective_weight_ctes('links', ['edition_key']) }},

-- the child of the root that each node belongs to
branches as (
    select
        links.edition_key,
        links.node_id,
        coalesce(grandparents.node_id, parents.node_id, links.node_id) as category_id
    from links
    left join links as parents
        on
            links.edition_key = parents.edition_key
            and links.parent_node_id = parents.node_id
    left join links as grandparents
        on
            parents.edition_key = grandparents.edition_key
            and parents.parent_node_id = grandparents.node_id
),

final as (
    select
        effective_weights.edition_key,
        effective_weights.node_id,
        effective_weights.parent_node_id,
        branches.category_id,
        effective_weights.node_type,
        effective_weights.role,
        effective_weights.effective_weight,
        cast(
            case
                when effective_weights.role = 'project'
                    then
                        effective_weights.parent_cap_share
                        * effective_weights.scale_maximum
                        * sibling_totals.total_weight
                else effective_weights.scale_maximum
            end as {{ type_index() }}
        ) as maximum_score
    from effective_weights
    inner join branches using (edition_key, node_id)
    inner join sibling_totals using (edition_key, parent_node_id)
)

select * from final
