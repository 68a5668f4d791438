-- Places of Düsseldorf over all editions: what is published, gaps left as gaps.
select
    edition,
    category_id,
    rank,
    tendency,
    index_printed,
    rank_basis,
    index_basis,
    published_source
from {{ ref('fct_index_results') }}
where ranking_id = 'smart_city_index' and city_id = 'duesseldorf'
order by category_id, edition
