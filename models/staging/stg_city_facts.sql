select
    city_id,
    edition,
    population,
    area_km2,
    source
from {{ ref('city_facts') }}
