{#-
  Published ranks next to the computed ones where enough cities have an index, and to what the digits
  of the indices leave open.
-#}
select
    published.edition_key,
    published.city_id,
    published.node_id,
    published.published_rank,
    ranks.computed_rank,
    case
        when ranks.computed_rank is not null then 'enough_cities'
        when possible_ranks.possible_from is not null then 'order_of_indices'
    end as checked_against,
    {% for possible in ['possible_from', 'possible_to'] %}
    case
        when coalesce(ranks.computed_rank <> published.published_rank, true)
            then possible_ranks.{{ possible }}
    end as {{ possible }},
    {% endfor %}
    case
        when ranks.computed_rank = published.published_rank then 'match'
        when
            published.published_rank
            between possible_ranks.possible_from and possible_ranks.possible_to
            then 'consistent'
        when coalesce(ranks.computed_rank, possible_ranks.possible_from) is not null
            then 'contradiction'
        else 'not_checkable'
    end as verdict,
    published.source
from {{ ref('int_published_results') }} as published
inner join {{ ref('int_ranks') }} as ranks using (edition_key, city_id, node_id)
left join {{ ref('int_possible_ranks') }} as possible_ranks using (edition_key, city_id, node_id)
where published.published_rank is not null
