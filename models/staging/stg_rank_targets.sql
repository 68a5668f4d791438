select
    ranks_to_gain,
    source
from {{ ref('rank_targets') }}
