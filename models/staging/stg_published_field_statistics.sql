select
    {{ edition_key() }},
    ranking_id,
    edition,
    category_id,
    statistic,
    place,
    published_value,
    value_digits,
    source
from {{ ref('published_field_statistics') }}
