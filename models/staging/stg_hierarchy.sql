with

source as (
    select * from {{ ref('hierarchy') }}
),

renamed as (
    select
        ---------- ids
        methodology_id,
        node_id,
        parent_node_id,
        ---------- texts
        name_de as node_name_de,
        name_en as node_name_en,
        unit,
        source,
        ---------- settings
        node_type,
        role,
        sort_order,
        direction,
        scoring_rule,
        lower_goalpost,
        upper_goalpost,
        weight,
        aggregation,
        project_cap_share,
        ---------- flags
        is_capped,
        is_logarithmic,
        name_is_inferred
    from source
)

select * from renamed
