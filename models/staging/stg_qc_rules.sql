select
    rule_id,
    threshold,
    description
from {{ ref('qc_rules') }}
