select
    city_id,
    official_key,
    source
from {{ ref('official_keys') }}
