select
    edition_key,
    ranking_id,
    edition,
    node_id as indicator_id,
    parent_node_id as category_id,
    node_name_de as indicator_name_de,
    node_name_en as indicator_name_en,
    name_is_inferred,
    role,
    sort_order,
    sort_path,
    unit,
    direction,
    normalisation,
    lower_goalpost,
    upper_goalpost,
    is_capped,
    is_logarithmic,
    weight,
    is_simulated_ranking,
    source
from {{ ref('int_edition_nodes') }}
where node_type = 'indicator'
