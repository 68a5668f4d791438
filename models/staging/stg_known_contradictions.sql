with

source as (
    select * from {{ ref('known_contradictions') }}
),

renamed as (
    select
        ---------- ids
        ranking_id,
        edition,
        city_id,
        category_id,
        figure,
        ---------- figures
        published_value,
        contradicting_value,
        ---------- texts
        contradicted_by,
        note,
        source
    from source
)

select * from renamed
