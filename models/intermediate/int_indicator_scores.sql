{#- Scores with their rank within the indicator. -#}
with

{{ rank_ctes(ref('int_scored_values'), 'indicator_id') }},

final as (
    select
        ranking_id,
        edition,
        city_id,
        indicator_id,
        raw_value,
        status,
        score,
        is_simulated,
        source,
        computed_rank as rank,
        ranked_city_count
    from ranked
)

select * from final
