-- What separates us from the city one rank above, and from the mean of the field?
select
    waterfall.comparison,
    waterfall.compared_city_id,
    waterfall.category_id,
    waterfall.index_points_ahead,
    sum(waterfall.index_points_ahead) over (partition by waterfall.comparison)
        as index_points_ahead_in_all
from {{ ref('category_waterfall') }} as waterfall
where
    waterfall.ranking_id = 'open_data_index'
    and waterfall.edition = 2026
    and waterfall.city_id = 'duesseldorf'
order by waterfall.comparison desc, waterfall.index_points_ahead asc
