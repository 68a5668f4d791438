with

source as (
    select * from {{ ref('weight_scenarios') }}
),

renamed as (
    select
        ---------- ids
        scenario_id,
        ---------- settings
        distribution,
        box_share,
        normalisation,
        root_aggregation,
        draw_count,
        seed_text,
        ---------- texts
        description,
        source
    from source
)

select * from renamed
