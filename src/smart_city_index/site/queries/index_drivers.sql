-- Why did the index change? All parts in points, the largest first; they add up to the change.
select
    drivers.ranking_id,
    drivers.edition,
    drivers.previous_edition,
    drivers.city_id,
    drivers.driver,
    drivers.node_id,
    coalesce(indicators.category_id, categories.category_id) as category_id,
    coalesce(indicators.indicator_name_de, categories.category_name_de) as name_de,
    coalesce(indicators.indicator_name_en, categories.category_name_en) as name_en,
    drivers.contribution,
    sum(drivers.contribution) over (
        partition by drivers.ranking_id, drivers.edition, drivers.city_id
    ) as index_change,
    drivers.is_simulated
from tendency_drivers as drivers
left join dim_indicators as indicators on drivers.node_key = indicators.indicator_key
left join dim_categories as categories on drivers.node_key = categories.category_key
where drivers.figure = 'index'
order by
    drivers.ranking_id asc,
    drivers.city_id asc,
    drivers.edition asc,
    abs(drivers.contribution) desc,
    drivers.node_id,
    drivers.driver asc
