{#-
  Published tendencies next to the ranks of both editions: the published ones, because the publisher
  took the tendency from them, otherwise the computed ones with what their digits leave open. Where
  only one rank is known, the one it implies in the edition before must exist and must not be another
  city's.
-#}
with

ranks as (
    select
        ranks.edition_key,
        ranks.previous_edition_key,
        ranks.city_id,
        ranks.node_id,
        ranks.is_new_in_edition,
        ranks.published_rank,
        coalesce(ranks.published_rank, ranks.rank) as rank,
        coalesce(ranks.published_rank, possible_ranks.possible_from, ranks.rank) as rank_from,
        coalesce(ranks.published_rank, possible_ranks.possible_to, ranks.rank) as rank_to
    from {{ ref('int_ranks') }} as ranks
    left join {{ ref('int_possible_ranks') }} as possible_ranks
        on
            ranks.edition_key = possible_ranks.edition_key
            and ranks.city_id = possible_ranks.city_id
            and ranks.node_id = possible_ranks.node_id
            and ranks.computed_rank is not null
),

city_counts as (
    select
        edition_key,
        count(*) as city_count
    from {{ ref('int_edition_cities') }}
    group by edition_key
),

-- cities may share a rank that is taken on rounded indices
held_ranks as (
    select distinct
        ranks.edition_key,
        ranks.node_id,
        ranks.published_rank
    from ranks
    inner join {{ ref('int_edition_nodes') }} as nodes using (edition_key, node_id)
    where ranks.published_rank is not null and nodes.rank_taken_on = 'unrounded'
),

tendencies as (
    select
        published.edition_key,
        published.city_id,
        published.node_id,
        published.published_tendency,
        published.source,
        own.previous_edition_key,
        own.is_new_in_edition,
        own.rank,
        before.rank - own.rank as computed_tendency,
        coalesce(before.rank_from, 1) - own.rank_to as possible_from,
        coalesce(before.rank_to, city_counts.city_count) - own.rank_from as possible_to,
        held_ranks.published_rank is not null and before.rank is null as is_implied_rank_held
    from {{ ref('int_published_results') }} as published
    inner join ranks as own using (edition_key, city_id, node_id)
    left join ranks as before
        on
            own.previous_edition_key = before.edition_key
            and own.city_id = before.city_id
            and own.node_id = before.node_id
    left join city_counts on own.previous_edition_key = city_counts.edition_key
    left join held_ranks
        on
            own.previous_edition_key = held_ranks.edition_key
            and own.node_id = held_ranks.node_id
            and own.rank + published.published_tendency = held_ranks.published_rank
    where published.published_tendency is not null
),

judged as (
    select
        *,
        case
            when computed_tendency = published_tendency then 'match'
            when previous_edition_key is null or rank is null then 'not_checkable'
            when published_tendency not between possible_from and possible_to then 'contradiction'
            when computed_tendency is null and (is_new_in_edition or is_implied_rank_held)
                then 'contradiction'
            else 'consistent'
        end as verdict
    from tendencies
)

select
    edition_key,
    city_id,
    node_id,
    published_tendency,
    computed_tendency,
    case
        when computed_tendency is not null then 'ranks_of_both_editions'
        when verdict <> 'not_checkable' then 'implied_previous_rank'
    end as checked_against,
    {% for possible in ['possible_from', 'possible_to'] %}
    case
        when
            verdict in ('consistent', 'contradiction')
            and (computed_tendency is null or possible_from < possible_to)
            then {{ possible }}
    end as {{ possible }},
    {% endfor %}
    verdict,
    source
from judged
