{#- Published figures of the cities of every edition. -#}
select
    cities.edition_key,
    cities.ranking_id,
    cities.edition,
    cities.city_id,
    published.category_id as node_id,
    published.published_rank,
    published.published_tendency,
    published.published_index,
    published.published_index_digits,
    published.source
from {{ ref('int_edition_cities') }} as cities
inner join {{ ref('stg_published_results') }} as published using (edition_key, city_id)
