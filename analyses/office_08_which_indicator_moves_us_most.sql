-- Which indicator alone would move us most, the rest of the field as it is?
select
    indicator_id,
    category_id,
    score,
    score_points_to_next_rank,
    reaches_next_rank,
    rank_at_median,
    rank_at_best_quarter,
    rank_at_maximum,
    index_points_at_maximum
from {{ ref('what_if_scores') }}
where ranking_id = 'open_data_index' and edition = 2026 and city_id = 'duesseldorf'
order by index_points_at_maximum desc, indicator_id asc
