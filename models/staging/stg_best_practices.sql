with

source as (
    select * from {{ ref('best_practices') }}
),

renamed as (
    select
        ---------- ids
        ranking_id,
        edition,
        city_id,
        sort_order,
        ---------- texts
        title_de,
        title_en,
        summary_de,
        summary_en,
        link,
        source
    from source
)

select * from renamed
