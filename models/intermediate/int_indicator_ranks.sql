{#- Scores with their rank within the indicator. -#}
with

scores as (
    select * from {{ ref('int_indicator_scores') }}
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

results as (
    select
        scores.ranking_id,
        scores.edition,
        scores.city_id,
        scores.indicator_id as node_id,
        scores.raw_value,
        scores.status,
        scores.status <> 'not_applicable' as is_applicable,
        scores.score,
        scores.is_simulated,
        scores.source,
        nodes.minimum_field_coverage,
        {{ rank_value('scores.score', 'nodes.rank_taken_on', 'nodes.index_digits') }} as rank_value
    from scores
    inner join nodes
        on
            scores.ranking_id = nodes.ranking_id
            and scores.edition = nodes.edition
            and scores.indicator_id = nodes.node_id
),

{{ rank_ctes('results') }},

final as (
    select
        ranking_id,
        edition,
        city_id,
        node_id as indicator_id,
        raw_value,
        status,
        score,
        is_simulated,
        source,
        computed_rank as rank,
        cast(case when is_ranked then valued_city_count end as integer) as ranked_city_count
    from ranked
)

select * from final
