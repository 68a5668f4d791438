-- The way up that touches the fewest indicators, for each goal in places.
select
    paths.ranking_id,
    paths.edition,
    paths.city_id,
    paths.ranks_to_gain,
    paths.rank_to_reach,
    paths.step,
    paths.indicator_id,
    indicators.category_id,
    indicators.indicator_name_de,
    indicators.indicator_name_en,
    paths.score_from,
    paths.score_to
from target_scores as paths
inner join dim_indicators as indicators on paths.indicator_key = indicators.indicator_key
where paths.objective = 'fewest_indicators'
order by
    paths.ranking_id, paths.city_id, paths.edition, paths.ranks_to_gain, paths.step
