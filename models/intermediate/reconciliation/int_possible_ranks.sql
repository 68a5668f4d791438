{#-
  The ranks that the digits of the indices leave open. A printed 80.1 stands for 80.05 to below 80.15,
  and an index that is not recorded may be half a unit of its last displayed digit off, because what
  it is computed from is rounded. Cities whose intervals overlap may stand in either order; where ranks
  are taken on the rounded index, cities of the same printed one share a rank.
-#}
{%- set category = 'partition by edition_key, node_id' -%}
with

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

published as (
    select * from {{ ref('int_published_results') }}
),

-- a tendency is checked with the ranks of the edition before too
checked_categories as (
    select
        edition_key,
        node_id
    from published
    where published_rank is not null or published_tendency is not null
    union
    select
        nodes.previous_edition_key as edition_key,
        nodes.node_id
    from published
    inner join nodes using (edition_key, node_id)
    where published.published_tendency is not null
),

digits as (
    select
        ranks.edition_key,
        ranks.node_id,
        ranks.city_id,
        ranks.computed_index,
        published.published_rank,
        published.published_index,
        published.published_index is not null as is_published,
        nodes.rank_taken_on = 'rounded' as is_rounded,
        case
            when published.published_index is null then nodes.index_digits
            when nodes.rank_taken_on = 'rounded'
                then least(published.published_index_digits, nodes.index_digits)
            else published.published_index_digits
        end as digits
    from {{ ref('int_ranks') }} as ranks
    inner join checked_categories using (edition_key, node_id)
    inner join nodes using (edition_key, node_id)
    left join published using (edition_key, city_id, node_id)
    where published.published_index is not null or ranks.computed_index is not null
),

indices as (
    select
        *,
        coalesce({{ round_to_digits('published_index', 'digits') }}, computed_index) as index_value,
        0.5 * {{ last_digit_unit('digits') }} as half_unit
    from digits
),

intervals as (
    select
        edition_key,
        node_id,
        city_id,
        published_rank,
        count(*) over ({{ category }}) as known_count,
        case
            when is_rounded and is_published
                then count(*) over ({{ category }}, index_value, digits, is_published) - 1
            else 0
        end as tied_count,
        index_value - half_unit as lowest_index,
        index_value + half_unit as highest_index
    from indices
),

-- both ends of every interval in one column: who is certainly better ends above where a city begins
interval_ends as (
    select
        *,
        lowest_index as index_end,
        1 as lower_end
    from intervals
    union all
    select
        *,
        highest_index as index_end,
        0 as lower_end
    from intervals
),

counted_ends as (
    select
        edition_key,
        node_id,
        city_id,
        known_count,
        tied_count,
        lower_end,
        sum(lower_end) over better as better_count,
        max(case when lower_end = 1 then published_rank end) over better as last_better_rank,
        sum(1 - lower_end) over worse as worse_count,
        min(case when lower_end = 0 then published_rank end) over worse as first_worse_rank
    from interval_ends
    window
        better as (
            {{ category }} order by index_end desc
            range between unbounded preceding and current row
        ),
        worse as (
            {{ category }} order by index_end
            range between unbounded preceding and current row
        )
),

-- better than a city is certainly who begins where it ends, worse who ends where it begins
certain_orders as (
    select
        edition_key,
        node_id,
        city_id,
        max(known_count) as known_count,
        max(tied_count) as tied_count,
        max(case when lower_end = 0 then better_count end) as better_count,
        max(case when lower_end = 0 then last_better_rank end) as last_better_rank,
        max(case when lower_end = 1 then worse_count end) as worse_count,
        max(case when lower_end = 1 then first_worse_rank end) as first_worse_rank
    from counted_ends
    group by edition_key, node_id, city_id
),

city_counts as (
    select
        edition_key,
        count(*) as city_count
    from {{ ref('int_edition_cities') }}
    group by edition_key
)

select
    orders.edition_key,
    orders.city_id,
    orders.node_id,
    1 + greatest(orders.better_count, coalesce(orders.last_better_rank, 0)) as possible_from,
    least(
        city_counts.city_count - orders.worse_count - orders.tied_count,
        coalesce(orders.first_worse_rank - 1, city_counts.city_count)
    ) as possible_to
from certain_orders as orders
inner join city_counts using (edition_key)
where orders.known_count > 1
