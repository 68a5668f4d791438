with

source as (
    select * from {{ ref('ranking_limits') }}
),

renamed as (
    select
        ---------- ids
        ranking_id,
        ---------- settings
        minimum_population,
        minimum_latitude,
        maximum_latitude,
        minimum_longitude,
        maximum_longitude,
        ---------- texts
        source
    from source
)

select * from renamed
