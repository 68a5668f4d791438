with

source as (
    select * from {{ ref('analysis_settings') }}
),

renamed as (
    select
        ---------- ids
        setting_id,
        ---------- settings
        setting_value,
        ---------- texts
        description,
        source
    from source
)

select * from renamed
