-- The indicators of every edition as they are defined, with the statistics of their scores where
-- the edition is complete enough for the analysis.
select
    indicators.ranking_id,
    indicators.edition,
    indicators.indicator_id,
    indicators.category_id,
    indicators.indicator_name_de,
    indicators.indicator_name_en,
    indicators.name_is_inferred,
    indicators.description_de,
    indicators.description_en,
    indicators.role,
    indicators.unit,
    indicators.direction,
    indicators.normalisation,
    indicators.weight,
    indicators.source,
    editions.score_digits,
    scores.city_count,
    scores.edition_city_count,
    scores.mean_score,
    scores.standard_deviation,
    scores.minimum_score,
    scores.first_quartile,
    scores.median_score,
    scores.third_quartile,
    scores.maximum_score,
    scores.share_at_zero,
    scores.share_at_maximum,
    scores.correlation_with_overall_index,
    scores.correlation_with_category_index,
    scores.correlation_with_rest_of_category,
    scores.effective_weight,
    scores.share_of_index_variance,
    scores.has_low_spread,
    scores.has_floor_effect,
    scores.has_ceiling_effect,
    scores.has_low_correlation
from dim_indicators as indicators
inner join dim_editions as editions on indicators.edition_key = editions.edition_key
left join indicator_statistics as scores on indicators.indicator_key = scores.indicator_key
order by indicators.ranking_id, indicators.edition, indicators.sort_path
