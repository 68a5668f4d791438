-- The printed page of Düsseldorf 2025, line by line.
select
    line_number,
    section,
    label_de,
    rank_displayed,
    tendency_displayed,
    coalesce(value_displayed, text_de) as printed,
    value_source,
    rank_source,
    tendency_source
from {{ ref('city_profiles') }}
where ranking_id = 'smart_city_index' and edition = 2025 and city_id = 'duesseldorf'
order by line_number
