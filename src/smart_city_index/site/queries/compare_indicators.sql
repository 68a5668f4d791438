-- The indicators of every edition, category by category, in the order of the page.
select
    indicators.ranking_id,
    indicators.edition,
    indicators.indicator_id,
    indicators.category_id,
    indicators.indicator_name_de,
    indicators.indicator_name_en,
    indicators.name_is_inferred,
    indicators.role
from dim_indicators as indicators
order by indicators.ranking_id, indicators.edition, indicators.sort_path
