select
    ranking_id,
    state_code,
    key_start,
    state_name,
    source
from {{ ref('ranking_states') }}
