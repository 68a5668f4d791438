with

source as (
    select * from {{ ref('official_keys') }}
),

renamed as (
    select
        ---------- ids
        city_id,
        official_key,
        ---------- texts
        source
    from source
)

select * from renamed
