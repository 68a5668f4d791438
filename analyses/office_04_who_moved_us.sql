-- Who moved us: we ourselves, the others, or cities that came and went? Ranks, plus is better.
select
    drivers.city_id,
    results.tendency,
    max(case when drivers.driver = 'own_change' then drivers.contribution end) as own_change,
    max(case when drivers.driver = 'others_change' then drivers.contribution end) as others_change,
    max(case when drivers.driver = 'cities_left' then drivers.contribution end) as cities_left,
    max(case when drivers.driver = 'cities_entered' then drivers.contribution end)
        as cities_entered
from {{ ref('tendency_drivers') }} as drivers
inner join {{ ref('fct_index_results') }} as results
    on
        drivers.ranking_id = results.ranking_id
        and drivers.edition = results.edition
        and drivers.city_id = results.city_id
        and results.category_id = 'overall'
where
    drivers.ranking_id = 'open_data_index'
    and drivers.edition = 2026
    and drivers.figure = 'rank'
group by drivers.city_id, results.tendency
order by results.tendency desc, drivers.city_id asc
