select
    scenario_id,
    distribution,
    weight_variation,
    normalisation,
    root_aggregation,
    draw_count,
    seed_text,
    description,
    source
from {{ ref('weight_scenarios') }}
