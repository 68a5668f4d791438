with

source as (
    select * from {{ ref('published_index_changes') }}
),

renamed as (
    select
        ---------- ids
        ranking_id,
        edition,
        city_id,
        category_id,
        ---------- figures
        published_index_change,
        change_digits,
        ---------- texts
        source
    from source
)

select * from renamed
