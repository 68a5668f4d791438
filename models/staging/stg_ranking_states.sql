with

source as (
    select * from {{ ref('ranking_states') }}
),

renamed as (
    select
        ---------- ids
        ranking_id,
        state_code,
        ---------- settings
        key_start,
        ---------- texts
        state_name,
        source
    from source
)

select * from renamed
