-- What separates us from the city one place above, and from the mean of the field?
select
    waterfall.comparison,
    waterfall.compared_city_id,
    waterfall.category_id,
    waterfall.index_points_ahead,
    sum(waterfall.index_points_ahead) over (partition by waterfall.comparison)
        as index_points_ahead_in_all
from {{ ref('category_waterfall') }} as waterfall
where
    waterfall.ranking_id = 'simulated_field'
    and waterfall.edition = 2025
    and waterfall.city_id = 'duesseldorf'
order by waterfall.comparison desc, waterfall.index_points_ahead asc
