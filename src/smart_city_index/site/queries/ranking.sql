-- The ranking tables: place, tendency and index of every city in every edition and category.
-- An empty place, tendency or index is not recorded and cannot be computed.
select
    results.ranking_id,
    results.edition,
    results.category_id,
    results.city_id,
    cities.city_name,
    cities.state_code,
    cities.state_name,
    cities.size_class_id,
    cities.size_class_name_de,
    cities.size_class_name_en,
    cities.population,
    cities.latitude,
    cities.longitude,
    cities.is_simulated as is_simulated_city,
    results.rank,
    results.tendency,
    results.previous_edition,
    results.index_displayed,
    results.is_new_in_edition,
    results.is_method_changed,
    results.is_simulated
from fct_index_results as results
inner join dim_cities as cities on results.city_id = cities.city_id
order by
    results.ranking_id asc,
    results.edition asc,
    results.category_id asc,
    results.rank asc nulls last,
    results.index_value desc nulls last,
    strip_accents(cities.city_name) asc
