with

source as (
    select * from {{ ref('rankings') }}
),

renamed as (
    select
        ---------- ids
        ranking_id,
        reference_ranking_id,
        ---------- texts
        name_de as ranking_name_de,
        name_en as ranking_name_en,
        publisher,
        description,
        source,
        ---------- flags
        is_simulated_field
    from source
)

select * from renamed
