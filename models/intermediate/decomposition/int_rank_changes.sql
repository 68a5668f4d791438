{#-
  The change of rank between two analysed editions in four parts. Cities that left and entered: what
  the rank among all cities and the rank among the cities of both editions differ by. Own and others'
  change: the city with its new index among the others' old ones, and the other way round; the mean
  of both orders, so that half ranks occur.
-#}
{%- set field_key = ['edition_key'] -%}
with

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

ranked_cities as (
    select * from {{ ref('int_ranked_cities') }}
),

common_cities as (
    select
        ranked_cities.edition_key,
        ranked_cities.city_id,
        ranked_cities.rank as rank_now,
        previous_cities.rank as rank_before,
        ranked_cities.rank_value as value_now,
        round(
            {{ on_this_scale('previous_cities.rank_value', 'editions.previous_scale_factor') }}, 8
        ) as value_before,
        rank() over (
            partition by ranked_cities.edition_key
            order by ranked_cities.rank_value desc nulls last
        ) as common_rank_now,
        rank() over (
            partition by ranked_cities.edition_key
            order by previous_cities.rank_value desc nulls last
        ) as common_rank_before
    from analysed
    inner join {{ ref('int_editions') }} as editions
        on analysed.edition_key = editions.edition_key
    inner join ranked_cities on analysed.edition_key = ranked_cities.edition_key
    inner join ranked_cities as previous_cities
        on
            analysed.previous_edition_key = previous_cities.edition_key
            and ranked_cities.city_id = previous_cities.city_id
),

{% for query, field in [('now', 'before'), ('before', 'now')] %}
values_{{ query }} as (
    select
        edition_key,
        city_id,
        value_{{ query }} as query_value,
        value_{{ query }} as rank_value
    from common_cities
),

{% endfor %}
better_before as (
    {{ better_city_counts('values_now', 'values_before', field_key, ['city_id']) }}
),

better_now as (
    {{ better_city_counts('values_before', 'values_now', field_key, ['city_id']) }}
),

-- the city itself does not count among the others
mixed_ranks as (
    select
        common_cities.*,
        1 + better_before.better_city_count - case
            when common_cities.value_before > common_cities.value_now then 1
            else 0
        end as rank_of_new_index_among_old,
        1 + better_now.better_city_count - case
            when common_cities.value_now > common_cities.value_before then 1
            else 0
        end as rank_of_old_index_among_new
    from common_cities
    inner join better_before using (edition_key, city_id)
    inner join better_now using (edition_key, city_id)
)

select
    edition_key,
    city_id,
    {{ divide(
        'common_rank_before - rank_of_new_index_among_old'
        ~ ' + rank_of_old_index_among_new - common_rank_now',
        '2'
    ) }} as own_change,
    {{ divide(
        'common_rank_before - rank_of_old_index_among_new'
        ~ ' + rank_of_new_index_among_old - common_rank_now',
        '2'
    ) }} as others_change,
    cast(rank_before - common_rank_before as integer) as cities_left,
    cast(common_rank_now - rank_now as integer) as cities_entered
from mixed_ranks
