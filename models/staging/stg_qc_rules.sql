with

source as (
    select * from {{ ref('qc_rules') }}
),

renamed as (
    select
        ---------- ids
        rule_id,
        ---------- settings
        threshold,
        ---------- texts
        description
    from source
)

select * from renamed
