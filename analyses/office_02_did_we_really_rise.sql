-- Did we really rise? In how many paired draws of weights we stand higher than the edition before.
select
    scenario_id,
    tendency,
    mean_drawn_tendency,
    probability_rose,
    probability_unchanged,
    probability_fell,
    draw_count
from {{ ref('tendency_probability') }}
where ranking_id = 'open_data_index' and edition = 2026 and city_id = 'duesseldorf'
order by scenario_id
