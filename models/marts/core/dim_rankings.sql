with

rankings as (
    select * from {{ ref('stg_rankings') }}
),

final as (
    select
        ranking_id,
        ranking_name_de,
        ranking_name_en,
        publisher,
        reference_ranking_id,
        is_simulated_field,
        description,
        source
    from rankings
)

select * from final
