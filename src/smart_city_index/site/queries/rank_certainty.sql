-- How certain is the place? The drawn ranks of every scenario of weights, and the ranks that no
-- weights of the scenario can leave.
select
    robustness.ranking_id,
    robustness.edition,
    robustness.city_id,
    robustness.scenario_id,
    robustness.weight_distribution,
    robustness.weight_variation,
    robustness.normalisation,
    robustness.root_aggregation,
    robustness.draw_count,
    robustness.rank,
    robustness.rank_p05,
    robustness.rank_p95,
    bounds.best_rank,
    bounds.worst_rank,
    robustness.share_at_rank,
    robustness.probability_top_10,
    robustness.next_better_city_id,
    better.city_name as next_better_city_name,
    robustness.probability_beats_next_better,
    robustness.next_worse_city_id,
    worse.city_name as next_worse_city_name,
    robustness.probability_beats_next_worse
from rank_robustness as robustness
left join rank_bounds as bounds
    on
        robustness.edition_key = bounds.edition_key
        and robustness.scenario_id = bounds.scenario_id
        and robustness.city_id = bounds.city_id
left join dim_cities as better on robustness.next_better_city_id = better.city_id
left join dim_cities as worse on robustness.next_worse_city_id = worse.city_id
order by
    robustness.ranking_id asc,
    robustness.city_id asc,
    robustness.edition asc,
    robustness.draw_count desc,
    robustness.scenario_id asc
