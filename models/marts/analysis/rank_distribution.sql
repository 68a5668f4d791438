with

runs as (
    select *
    from {{ ref('int_simulations') }}
    where simulation_type = 'weights'
),

counted as (
    select
        runs.edition_key,
        runs.simulation_group as scenario_id,
        run_results.city_id,
        run_results.rank,
        count(*) as draws_at_rank
    from {{ ref('int_simulation_results') }} as run_results
    inner join runs using (simulation_number)
    group by runs.edition_key, runs.simulation_group, run_results.city_id, run_results.rank
),

totals as (
    select
        edition_key,
        scenario_id,
        city_id,
        sum(draws_at_rank) as draw_count
    from counted
    group by edition_key, scenario_id, city_id
)

select
    counted.edition_key,
    results.ranking_id,
    results.edition,
    counted.scenario_id,
    counted.city_id,
    counted.rank,
    cast(counted.draws_at_rank as integer) as draws_at_rank,
    {{ divide('counted.draws_at_rank', 'totals.draw_count') }} as share_of_draws,
    results.scored_indicator_count,
    results.indicator_count,
    results.analysed_city_count,
    results.edition_city_count,
    results.is_simulated,
    results.is_simulated_ranking
from counted
inner join totals using (edition_key, scenario_id, city_id)
inner join {{ ref('int_ranked_cities') }} as results using (edition_key, city_id)
