{#-
  The rank as a function of one score: a staircase. Another city is passed at the score with which
  the index reaches what that city's rank needs; a city that is not ahead as it is is passed at the
  score as it is at the latest.
-#}
with

cities as (
    select * from {{ ref('int_ranked_cities') }}
),

levers as (
    select
        levers.edition_key,
        levers.city_id,
        levers.indicator_id,
        levers.category_id,
        levers.score,
        levers.maximum_score,
        levers.effective_weight,
        cities.index_value,
        cities.rank_value
    from {{ ref('what_if_scores') }} as levers
    inner join cities using (edition_key, city_id)
),

compared as (
    select
        levers.edition_key,
        levers.city_id,
        levers.indicator_id,
        levers.score,
        levers.maximum_score,
        levers.effective_weight,
        others.rank_value <= levers.rank_value as is_passed,
        others.index_to_reach - levers.index_value as index_points_needed
    from levers
    inner join cities as others
        on levers.edition_key = others.edition_key and levers.city_id <> others.city_id
),

-- a quotient is taken only where it lies between the least and the greatest score
starts as (
    select
        edition_key,
        city_id,
        indicator_id,
        cast(0 as {{ type_index() }}) as score_from,
        0 as passed_count
    from levers
    union all
    select
        edition_key,
        city_id,
        indicator_id,
        case
            when
                index_points_needed <= {{ multiply('effective_weight', '(0 - score)') }}
                then cast(0 as {{ type_index() }})
            when is_passed
                then greatest(
                    least(score + {{ divide('index_points_needed', 'effective_weight') }}, score), 0
                )
            else score + {{ divide('index_points_needed', 'effective_weight') }}
        end as score_from,
        1 as passed_count
    from compared
    where
        is_passed
        or index_points_needed <= {{ multiply('effective_weight', '(maximum_score - score)') }}
),

steps as (
    select
        edition_key,
        city_id,
        indicator_id,
        score_from,
        sum(passed_count) as passed_count
    from starts
    group by edition_key, city_id, indicator_id, score_from
),

staircases as (
    select
        edition_key,
        city_id,
        indicator_id,
        score_from,
        row_number() over up_the_scores as step,
        lead(score_from) over up_the_scores as next_score_from,
        sum(passed_count) over up_the_scores as passed_count
    from steps
    window up_the_scores as (partition by edition_key, city_id, indicator_id order by score_from)
)

select
    ---------- ids
    levers.edition_key,
    cities.ranking_id,
    cities.edition,
    levers.city_id,
    levers.indicator_id,
    {{ node_key('levers.edition_key', 'levers.indicator_id') }} as indicator_key,
    levers.category_id,
    {{ node_key('levers.edition_key', 'levers.category_id') }} as category_key,
    cast(staircases.step as integer) as step,

    ---------- from score to score
    cast(staircases.score_from as {{ type_index() }}) as score_from,
    cast(coalesce(staircases.next_score_from, levers.maximum_score) as {{ type_index() }})
        as score_to,
    cast(
        levers.index_value
        + {{ multiply('levers.effective_weight', '(staircases.score_from - levers.score)') }}
        as {{ type_index() }}
    ) as index_from,
    cast(
        levers.index_value
        + {{ multiply(
            'levers.effective_weight',
            '(coalesce(staircases.next_score_from, levers.maximum_score) - levers.score)'
        ) }}
        as {{ type_index() }}
    ) as index_to,
    cast(cities.analysed_city_count - staircases.passed_count as integer) as rank,
    levers.score >= staircases.score_from
    and levers.score < coalesce(staircases.next_score_from, levers.maximum_score + 1)
        as is_current,

    ---------- coverage
    cities.scored_indicator_count,
    cities.indicator_count,
    cities.analysed_city_count,
    cities.edition_city_count,

    ---------- provenance
    cities.is_simulated,
    cities.is_simulated_ranking
from staircases
inner join levers using (edition_key, city_id, indicator_id)
inner join cities using (edition_key, city_id)
