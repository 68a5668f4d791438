with

runs as (
    select *
    from {{ ref('int_simulations') }}
    where simulation_type = 'weights'
),

run_results as (
    select * from {{ ref('int_simulation_results') }}
),

results as (
    select * from {{ ref('int_ranked_cities') }}
),

-- the same draw of weights in both editions
paired_runs as (
    select
        runs.simulation_number,
        previous_runs.simulation_number as previous_simulation_number,
        runs.edition_key,
        runs.simulation_group as scenario_id
    from runs
    inner join {{ ref('int_analysed_editions') }} as analysed using (edition_key)
    inner join runs as previous_runs
        on
            analysed.previous_edition_key = previous_runs.edition_key
            and runs.simulation_group = previous_runs.simulation_group
            and runs.draw = previous_runs.draw
),

changes as (
    select
        paired_runs.edition_key,
        paired_runs.scenario_id,
        run_results.city_id,
        previous_results.rank - run_results.rank as drawn_tendency
    from paired_runs
    inner join run_results using (simulation_number)
    inner join run_results as previous_results
        on
            paired_runs.previous_simulation_number = previous_results.simulation_number
            and run_results.city_id = previous_results.city_id
),

summarised as (
    select
        edition_key,
        scenario_id,
        city_id,
        count(*) as draw_count,
        {{ divide('sum(drawn_tendency)', 'count(*)') }} as mean_drawn_tendency,
        {{ divide('sum(case when drawn_tendency > 0 then 1 else 0 end)', 'count(*)') }}
            as probability_rose,
        {{ divide('sum(case when drawn_tendency = 0 then 1 else 0 end)', 'count(*)') }}
            as probability_unchanged,
        {{ divide('sum(case when drawn_tendency < 0 then 1 else 0 end)', 'count(*)') }}
            as probability_fell
    from changes
    group by edition_key, scenario_id, city_id
)

select
    summarised.edition_key,
    results.ranking_id,
    results.edition,
    summarised.scenario_id,
    summarised.city_id,
    cast(summarised.draw_count as integer) as draw_count,
    results.tendency,
    results.is_method_changed,
    summarised.mean_drawn_tendency,
    summarised.probability_rose,
    summarised.probability_unchanged,
    summarised.probability_fell,
    results.scored_indicator_count,
    results.indicator_count,
    results.analysed_city_count,
    results.edition_city_count,
    results.is_simulated or previous_results.is_simulated as is_simulated,
    results.is_simulated_ranking
from summarised
inner join results using (edition_key, city_id)
inner join results as previous_results
    on
        results.previous_edition_key = previous_results.edition_key
        and results.city_id = previous_results.city_id
