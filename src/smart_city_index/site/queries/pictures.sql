-- The indices of every category that are known, as the swarms show them.
select
    results.ranking_id,
    results.edition,
    results.category_id,
    results.city_id,
    cities.city_name,
    results.index_value
from fct_index_results as results
inner join dim_cities as cities on results.city_id = cities.city_id
where results.index_value is not null
order by results.ranking_id, results.edition, results.category_id, results.city_id
