-- Ranks of Düsseldorf over all editions; NULL where none is recorded.
select
    edition,
    category_id,
    rank,
    tendency,
    index_displayed,
    rank_source,
    index_source,
    published_source
from {{ ref('fct_index_results') }}
where ranking_id = 'smart_city_index' and city_id = 'duesseldorf'
order by category_id, edition
