with

fields as (
    select * from {{ ref('int_analysis_fields') }}
),

rankings as (
    select * from {{ ref('stg_rankings') }}
),

final as (
    select
        fields.ranking_id,
        fields.edition,
        fields.previous_edition,
        fields.status,
        fields.city_count,
        fields.expected_score_count,
        fields.score_count,
        fields.is_additive,
        rankings.is_simulated_field
    from fields
    inner join rankings using (ranking_id)
)

select * from final
