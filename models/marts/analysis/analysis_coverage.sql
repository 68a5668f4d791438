with

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
    from {{ ref('int_analysis_fields') }} as fields
    inner join {{ ref('int_editions') }} as editions using (edition_key)
)

select * from final
