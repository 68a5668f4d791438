with

ranks as (
    select * from {{ ref('int_indicator_scores') }}
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

-- ranks under the edition that follows theirs
previous_ranks as (
    select
        scores.ranking_id,
        nodes.edition,
        scores.city_id,
        scores.indicator_id,
        scores.rank
    from {{ ref('int_indicator_scores') }} as scores
    inner join nodes
        on
            scores.ranking_id = nodes.ranking_id
            and scores.edition = nodes.previous_edition
            and scores.indicator_id = nodes.node_id
),

rankings as (
    select * from {{ ref('stg_rankings') }}
),

final as (
    select
        ---------- ids
        ranks.ranking_id,
        ranks.edition,
        ranks.city_id,
        ranks.indicator_id,
        nodes.parent_node_id as category_id,

        ---------- score
        nodes.role,
        ranks.status,
        ranks.raw_value,
        ranks.score,
        {{ printed_number('ranks.score', 'nodes.score_digits') }} as score_printed,

        ---------- place within the indicator
        ranks.rank,
        ranks.ranked_city_count,
        previous_ranks.rank as previous_rank,
        previous_ranks.rank - ranks.rank as tendency,

        ---------- provenance
        ranks.is_simulated,
        rankings.is_simulated_field,
        ranks.source
    from ranks
    inner join nodes
        on
            ranks.ranking_id = nodes.ranking_id
            and ranks.edition = nodes.edition
            and ranks.indicator_id = nodes.node_id
    inner join rankings using (ranking_id)
    left join previous_ranks using (ranking_id, edition, city_id, indicator_id)
)

select * from final
