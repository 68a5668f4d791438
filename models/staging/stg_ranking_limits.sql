select
    ranking_id,
    minimum_population,
    minimum_latitude,
    maximum_latitude,
    minimum_longitude,
    maximum_longitude,
    source
from {{ ref('ranking_limits') }}
