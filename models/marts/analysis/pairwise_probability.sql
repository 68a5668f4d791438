{#- Numbers stand for edition with scenario, and for city, while draws are counted: a hundred million rows. -#}
with

runs as (
    select
        simulation_number,
        edition_key,
        simulation_group as scenario_id,
        cast(dense_rank() over (order by edition_key, simulation_group) as integer) as group_number
    from {{ ref('int_simulations') }}
    where simulation_type = 'weights'
),

cities as (
    select * from {{ ref('int_ranked_cities') }}
),

drawn as (
    select
        runs.simulation_number,
        runs.group_number,
        cities.position,
        run_results.rank_value
    from runs
    inner join {{ ref('int_simulation_results') }} as run_results using (simulation_number)
    inner join cities
        on runs.edition_key = cities.edition_key and run_results.city_id = cities.city_id
),

-- every pair once: the other way round it is the same draws
counted as (
    select
        own.group_number,
        own.position,
        others.position as other_position,
        count(*) as draw_count,
        sum(case when own.rank_value > others.rank_value then 1 else 0 end) as ahead_count,
        sum(case when own.rank_value < others.rank_value then 1 else 0 end) as behind_count
    from drawn as own
    inner join drawn as others
        on own.simulation_number = others.simulation_number and own.position < others.position
    group by own.group_number, own.position, others.position
),

pairs as (
    select
        group_number,
        position,
        other_position,
        draw_count,
        ahead_count,
        behind_count
    from counted
    union all
    select
        group_number,
        other_position as position,
        position as other_position,
        draw_count,
        behind_count as ahead_count,
        ahead_count as behind_count
    from counted
),

scenarios as (
    select distinct
        group_number,
        edition_key,
        scenario_id
    from runs
)

select
    ---------- ids
    scenarios.edition_key,
    own.ranking_id,
    own.edition,
    scenarios.scenario_id,
    own.city_id,
    others.city_id as other_city_id,

    ---------- ranks and probabilities
    own.rank,
    others.rank as other_rank,
    cast(pairs.draw_count as integer) as draw_count,
    {{ divide('pairs.ahead_count', 'pairs.draw_count') }} as probability_ahead,
    {{ divide('(pairs.draw_count - pairs.ahead_count - pairs.behind_count)', 'pairs.draw_count') }}
        as probability_tied,
    {{ divide('pairs.behind_count', 'pairs.draw_count') }} as probability_behind,

    ---------- coverage
    own.scored_indicator_count,
    own.indicator_count,
    own.analysed_city_count,
    own.edition_city_count,

    ---------- provenance
    own.is_simulated or others.is_simulated as is_simulated,
    own.is_simulated_ranking
from pairs
inner join scenarios using (group_number)
inner join cities as own
    on scenarios.edition_key = own.edition_key and pairs.position = own.position
inner join cities as others
    on scenarios.edition_key = others.edition_key and pairs.other_position = others.position
