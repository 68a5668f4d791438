select
    ranking_id,
    name_de as ranking_name_de,
    name_en as ranking_name_en,
    publisher,
    description,
    source,
    is_simulated_ranking
from {{ ref('rankings') }}
