select
    methodology_id,
    name as methodology_name,
    description,
    source,
    scale_maximum,
    score_digits,
    index_digits,
    rank_taken_on,
    missing_value_rule,
    minimum_coverage,
    minimum_city_coverage,
    coalesce(coarser_value_rule, 'use') as coarser_value_rule
from {{ ref('methodologies') }}
