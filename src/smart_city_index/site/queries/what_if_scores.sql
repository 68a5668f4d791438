-- Which single indicator moves the city most? Its score now, and the place that the field's best
-- quarter or the highest score would bring, all other cities as they are.
select
    levers.ranking_id,
    levers.edition,
    levers.city_id,
    levers.indicator_id,
    levers.category_id,
    indicators.indicator_name_de,
    indicators.indicator_name_en,
    levers.score,
    levers.best_quarter_score,
    levers.rank_at_best_quarter,
    levers.maximum_score,
    levers.rank_at_maximum,
    levers.index_points_at_maximum
from what_if_scores as levers
inner join dim_indicators as indicators on levers.indicator_key = indicators.indicator_key
where levers.index_points_at_maximum > 0
order by
    levers.ranking_id asc,
    levers.city_id asc,
    levers.edition asc,
    levers.index_points_at_maximum desc,
    levers.indicator_id asc
