select
    places_to_gain,
    source
from {{ ref('improvement_goals') }}
