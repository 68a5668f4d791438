{#-
  Published figures of the cities of every edition. A city that two rankings share brings those of
  the reference ranking along.
-#}
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
inner join {{ ref('stg_published_results') }} as published
    on
        published.ranking_id in (cities.ranking_id, cities.reference_ranking_id)
        and cities.edition = published.edition
        and cities.city_id = published.city_id
