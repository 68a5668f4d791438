{#-
  Published tendencies next to the ranks of both editions: the published ones, because the publisher
  took the tendency from them, otherwise what the digits of the indices leave open. Where
  only one rank is known, the one that the tendency implies must be possible.
-#}
with

city_counts as (
    select
        edition_key,
        count(*) as city_count
    from {{ ref('int_edition_cities') }}
    group by edition_key
),

-- an implied rank follows from the tendency and cannot check it
ranks as (
    select
        ranks.edition_key,
        ranks.previous_edition_key,
        ranks.city_id,
        ranks.node_id,
        ranks.is_new_in_edition,
        published.published_tendency,
        published.source,
        published.implied_rank_verdict,
        coalesce(ranks.published_rank, ranks.computed_rank) as rank,
        coalesce(ranks.published_rank, possible_ranks.possible_from, ranks.computed_rank, 1)
            as rank_from,
        coalesce(
            ranks.published_rank,
            possible_ranks.possible_to,
            ranks.computed_rank,
            city_counts.city_count
        ) as rank_to
    from {{ ref('int_ranks') }} as ranks
    inner join city_counts using (edition_key)
    left join {{ ref('int_published_results') }} as published using (edition_key, city_id, node_id)
    left join {{ ref('int_possible_ranks') }} as possible_ranks
        using (edition_key, city_id, node_id)
),

tendencies as (
    select
        own.edition_key,
        own.city_id,
        own.node_id,
        own.published_tendency,
        own.source,
        own.previous_edition_key is not null
        and coalesce(own.rank, before.rank) is not null
            as is_checkable,
        before.rank - own.rank as computed_tendency,
        coalesce(before.rank_from, 1) - own.rank_to as possible_from,
        coalesce(before.rank_to, city_counts.city_count) - own.rank_from as possible_to,
        own.is_new_in_edition
        or coalesce(own.implied_rank_verdict = 'contradiction', false)
        or coalesce(before.implied_rank_verdict = 'contradiction', false) as is_impossible
    from ranks as own
    left join ranks as before
        on
            own.previous_edition_key = before.edition_key
            and own.city_id = before.city_id
            and own.node_id = before.node_id
    left join city_counts on own.previous_edition_key = city_counts.edition_key
    where own.published_tendency is not null
),

judged as (
    select
        *,
        case
            when not is_checkable then 'not_checkable'
            when computed_tendency = published_tendency then 'match'
            when published_tendency not between possible_from and possible_to then 'contradiction'
            when computed_tendency is null and is_impossible then 'contradiction'
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
        when verdict = 'not_checkable' then null
        when computed_tendency is not null then 'ranks_of_both_editions'
        else 'implied_previous_rank'
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
