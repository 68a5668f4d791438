-- The printed page of Düsseldorf 2025, line by line.
select
    line_number,
    section,
    label_de,
    rank_printed,
    tendency_printed,
    coalesce(value_printed, text_de) as printed,
    value_basis,
    rank_basis,
    tendency_basis
from {{ ref('city_profiles') }}
where ranking_id = 'smart_city_index' and edition = 2025 and city_id = 'duesseldorf'
order by line_number
