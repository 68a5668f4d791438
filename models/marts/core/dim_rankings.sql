select
    ranking_id,
    ranking_name_de,
    ranking_name_en,
    publisher,
    is_simulated_ranking,
    description,
    source
from {{ ref('stg_rankings') }}
