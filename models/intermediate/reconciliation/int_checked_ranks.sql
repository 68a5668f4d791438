{#-
  Published ranks next to the computed ones where enough cities have an index, otherwise next to what
  the other published indices leave. A published 80.1 stands for 80.05 to below 80.15, so that another
  published figure of as many digits is another rank.
-#}
with

published as (
    select * from {{ ref('int_published_results') }}
),

city_counts as (
    select
        edition_key,
        count(*) as city_count
    from {{ ref('int_edition_cities') }}
    group by edition_key
),

index_intervals as (
    select
        edition_key,
        node_id,
        city_id,
        published_rank,
        published_index - 0.5 * {{ last_digit_unit('published_index_digits') }} as lowest_index,
        published_index + 0.5 * {{ last_digit_unit('published_index_digits') }} as highest_index
    from published
    where published_index is not null
),

ordered_pairs as (
    select
        own.edition_key,
        own.node_id,
        own.city_id,
        others.published_rank as other_rank,
        others.lowest_index >= own.highest_index as is_other_better,
        others.highest_index <= own.lowest_index as is_other_worse
    from index_intervals as own
    inner join index_intervals as others
        on
            own.edition_key = others.edition_key
            and own.node_id = others.node_id
            and own.city_id <> others.city_id
),

certain_orders as (
    select
        edition_key,
        node_id,
        city_id,
        sum(case when is_other_better then 1 else 0 end) as better_count,
        sum(case when is_other_worse then 1 else 0 end) as worse_count,
        coalesce(max(case when is_other_better then other_rank end), 0) as last_better_rank,
        min(case when is_other_worse then other_rank end) as first_worse_rank
    from ordered_pairs
    group by edition_key, node_id, city_id
),

possible_ranks as (
    select
        orders.edition_key,
        orders.node_id,
        orders.city_id,
        1 + greatest(orders.better_count, orders.last_better_rank) as possible_from,
        least(
            city_counts.city_count - orders.worse_count,
            coalesce(orders.first_worse_rank - 1, city_counts.city_count)
        ) as possible_to
    from certain_orders as orders
    inner join city_counts using (edition_key)
)

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
    case when ranks.computed_rank is null then possible_ranks.possible_from end as possible_from,
    case when ranks.computed_rank is null then possible_ranks.possible_to end as possible_to,
    case
        when ranks.computed_rank = published.published_rank then 'match'
        when ranks.computed_rank is not null then 'contradiction'
        when
            published.published_rank
            between possible_ranks.possible_from and possible_ranks.possible_to
            then 'consistent'
        when possible_ranks.possible_from is not null then 'contradiction'
        else 'not_checkable'
    end as verdict,
    published.source
from published
inner join {{ ref('int_ranks') }} as ranks using (edition_key, city_id, node_id)
left join possible_ranks using (edition_key, city_id, node_id)
where published.published_rank is not null
