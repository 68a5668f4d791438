with

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

rankings as (
    select * from {{ ref('stg_rankings') }}
),

final as (
    select
        nodes.ranking_id,
        nodes.edition,
        nodes.node_id as category_id,
        nodes.parent_node_id as parent_category_id,
        nodes.node_name_de as category_name_de,
        nodes.node_name_en as category_name_en,
        nodes.node_type = 'overall' as is_overall,
        nodes.depth,
        nodes.height,
        nodes.sort_order,
        nodes.sort_path,
        nodes.weight,
        nodes.aggregation,
        nodes.project_cap_share,
        rankings.is_simulated_field,
        nodes.source
    from nodes
    inner join rankings using (ranking_id)
    where nodes.node_type <> 'indicator'
)

select * from final
