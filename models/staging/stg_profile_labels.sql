with

source as (
    select * from {{ ref('profile_labels') }}
),

renamed as (
    select
        ---------- ids
        line_id,
        ---------- texts
        label_de,
        label_en,
        source
    from source
)

select * from renamed
