{#- The unchanged run gives the index and the rank that stand, to 8 digits. -#}
with

runs as (
    select *
    from {{ ref('int_simulations') }}
    where simulation_type = 'base'
),

run_results as (
    select * from {{ ref('int_simulation_results') }}
),

results as (
    select *
    from {{ ref('int_ranks') }}
    where node_id = 'overall'
),

compared as (
    select
        results.edition_key,
        results.city_id,
        results.index_value,
        results.rank,
        run_results.index_value as run_index_value,
        run_results.rank as run_rank
    from runs
    inner join results using (edition_key)
    left join run_results using (simulation_number, city_id)
)

select *
from compared
where
    run_index_value is null
    or abs(run_index_value - index_value) > 0.00000001
    or run_rank is distinct from rank
