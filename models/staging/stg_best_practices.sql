select
    {{ edition_key() }},
    ranking_id,
    edition,
    city_id,
    sort_order,
    title_de,
    title_en,
    summary_de,
    summary_en,
    link,
    source
from {{ ref('best_practices') }}
