-- What is the cheapest way up? For each goal the sets with the fewest indicators and score points.
select
    ranks_to_gain,
    objective,
    rank_to_reach,
    count(*) as indicator_count,
    sum(score_to - score_from) as score_points,
    string_agg(
        indicator_id || ' ' || cast(cast(score_from as decimal(9, 1)) as varchar)
        || ' -> ' || cast(cast(score_to as decimal(9, 1)) as varchar),
        ', '
        order by step
    ) as indicators
from {{ ref('target_scores') }}
where ranking_id = 'open_data_index' and edition = 2026 and city_id = 'duesseldorf'
group by ranks_to_gain, objective, rank_to_reach
order by ranks_to_gain, objective
