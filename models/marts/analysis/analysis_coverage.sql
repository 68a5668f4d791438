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
        editions.is_simulated_ranking
    from {{ ref('int_analysed_editions') }} as fields
    inner join {{ ref('int_editions') }} as editions using (edition_key)
)

select * from final
