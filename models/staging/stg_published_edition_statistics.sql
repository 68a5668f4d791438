select
    {{ edition_key() }},
    ranking_id,
    edition,
    category_id,
    statistic,
    rank,
    published_value,
    value_digits,
    source
from {{ ref('published_edition_statistics') }}
