{#-
  Tendency of every node above the indicators: places gained or lost against the edition named as
  previous. Where the rank of the edition before is not known but the publisher states the tendency,
  the tendency stands as published and the previous rank follows from it. An edition without a
  previous one has no tendency.
-#}
with

ranks as (
    select * from {{ ref('int_category_ranks') }}
),

paired as (
    select
        ranks.ranking_id,
        ranks.edition,
        ranks.previous_edition,
        ranks.city_id,
        ranks.node_id,
        ranks.place,
        case when ranks.previous_edition is not null then ranks.published_tendency end
            as published_tendency,
        previous_ranks.place as place_in_previous_edition,
        previous_ranks.index_value as index_in_previous_edition
    from ranks
    left join ranks as previous_ranks
        on
            ranks.ranking_id = previous_ranks.ranking_id
            and ranks.previous_edition = previous_ranks.edition
            and ranks.node_id = previous_ranks.node_id
            and ranks.city_id = previous_ranks.city_id
),

final as (
    select
        ranking_id,
        edition,
        previous_edition,
        city_id,
        node_id,
        index_in_previous_edition,
        coalesce(place_in_previous_edition, place + published_tendency) as previous_rank,
        case
            when place_in_previous_edition is not null then 'edition_before'
            when place + published_tendency is not null then 'published_tendency'
        end as previous_rank_basis,
        coalesce(place_in_previous_edition - place, published_tendency) as tendency,
        case
            when place_in_previous_edition - place is not null then 'computed'
            when published_tendency is not null then 'published'
        end as tendency_basis
    from paired
)

select * from final
