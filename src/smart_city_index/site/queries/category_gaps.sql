-- What separates the city from the one above it: points of the overall index, by category.
select
    waterfall.ranking_id,
    waterfall.edition,
    waterfall.city_id,
    waterfall.compared_city_id,
    compared.city_name as compared_city_name,
    waterfall.category_id,
    categories.category_name_de,
    categories.category_name_en,
    waterfall.index_points_ahead
from category_waterfall as waterfall
inner join dim_cities as compared on waterfall.compared_city_id = compared.city_id
inner join dim_categories as categories on waterfall.category_key = categories.category_key
where waterfall.comparison = 'next_better_city'
order by waterfall.ranking_id, waterfall.city_id, waterfall.edition, categories.sort_path
