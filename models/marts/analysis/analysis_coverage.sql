with

fields as (
    select * from {{ ref('int_analysis_fields') }}
),

editions as (
    select * from {{ ref('int_editions') }}
),

final as (
    select
        fields.edition_key,
        editions.ranking_id,
        editions.edition,
        editions.previous_edition,
        fields.status,
        fields.city_count,
        fields.expected_score_count,
        fields.score_count,
        fields.is_additive,
        editions.is_simulated_field
    from fields
    inner join editions using (edition_key)
)

select * from final
