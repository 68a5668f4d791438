with

source as (
    select * from {{ ref('city_facts') }}
),

renamed as (
    select
        ---------- ids
        city_id,
        edition,
        ---------- figures
        population,
        area_km2,
        ---------- texts
        source
    from source
)

select * from renamed
