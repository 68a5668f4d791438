{#- The tree of every edition, with the settings of its methodology at each node. -#}
select
    ---------- ids
    editions.edition_key,
    editions.ranking_id,
    editions.edition,
    editions.previous_edition_key,
    editions.previous_scale_factor,
    nodes.node_id,
    nodes.parent_node_id,
    editions.methodology_id,

    ---------- tree
    nodes.node_type,
    nodes.role,
    nodes.sort_order,
    nodes.sort_path,
    nodes.node_number,
    nodes.depth,
    nodes.height,
    nodes.weight,
    nodes.effective_weight,
    nodes.aggregation,
    nodes.project_cap_share,

    ---------- normalisation of indicators
    nodes.direction,
    nodes.normalisation,
    nodes.lower_goalpost,
    nodes.upper_goalpost,
    nodes.is_capped,
    nodes.is_logarithmic,

    ---------- settings of the methodology
    editions.scale_maximum,
    editions.score_digits,
    editions.index_digits,
    editions.rank_taken_on,
    editions.missing_value_rule,
    editions.minimum_coverage,
    editions.minimum_city_coverage,
    editions.coarser_value_rule,

    ---------- texts
    nodes.node_name_de,
    nodes.node_name_en,
    nodes.name_is_inferred,
    nodes.unit,
    editions.is_simulated_ranking,
    nodes.source
from {{ ref('int_editions') }} as editions
inner join {{ ref('int_framework_nodes') }} as nodes using (methodology_id)
