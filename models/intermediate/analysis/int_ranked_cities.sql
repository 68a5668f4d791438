{#-
  The cities of analysed editions in the order of their ranks, tied cities in the order of their names,
  with what each has to reach, its neighbours and its coverage. The rank is that among the analysed
  cities: the computed one of the ranking itself where every city with an index is analysed.
-#}
with

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

indexed_cities as (
    select
        analysed.edition_key,
        analysed.previous_edition_key,
        editions.ranking_id,
        editions.edition,
        editions.previous_edition,
        editions.is_method_changed,
        results.city_id,
        results.index_value,
        editions.rank_taken_on,
        editions.index_digits,
        {{ rank_value('results.index_value', 'editions.rank_taken_on', 'editions.index_digits') }}
            as rank_value,
        results.indicator_count,
        results.scored_indicator_count,
        analysed.analysed_city_count,
        analysed.city_count as edition_city_count,
        results.is_simulated,
        editions.is_simulated_ranking
    from analysed
    inner join {{ ref('int_editions') }} as editions on analysed.edition_key = editions.edition_key
    inner join {{ ref('int_index') }} as results on analysed.edition_key = results.edition_key
    where
        results.node_id = 'overall'
        and results.computed_index is not null
        and results.scored_indicator_count > 0
),

ranked_cities as (
    select
        *,
        cast(
            rank() over (partition by edition_key order by rank_value desc nulls last) as integer
        ) as rank,
        -- half a unit below, and a little more, so that rounded quotients do not fall short
        cast(
            rank_value - {{ rank_value_unit('rank_taken_on', 'index_digits') }} / 2 + 0.0000000001
            as {{ type_index() }}
        ) as index_to_reach,
        cast(row_number() over by_rank as integer) as position,
        lag(city_id) over by_rank as next_better_city_id,
        lead(city_id) over by_rank as next_worse_city_id
    from indexed_cities
    window by_rank as (
        partition by edition_key order by rank_value desc nulls last, city_id asc
    )
)

select
    ranked_cities.*,
    previous_cities.rank - ranked_cities.rank as tendency
from ranked_cities
left join ranked_cities as previous_cities
    on
        ranked_cities.previous_edition_key = previous_cities.edition_key
        and ranked_cities.city_id = previous_cities.city_id
