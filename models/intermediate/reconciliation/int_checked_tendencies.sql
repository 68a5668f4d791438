{#-
  Published tendencies next to the ranks of both editions. Where only one rank is known, the one it
  implies in the edition before must exist and must not be another city's.
-#}
with

ranks as (
    select * from {{ ref('int_ranks') }}
),

city_counts as (
    select
        edition_key,
        count(*) as city_count
    from {{ ref('int_edition_cities') }}
    group by edition_key
),

held_ranks as (
    select distinct
        edition_key,
        node_id,
        rank
    from ranks
),

tendencies as (
    select
        published.edition_key,
        published.city_id,
        published.node_id,
        published.published_tendency,
        published.source,
        ranks.previous_edition_key,
        ranks.rank,
        ranks.is_new_in_edition,
        city_counts.city_count as previous_city_count,
        ranks.rank + published.published_tendency as implied_previous_rank,
        case when ranks.previous_rank_source = 'edition_before' then ranks.previous_rank end
            as known_previous_rank
    from {{ ref('int_published_results') }} as published
    inner join ranks using (edition_key, city_id, node_id)
    left join city_counts on ranks.previous_edition_key = city_counts.edition_key
    where published.published_tendency is not null
)

select
    tendencies.edition_key,
    tendencies.city_id,
    tendencies.node_id,
    tendencies.published_tendency,
    tendencies.known_previous_rank - tendencies.rank as computed_tendency,
    case
        when tendencies.known_previous_rank - tendencies.rank is not null
            then 'ranks_of_both_editions'
        when tendencies.rank is not null and tendencies.previous_edition_key is not null
            then 'implied_previous_rank'
    end as checked_against,
    case when tendencies.known_previous_rank is null then 1 - tendencies.rank end
        as possible_from,
    case
        when tendencies.known_previous_rank is null
            then tendencies.previous_city_count - tendencies.rank
    end as possible_to,
    case
        when tendencies.known_previous_rank = tendencies.implied_previous_rank then 'match'
        when tendencies.known_previous_rank - tendencies.rank is not null then 'contradiction'
        when tendencies.previous_edition_key is null or tendencies.rank is null
            then 'not_checkable'
        when tendencies.is_new_in_edition then 'contradiction'
        when
            tendencies.implied_previous_rank not between 1 and tendencies.previous_city_count
            then 'contradiction'
        when held_ranks.rank is not null then 'contradiction'
        else 'consistent'
    end as verdict,
    tendencies.source
from tendencies
left join held_ranks
    on
        tendencies.previous_edition_key = held_ranks.edition_key
        and tendencies.node_id = held_ranks.node_id
        and tendencies.implied_previous_rank = held_ranks.rank
