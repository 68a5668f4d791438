-- Why did our index change? The largest parts; all of them add up to the change exactly.
select
    drivers.driver,
    drivers.node_id,
    indicators.indicator_name_en,
    indicators.category_id,
    drivers.contribution as index_points
from {{ ref('tendency_drivers') }} as drivers
left join {{ ref('dim_indicators') }} as indicators
    on
        drivers.ranking_id = indicators.ranking_id
        and drivers.edition = indicators.edition
        and drivers.node_id = indicators.indicator_id
where
    drivers.ranking_id = 'open_data_index'
    and drivers.edition = 2026
    and drivers.city_id = 'duesseldorf'
    and drivers.figure = 'index'
    and drivers.contribution <> 0
order by abs(drivers.contribution) desc, drivers.node_id asc
