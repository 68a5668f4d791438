with

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

nodes as (
    select *
    from {{ ref('int_edition_nodes') }}
    where role = 'regular'
),

known_scores as (
    select
        scores.edition_key,
        nodes.ranking_id,
        nodes.edition,
        scores.city_id,
        scores.indicator_id,
        nodes.parent_node_id as category_id,
        scores.score,
        {{ rank_value('scores.score', 'nodes.rank_taken_on', 'nodes.score_digits') }} as rank_value,
        analysed.city_count as edition_city_count,
        scores.is_simulated,
        nodes.is_simulated_ranking
    from analysed
    inner join {{ ref('int_normalised_scores') }} as scores using (edition_key)
    inner join nodes
        on scores.edition_key = nodes.edition_key and scores.indicator_id = nodes.node_id
    where scores.score is not null
),

scores as (
    select
        *,
        cast(
            rank() over (
                partition by edition_key, indicator_id order by rank_value desc nulls last
            ) as integer
        ) as rank
    from known_scores
),

counted as (
    select
        *,
        count(*) over (partition by edition_key, indicator_id) as city_count,
        count(*) over (partition by edition_key, indicator_id, rank) as tie_size
    from scores
)

-- tied cities share their mean rank, so that an indicator without differences is nobody's strength
select
    edition_key,
    ranking_id,
    edition,
    city_id,
    indicator_id,
    {{ node_key('edition_key', 'indicator_id') }} as indicator_key,
    category_id,
    {{ node_key('edition_key', 'category_id') }} as category_key,
    score,
    rank,
    cast(city_count as integer) as ranked_city_count,
    edition_city_count,
    {{ divide('2 * rank + tie_size - 1', '2') }} as mean_rank,
    case
        when 2 * rank + tie_size - 1 <= 2 * {{ setting('strength_share') }} * city_count
            then 'strength'
        when
            2 * (city_count + 1) - (2 * rank + tie_size - 1)
            <= 2 * {{ setting('strength_share') }} * city_count
            then 'weakness'
        else 'neither'
    end as assessment,
    is_simulated,
    is_simulated_ranking
from counted
