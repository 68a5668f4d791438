with

source as (
    select * from {{ ref('published_field_statistics') }}
),

renamed as (
    select
        ---------- ids
        ranking_id,
        edition,
        category_id,
        statistic,
        place,
        ---------- figures
        published_value,
        value_digits,
        ---------- texts
        source
    from source
)

select * from renamed
