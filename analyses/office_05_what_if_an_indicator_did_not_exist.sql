-- What does our rank owe to one indicator? Indicators without which we would stand elsewhere.
select
    indicator_id,
    rank,
    rank_without,
    ranks_gained_without
from {{ ref('leave_one_indicator_out') }}
where
    ranking_id = 'open_data_index'
    and edition = 2026
    and city_id = 'duesseldorf'
    and ranks_gained_without <> 0
order by ranks_gained_without desc, indicator_id asc
