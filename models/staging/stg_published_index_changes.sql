select
    {{ edition_key() }},
    ranking_id,
    edition,
    city_id,
    category_id,
    published_index_change,
    change_digits,
    source
from {{ ref('published_index_changes') }}
