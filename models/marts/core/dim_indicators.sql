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
        nodes.node_id as indicator_id,
        nodes.parent_node_id as category_id,
        nodes.node_name_de as indicator_name_de,
        nodes.node_name_en as indicator_name_en,
        nodes.name_is_inferred,
        nodes.role,
        nodes.sort_order,
        nodes.sort_path,
        nodes.unit,
        nodes.direction,
        nodes.scoring_rule,
        nodes.lower_goalpost,
        nodes.upper_goalpost,
        nodes.is_capped,
        nodes.is_logarithmic,
        nodes.weight,
        rankings.is_simulated_field,
        nodes.source
    from nodes
    inner join rankings using (ranking_id)
    where nodes.node_type = 'indicator'
)

select * from final
