{#-
  The index is a sum, so that the cheapest set is found by sorting. Fewest indicators: the largest
  possible gains first. Fewest score points: the largest effective weights first. The last indicator
  is raised only as far as needed.
-#}
with

levers as (
    select *
    from {{ ref('what_if_scores') }}
    where index_points_at_maximum > 0
),

ranked_cities as (
    select * from {{ ref('int_ranked_cities') }}
),

-- the index that has to be equalled
city_goals as (
    select
        ranked_cities.edition_key,
        ranked_cities.city_id,
        goals.ranks_to_gain,
        better_cities.rank as rank_to_reach,
        better_cities.index_to_reach - ranked_cities.index_value as index_points_needed
    from ranked_cities
    cross join {{ ref('stg_rank_targets') }} as goals
    inner join ranked_cities as better_cities
        on
            ranked_cities.edition_key = better_cities.edition_key
            and ranked_cities.rank - goals.ranks_to_gain = better_cities.position
),

ordered_levers as (
    {% for objective, order in [
        ('fewest_indicators', 'index_points_at_maximum desc, indicator_id asc'),
        (
            'fewest_score_points',
            'effective_weight desc, index_points_at_maximum desc, indicator_id asc'
        ),
    ] %}
    select
        *,
        '{{ objective }}' as objective,
        row_number() over (
            partition by edition_key, city_id order by {{ order }}
        ) as step,
        sum(index_points_at_maximum) over (
            partition by edition_key, city_id
            order by {{ order }}
            rows between unbounded preceding and current row
        ) as index_points_up_to_step
    from levers
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

possible_gains as (
    select
        edition_key,
        city_id,
        sum(index_points_at_maximum) as possible_index_points
    from levers
    group by edition_key, city_id
),

steps as (
    select
        ordered_levers.edition_key,
        ordered_levers.ranking_id,
        ordered_levers.edition,
        ordered_levers.city_id,
        city_goals.ranks_to_gain,
        ordered_levers.objective,
        ordered_levers.step,
        ordered_levers.indicator_id,
        ordered_levers.rank,
        city_goals.rank_to_reach,
        city_goals.index_points_needed,
        ordered_levers.score,
        ordered_levers.maximum_score,
        ordered_levers.effective_weight,
        ordered_levers.scored_indicator_count,
        ordered_levers.indicator_count,
        ordered_levers.analysed_city_count,
        ordered_levers.edition_city_count,
        ordered_levers.is_simulated,
        ordered_levers.is_simulated_ranking,
        least(
            ordered_levers.index_points_at_maximum,
            city_goals.index_points_needed
            - (ordered_levers.index_points_up_to_step - ordered_levers.index_points_at_maximum)
        ) as index_points
    from city_goals
    inner join possible_gains using (edition_key, city_id)
    inner join ordered_levers using (edition_key, city_id)
    where city_goals.index_points_needed <= possible_gains.possible_index_points
)

select
    ---------- ids
    edition_key,
    ranking_id,
    edition,
    city_id,
    ranks_to_gain,
    objective,
    cast(step as integer) as step,
    indicator_id,
    {{ node_key('edition_key', 'indicator_id') }} as indicator_key,

    ---------- goal
    rank,
    rank_to_reach,
    cast(index_points_needed as {{ type_index() }}) as index_points_needed,

    ---------- step
    score as score_from,
    least(
        maximum_score,
        cast(score + {{ divide('index_points', 'effective_weight') }} as {{ type_index() }})
    ) as score_to,
    cast(index_points as {{ type_index() }}) as index_points,

    ---------- coverage
    scored_indicator_count,
    indicator_count,
    analysed_city_count,
    edition_city_count,

    ---------- provenance
    is_simulated,
    is_simulated_ranking
from steps
where index_points > 0
