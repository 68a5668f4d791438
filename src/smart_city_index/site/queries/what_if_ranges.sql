-- What would the highest score bring a city with all scores, where too few other cities have any?
-- Points of the overall index, and the places that the known figures of the others leave open.
select
    ranges.ranking_id,
    ranges.edition,
    ranges.city_id,
    ranges.indicator_id,
    ranges.category_id,
    indicators.indicator_name_de,
    indicators.indicator_name_en,
    ranges.score,
    ranges.index_points_at_maximum,
    ranges.rank_from_at_maximum,
    ranges.rank_to_at_maximum
from what_if_ranges as ranges
inner join dim_indicators as indicators on ranges.indicator_key = indicators.indicator_key
where ranges.index_points_at_maximum > 0
order by
    ranges.ranking_id asc,
    ranges.city_id asc,
    ranges.edition asc,
    ranges.index_points_at_maximum desc,
    ranges.indicator_id asc
