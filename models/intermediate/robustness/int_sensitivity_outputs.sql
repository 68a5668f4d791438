{#- The figure whose uncertainty is explained: the mean absolute rank shift of a run's cities. -#}
with

runs as (
    select *
    from {{ ref('int_simulations') }}
    where simulation_type = 'sensitivity'
),

ranks as (
    select * from {{ ref('int_ranked_cities') }}
)

select
    runs.edition_key,
    runs.simulation_group as matrix,
    runs.draw,
    cast(
        {{ divide('sum(abs(run_results.rank - ranks.rank))', 'count(*)') }} as decimal(12, 6)
    ) as mean_rank_shift
from runs
inner join {{ ref('int_simulation_results') }} as run_results using (simulation_number)
inner join ranks using (edition_key, city_id)
group by runs.edition_key, runs.simulation_group, runs.draw
