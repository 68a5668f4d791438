select
    seed_name,
    source,
    row_count,
    fingerprint,
    compared_with,
    recorded_on
from {{ ref('source_fingerprints') }}
