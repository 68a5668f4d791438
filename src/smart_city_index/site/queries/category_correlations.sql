-- How closely the indices of two categories go together, the overall index included.
select
    correlations.ranking_id,
    correlations.edition,
    correlations.category_id,
    correlations.other_category_id,
    correlations.correlation,
    correlations.city_count,
    correlations.edition_city_count,
    correlations.has_high_correlation
from category_correlations as correlations
inner join dim_categories as categories on correlations.category_key = categories.category_key
inner join dim_categories as other_categories
    on correlations.other_category_key = other_categories.category_key
order by
    correlations.ranking_id,
    correlations.edition,
    categories.sort_path,
    other_categories.sort_path
