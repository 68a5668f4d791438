select
    nodes.edition_key,
    nodes.ranking_id,
    nodes.edition,
    nodes.node_id as indicator_id,
    {{ node_key('nodes.edition_key', 'nodes.node_id') }} as indicator_key,
    nodes.parent_node_id as category_id,
    {{ node_key('nodes.edition_key', 'nodes.parent_node_id') }} as category_key,
    nodes.node_name_de as indicator_name_de,
    nodes.node_name_en as indicator_name_en,
    nodes.name_is_inferred,
    descriptions.description_de,
    descriptions.description_en,
    nodes.role,
    nodes.sort_order,
    nodes.sort_path,
    nodes.unit,
    nodes.direction,
    nodes.normalisation,
    nodes.lower_goalpost,
    nodes.upper_goalpost,
    nodes.is_capped,
    nodes.is_logarithmic,
    nodes.weight,
    nodes.effective_weight,
    nodes.is_simulated_ranking,
    nodes.source,
    descriptions.source as description_source
from {{ ref('int_edition_nodes') }} as nodes
left join {{ ref('stg_indicator_descriptions') }} as descriptions
    on nodes.node_id = descriptions.indicator_id
where nodes.node_type = 'indicator'
