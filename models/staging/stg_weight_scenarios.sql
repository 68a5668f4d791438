select
    scenario_id,
    distribution,
    box_share,
    normalisation,
    root_aggregation,
    draw_count,
    seed_text,
    description,
    source
from {{ ref('weight_scenarios') }}
