-- The worked example of the formula: the scores of Düsseldorf 2025, Verwaltung, as published, and
-- the index that follows from them.
select
    indicators.indicator_name_de,
    indicators.indicator_name_en,
    scores.role,
    scores.score_displayed,
    results.index_displayed,
    results.index_source
from fct_indicator_scores as scores
inner join dim_indicators as indicators
    on
        scores.ranking_id = indicators.ranking_id
        and scores.edition = indicators.edition
        and scores.indicator_id = indicators.indicator_id
inner join fct_index_results as results
    on
        scores.ranking_id = results.ranking_id
        and scores.edition = results.edition
        and scores.city_id = results.city_id
        and scores.category_id = results.category_id
where
    scores.ranking_id = 'smart_city_index'
    and scores.edition = 2025
    and scores.city_id = 'duesseldorf'
    and scores.category_id = 'administration'
    and results.index_source = 'computed'
order by indicators.sort_path
