select
    edition_key,
    ranking_id,
    edition,
    node_id as category_id,
    {{ node_key('edition_key', 'node_id') }} as category_key,
    parent_node_id as parent_category_id,
    {{ node_key('edition_key', 'parent_node_id') }} as parent_category_key,
    node_name_de as category_name_de,
    node_name_en as category_name_en,
    node_type = 'overall' as is_overall,
    depth,
    height,
    sort_order,
    sort_path,
    weight,
    aggregation,
    project_cap_share,
    is_simulated_ranking,
    source
from {{ ref('int_edition_nodes') }}
where node_type <> 'indicator'
