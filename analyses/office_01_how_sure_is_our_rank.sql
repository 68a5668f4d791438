-- How sure is our rank? Intervals of the drawn ranks per scenario, the guaranteed bounds where the
-- scenario has them, and how often we beat the cities beside us.
select
    robustness.scenario_id,
    robustness.weight_distribution,
    robustness.weight_variation,
    robustness.rank,
    robustness.rank_p05,
    robustness.median_rank,
    robustness.rank_p95,
    bounds.best_rank as best_possible_rank,
    bounds.worst_rank as worst_possible_rank,
    robustness.share_at_rank,
    robustness.probability_top_10,
    robustness.next_better_city_id,
    robustness.probability_beats_next_better,
    robustness.next_worse_city_id,
    robustness.probability_beats_next_worse
from {{ ref('rank_robustness') }} as robustness
left join {{ ref('rank_bounds') }} as bounds
    on
        robustness.ranking_id = bounds.ranking_id
        and robustness.edition = bounds.edition
        and robustness.scenario_id = bounds.scenario_id
        and robustness.city_id = bounds.city_id
where
    robustness.ranking_id = 'open_data_index'
    and robustness.edition = 2026
    and robustness.city_id = 'duesseldorf'
order by robustness.scenario_id
