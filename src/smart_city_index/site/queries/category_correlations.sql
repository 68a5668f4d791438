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
inner join dim_categories as categories
    on
        correlations.ranking_id = categories.ranking_id
        and correlations.edition = categories.edition
        and correlations.category_id = categories.category_id
inner join dim_categories as other_categories
    on
        correlations.ranking_id = other_categories.ranking_id
        and correlations.edition = other_categories.edition
        and correlations.other_category_id = other_categories.category_id
order by
    correlations.ranking_id,
    correlations.edition,
    categories.sort_path,
    other_categories.sort_path
