select
    {{ edition_key() }},
    ranking_id,
    edition,
    city_id,
    category_id,
    figure,
    published_value,
    contradicting_value,
    contradicted_by,
    note,
    source
from {{ ref('known_contradictions') }}
