select
    indicator_id,
    description_de,
    description_en,
    source
from {{ ref('indicator_descriptions') }}
