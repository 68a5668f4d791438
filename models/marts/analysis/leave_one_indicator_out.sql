with

runs as (
    select *
    from {{ ref('int_simulations') }}
    where simulation_type = 'leave_one_out'
),

results as (
    select * from {{ ref('int_ranked_cities') }}
)

select
    runs.edition_key,
    results.ranking_id,
    results.edition,
    runs.simulation_group as indicator_id,
    {{ node_key('runs.edition_key', 'runs.simulation_group') }} as indicator_key,
    run_results.city_id,
    results.index_value,
    run_results.index_value as index_without,
    results.rank,
    run_results.rank as rank_without,
    results.rank - run_results.rank as ranks_gained_without,
    results.scored_indicator_count,
    results.indicator_count,
    results.analysed_city_count,
    results.edition_city_count,
    results.is_simulated,
    results.is_simulated_ranking
from runs
inner join {{ ref('int_simulation_results') }} as run_results using (simulation_number)
inner join results using (edition_key, city_id)
