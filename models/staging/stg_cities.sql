with

source as (
    select * from {{ ref('cities') }}
),

simulated_source as (
    select * from {{ ref('simulated_cities') }}
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
        city_id,
        ---------- texts
        city_name,
        state_code,
        state_name,
        source,
        ---------- figures
        population,
        latitude,
        longitude,
        ---------- flags
        is_simulated
    from unioned
)

select * from renamed
