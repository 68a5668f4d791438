with

scores as (
    select * from {{ ref('int_indicator_scores') }}
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

rankings as (
    select * from {{ ref('stg_rankings') }}
),

ranks as (
    select * from {{ ref('int_node_ranks') }}
),

tendencies as (
    select * from {{ ref('int_node_tendencies') }}
),

final as (
    select
        ---------- ids
        scores.ranking_id,
        scores.edition,
        scores.city_id,
        scores.indicator_id,
        nodes.parent_node_id as category_id,

        ---------- score
        nodes.role,
        scores.status,
        scores.raw_value,
        scores.score,
        {{ printed_number('scores.score', 'nodes.score_digits') }} as score_printed,

        ---------- place within the indicator
        ranks.place as rank,
        ranks.ranked_city_count,
        tendencies.previous_rank,
        tendencies.tendency,

        ---------- provenance
        scores.is_simulated,
        rankings.is_simulated_field,
        scores.source
    from scores
    inner join nodes
        on
            scores.ranking_id = nodes.ranking_id
            and scores.edition = nodes.edition
            and scores.indicator_id = nodes.node_id
    inner join rankings on scores.ranking_id = rankings.ranking_id
    inner join ranks
        on
            scores.ranking_id = ranks.ranking_id
            and scores.edition = ranks.edition
            and scores.city_id = ranks.city_id
            and scores.indicator_id = ranks.node_id
    inner join tendencies
        on
            scores.ranking_id = tendencies.ranking_id
            and scores.edition = tendencies.edition
            and scores.city_id = tendencies.city_id
            and scores.indicator_id = tendencies.node_id
)

select * from final
