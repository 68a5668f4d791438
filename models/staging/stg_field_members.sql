with

source as (
    select * from {{ ref('field_members') }}
),

simulated_source as (
    select * from {{ ref('simulated_field_members') }}
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
        city_id,
        ---------- editions
        first_edition,
        last_edition,
        ---------- texts
        source,
        ---------- flags
        is_simulated
    from unioned
)

select * from renamed
