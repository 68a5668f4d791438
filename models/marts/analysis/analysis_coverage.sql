with

final as (
    select
        analysed.edition_key,
        editions.ranking_id,
        editions.edition,
        editions.previous_edition,
        analysed.status,
        analysed.city_count,
        analysed.analysed_city_count,
        analysed.expected_score_count,
        analysed.score_count,
        analysed.is_additive,
        analysed.run_count,
        analysed.cell_count,
        editions.is_simulated_ranking
    from {{ ref('int_analysed_editions') }} as analysed
    inner join {{ ref('int_editions') }} as editions using (edition_key)
)

select * from final
