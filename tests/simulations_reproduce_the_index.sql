{#-
  The unchanged run gives the index of every analysed city, to 8 digits, and its rank: the rank of the
  ranking itself wherever that is computed.
-#}
{{ config(group='analysis') }}

with

runs as (
    select *
    from {{ ref('int_simulations') }}
    where simulation_type = 'base'
),

run_results as (
    select * from {{ ref('int_simulation_results') }}
),

ranks as (
    select *
    from {{ ref('int_ranks') }}
    where node_id = 'overall'
),

results as (
    select
        ranked_cities.edition_key,
        ranked_cities.city_id,
        ranked_cities.index_value,
        case
            when ranks.ranked_city_count = ranked_cities.analysed_city_count
                then ranks.computed_rank
            else ranked_cities.rank
        end as rank
    from {{ ref('int_ranked_cities') }} as ranked_cities
    inner join ranks using (edition_key, city_id)
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
