with

-- ranks under the edition that follows theirs
previous_ranks as (
    select
        editions.edition_key,
        scores.city_id,
        scores.indicator_id,
        scores.rank
    from {{ ref('int_editions') }} as editions
    inner join {{ ref('int_normalised_scores') }} as scores
        on editions.previous_edition_key = scores.edition_key
)

select
    ---------- ids
    scores.edition_key,
    nodes.ranking_id,
    nodes.edition,
    scores.city_id,
    scores.indicator_id,
    {{ node_key('scores.edition_key', 'scores.indicator_id') }} as indicator_key,
    nodes.parent_node_id as category_id,
    {{ node_key('scores.edition_key', 'nodes.parent_node_id') }} as category_key,

    ---------- score
    nodes.role,
    scores.status,
    scores.raw_value,
    scores.reference_period,
    scores.geographic_level,
    scores.score,
    {{ displayed_number('scores.score', 'nodes.score_digits') }} as score_displayed,

    ---------- rank within the indicator
    scores.rank,
    scores.ranked_city_count,
    previous_ranks.rank as previous_rank,
    previous_ranks.rank - scores.rank as tendency,
    editions.is_method_changed,

    ---------- provenance
    scores.is_simulated,
    nodes.is_simulated_ranking,
    scores.source
from {{ ref('int_normalised_scores') }} as scores
inner join {{ ref('int_edition_nodes') }} as nodes
    on scores.edition_key = nodes.edition_key and scores.indicator_id = nodes.node_id
inner join {{ ref('int_editions') }} as editions on scores.edition_key = editions.edition_key
left join previous_ranks
    on
        scores.edition_key = previous_ranks.edition_key
        and scores.city_id = previous_ranks.city_id
        and scores.indicator_id = previous_ranks.indicator_id
