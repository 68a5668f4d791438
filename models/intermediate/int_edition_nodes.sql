{#- The tree of every edition, with the settings of its methodology at each node. -#}
with

editions as (
    select * from {{ ref('stg_editions') }}
),

methodologies as (
    select * from {{ ref('stg_methodologies') }}
),

nodes as (
    select * from {{ ref('int_hierarchy_nodes') }}
),

final as (
    select
        ---------- ids
        editions.ranking_id,
        editions.edition,
        editions.previous_edition,
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
        nodes.aggregation,
        nodes.project_cap_share,

        ---------- scoring of indicators
        nodes.direction,
        nodes.scoring_rule,
        nodes.lower_goalpost,
        nodes.upper_goalpost,
        nodes.is_capped,
        nodes.is_logarithmic,

        ---------- settings of the methodology
        methodologies.scale_maximum,
        methodologies.score_digits,
        methodologies.index_digits,
        methodologies.rank_taken_on,
        methodologies.missing_value_rule,
        methodologies.minimum_coverage,
        methodologies.minimum_field_coverage,

        ---------- texts
        nodes.node_name_de,
        nodes.node_name_en,
        nodes.name_is_inferred,
        nodes.unit,
        nodes.source
    from editions
    inner join methodologies using (methodology_id)
    inner join nodes using (methodology_id)
)

select * from final
