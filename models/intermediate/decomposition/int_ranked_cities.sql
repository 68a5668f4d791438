{#-
  Complete editions in the order of their ranks, tied cities in the order of their
  names, with what each has to reach and its neighbours.
-#}
with

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

ranks as (
    select *
    from {{ ref('int_ranks') }}
    where node_id = 'overall'
),

nodes as (
    select *
    from {{ ref('int_edition_nodes') }}
    where node_id = 'overall'
),

ranked_cities as (
    select
        ranks.edition_key,
        ranks.city_id,
        ranks.rank,
        ranks.index_value,
        nodes.rank_taken_on,
        nodes.index_digits,
        {{ rank_value('ranks.index_value', 'nodes.rank_taken_on', 'nodes.index_digits') }}
            as rank_value
    from analysed
    inner join ranks using (edition_key)
    inner join nodes using (edition_key)
),

final as (
    select
        edition_key,
        city_id,
        rank,
        index_value,
        rank_value,
        rank_taken_on,
        index_digits,
        -- half a unit below, and a little more, so that rounded quotients do not fall short
        cast(
            rank_value - {{ rank_value_unit('rank_taken_on', 'index_digits') }} / 2 + 0.0000000001
            as {{ type_index() }}
        ) as index_to_reach,
        cast(row_number() over by_rank as integer) as position,
        lag(city_id) over by_rank as next_better_city_id,
        lead(city_id) over by_rank as next_worse_city_id
    from ranked_cities
    window by_rank as (
        partition by edition_key order by rank asc nulls last, city_id asc
    )
)

select * from final
