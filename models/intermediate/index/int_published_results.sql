{#-
  Published figures of the cities of every edition, and the ranks that follow from them.

  A published tendency is the rank in the edition before minus the rank. So rank + (sum of the
  tendencies up to an edition) is the same in all editions that tendencies link to a chain, and one
  published rank of a chain gives all others. An implied rank must exist, must not be another city's
  where ranks are taken on unrounded indices, and must fit the published indices.
-#}
{%- set category = 'partition by edition_key, node_id' -%}
with

cities as (
    select
        edition_key,
        ranking_id,
        edition,
        previous_edition_key,
        city_id,
        count(*) over (partition by edition_key) as city_count
    from {{ ref('int_edition_cities') }}
),

published as (
    select
        cities.edition_key,
        cities.ranking_id,
        cities.city_id,
        published.category_id as node_id,
        published.published_rank,
        published.published_tendency,
        published.published_index,
        published.published_index_digits,
        published.source
    from cities
    inner join {{ ref('stg_published_results') }} as published using (edition_key, city_id)
),

recorded as (
    select distinct
        ranking_id,
        city_id,
        node_id
    from published
),

-- all editions of a city and category that has a figure in one of them
editions as (
    select
        cities.*,
        nodes.node_id,
        nodes.rank_taken_on
    from cities
    inner join {{ ref('int_edition_nodes') }} as nodes using (edition_key)
    inner join recorded
        on
            cities.ranking_id = recorded.ranking_id
            and cities.city_id = recorded.city_id
            and nodes.node_id = recorded.node_id
),

figures as (
    select
        editions.*,
        published.published_rank,
        published.published_tendency,
        published.published_index,
        published.published_index_digits,
        published.source,
        lead(published.source) over of_city as next_source,
        lag(published.source) over of_city as previous_source,
        -- a tendency that contradicts the ranks of both editions leads nowhere
        published.published_tendency is not null
        and coalesce(
            lag(editions.edition_key) over of_city = editions.previous_edition_key, false
        )
        and coalesce(
            published.published_rank + published.published_tendency
            = lag(published.published_rank) over of_city, true
        ) as is_linked
    from editions
    left join published using (edition_key, city_id, node_id)
    window of_city as (
        partition by editions.ranking_id, editions.city_id, editions.node_id
        order by editions.edition
    )
),

chained as (
    select
        *,
        sum(case when is_linked then 0 else 1 end) over of_city as chain_number,
        sum(case when is_linked then published_tendency else 0 end) over of_city
            as cumulated_tendency
    from figures
    window of_city as (partition by ranking_id, city_id, node_id order by edition)
),

followed as (
    select
        *,
        -cumulated_tendency + min(published_rank + cumulated_tendency) over chain as followed_from,
        -cumulated_tendency + max(published_rank + cumulated_tendency) over chain as followed_to
    from chained
    window chain as (partition by ranking_id, city_id, node_id, chain_number)
),

placed as (
    select
        *,
        coalesce(published_rank, followed_from) as possible_rank,
        published_index - 0.5 * {{ last_digit_unit('published_index_digits') }} as lowest_index,
        published_index + 0.5 * {{ last_digit_unit('published_index_digits') }} as highest_index
    from followed
),

compared as (
    select
        *,
        count(*) over ({{ category }}, possible_rank) as holder_count,
        min(highest_index) over (
            {{ category }} order by possible_rank
            range between unbounded preceding and 1 preceding
        ) as least_better_index,
        max(lowest_index) over (
            {{ category }} order by possible_rank
            range between 1 following and unbounded following
        ) as greatest_worse_index
    from placed
),

judged as (
    select
        *,
        case
            when published_rank is not null or followed_from is null then null
            when
                followed_from <> followed_to
                or followed_from not between 1 and city_count
                or (holder_count > 1 and rank_taken_on = 'unrounded')
                or coalesce(least_better_index <= lowest_index, false)
                or coalesce(greatest_worse_index >= highest_index, false)
                then 'contradiction'
            else 'consistent'
        end as implied_rank_verdict
    from compared
)

select
    edition_key,
    ranking_id,
    edition,
    city_id,
    node_id,
    published_rank,
    published_tendency,
    published_index,
    published_index_digits,
    cast(case when implied_rank_verdict = 'consistent' then followed_from end as integer)
        as implied_rank,
    implied_rank_verdict,
    case
        when source is not null then source
        when implied_rank_verdict = 'consistent' then coalesce(next_source, previous_source)
    end as source
from judged
where
    published_rank is not null
    or published_tendency is not null
    or published_index is not null
    or implied_rank_verdict is not null
