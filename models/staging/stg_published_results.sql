select
    {{ edition_key() }},
    ranking_id,
    edition,
    city_id,
    category_id,
    published_rank,
    published_tendency,
    published_index,
    index_digits as published_index_digits,
    source
from {{ ref('published_results') }}
