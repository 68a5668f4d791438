{#-
  Published figures of every city of the field and node of the tree. A city that two rankings
  share brings its published figures along from the reference ranking.
-#}
with

edition_cities as (
    select * from {{ ref('int_edition_cities') }}
),

published_results as (
    select * from {{ ref('stg_published_results') }}
),

final as (
    select
        edition_cities.ranking_id,
        edition_cities.edition,
        edition_cities.previous_edition,
        edition_cities.city_id,
        published_results.category_id as node_id,
        published_results.published_rank,
        published_results.published_tendency,
        published_results.published_index,
        published_results.published_index_digits,
        published_results.source
    from edition_cities
    inner join published_results
        on
            published_results.ranking_id in (
                edition_cities.ranking_id, edition_cities.reference_ranking_id
            )
            and edition_cities.edition = published_results.edition
            and edition_cities.city_id = published_results.city_id
)

select * from final
