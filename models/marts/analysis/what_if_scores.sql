{%- set targets = ['median', 'best_quarter', 'maximum'] -%}
with

effective_weights as (
    select *
    from {{ ref('int_effective_weights') }}
    where node_type = 'indicator'
),

ranked_cities as (
    select * from {{ ref('int_ranked_cities') }}
),

-- the city just ahead is the one before the first of this rank
levers as (
    select
        ranked_cities.edition_key,
        ranked_cities.city_id,
        effective_weights.node_id as indicator_id,
        effective_weights.parent_node_id,
        effective_weights.role,
        effective_weights.effective_weight,
        effective_weights.maximum_score,
        ranked_cities.rank,
        ranked_cities.index_value,
        ranked_cities.rank_taken_on,
        ranked_cities.index_digits,
        better_cities.index_to_reach - ranked_cities.index_value as index_points_to_next_rank,
        least(scores.index_value, effective_weights.maximum_score) as score,
        statistics.median_score,
        statistics.third_quartile as best_quarter_score
    from effective_weights
    inner join ranked_cities using (edition_key, city_id)
    inner join {{ ref('int_node_values') }} as scores using (edition_key, city_id, node_id)
    inner join {{ ref('indicator_statistics') }} as statistics
        on
            effective_weights.edition_key = statistics.edition_key
            and effective_weights.node_id = statistics.indicator_id
    left join ranked_cities as better_cities
        on
            ranked_cities.edition_key = better_cities.edition_key
            and ranked_cities.rank - 1 = better_cities.position
    where effective_weights.effective_weight > 0 and scores.index_value is not null
),

-- an indicator is raised, never lowered
raised_scores as (
    {% for target in targets %}
    select
        edition_key,
        city_id,
        indicator_id,
        '{{ target }}' as target,
        index_value
        + {{ multiply('effective_weight', '(greatest(score, ' ~ target ~ '_score) - score)') }}
            as raised_index,
        rank_taken_on,
        index_digits
    from levers
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

queries as (
    select
        edition_key,
        city_id,
        indicator_id,
        target,
        {{ rank_value('raised_index', 'rank_taken_on', 'index_digits') }} as query_value
    from raised_scores
),

better_counts as (
    {{ better_city_counts(
        'queries', 'ranked_cities', ['edition_key'], ['city_id', 'indicator_id', 'target']
    ) }}
),

raised_ranks as (
    select
        edition_key,
        city_id,
        indicator_id,
    {% for target in targets %}
    cast(1 + max(case when target = '{{ target }}' then better_city_count end) as integer)
        as rank_at_{{ target }}{{ ',' if not loop.last }}
    {% endfor %}
    from better_counts
    group by edition_key, city_id, indicator_id
)

select
    ---------- ids
    levers.edition_key,
    ranked_cities.ranking_id,
    ranked_cities.edition,
    levers.city_id,
    levers.indicator_id,
    {{ node_key('levers.edition_key', 'levers.indicator_id') }} as indicator_key,
    levers.parent_node_id as category_id,
    {{ node_key('levers.edition_key', 'levers.parent_node_id') }} as category_key,
    levers.role,

    ---------- as it is
    levers.rank,
    cast(levers.score as {{ type_index() }}) as score,
    levers.maximum_score,
    levers.effective_weight,

    ---------- the next better rank by this indicator alone
    {{ divide('levers.index_points_to_next_rank', 'levers.effective_weight') }}
        as score_points_to_next_rank,
    coalesce(
        {{ divide('levers.index_points_to_next_rank', 'levers.effective_weight') }}
        <= levers.maximum_score - levers.score,
        false
    ) as reaches_next_rank,

    ---------- the rank if the indicator rose
    levers.median_score,
    raised_ranks.rank_at_median,
    levers.best_quarter_score,
    raised_ranks.rank_at_best_quarter,
    raised_ranks.rank_at_maximum,
    levers.rank - raised_ranks.rank_at_maximum as ranks_gained_at_maximum,
    {{ multiply('levers.effective_weight', '(levers.maximum_score - levers.score)') }}
        as index_points_at_maximum,

    ---------- coverage
    ranked_cities.scored_indicator_count,
    ranked_cities.indicator_count,
    ranked_cities.analysed_city_count,
    ranked_cities.edition_city_count,

    ---------- provenance
    ranked_cities.is_simulated,
    ranked_cities.is_simulated_ranking
from levers
inner join raised_ranks using (edition_key, city_id, indicator_id)
inner join ranked_cities using (edition_key, city_id)
