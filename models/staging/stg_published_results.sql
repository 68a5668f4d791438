with

source as (
    select * from {{ ref('published_results') }}
),

renamed as (
    select
        ---------- ids
        ranking_id,
        edition,
        city_id,
        category_id,
        ---------- figures
        published_rank,
        published_tendency,
        published_index,
        index_digits as published_index_digits,
        ---------- texts
        source
    from source
)

select * from renamed
