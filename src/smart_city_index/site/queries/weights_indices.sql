-- The category indices that weights of one's own are put on, unrounded, in the order of the page.
select
    results.ranking_id,
    results.edition,
    results.city_id,
    cities.city_name,
    cities.state_name,
    cities.is_simulated as is_simulated_city,
    results.category_id,
    categories.category_name_de,
    categories.category_name_en,
    results.index_value,
    results.is_simulated
from fct_index_results as results
inner join dim_categories as categories
    on results.category_key = categories.category_key and categories.depth = 1
inner join dim_cities as cities on results.city_id = cities.city_id
order by
    results.ranking_id,
    results.edition,
    cities.city_name,
    results.city_id,
    categories.sort_path
