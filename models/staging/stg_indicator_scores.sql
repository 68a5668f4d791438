with

source as (
    select * from {{ ref('indicator_scores') }}
),

simulated_source as (
    select * from {{ ref('simulated_indicator_scores') }}
),

unioned as (
    select
        source.*,
        false as is_simulated
    from source
    union all
    select
        simulated_source.*,
        true as is_simulated
    from simulated_source
),

renamed as (
    select
        ---------- ids
        ranking_id,
        edition,
        city_id,
        indicator_id,
        ---------- figures
        raw_value,
        ---------- texts
        source,
        ---------- flags
        is_not_applicable,
        is_simulated
    from unioned
)

select * from renamed
