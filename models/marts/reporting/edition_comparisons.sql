{#- Every edition of a city next to every earlier one, on the later one's scale. -#}
with

editions as (
    select
        *,
        row_number() over (partition by ranking_id order by edition) as edition_number
    from {{ ref('int_editions') }}
),

pairs as (
    select
        later.ranking_id,
        later.edition_key,
        later.edition,
        later.methodology_id,
        later.is_simulated_ranking,
        earlier.edition_key as earlier_edition_key,
        earlier.edition as earlier_edition,
        later.methodology_id <> earlier.methodology_id as is_method_changed,
        {{ rounded_decimal(
            to_double('later.scale_maximum') ~ ' / ' ~ to_double('earlier.scale_maximum'),
            12, 'decimal(24, 12)'
        ) }} as scale_factor
    from editions as later
    inner join editions as earlier
        on later.ranking_id = earlier.ranking_id and later.edition_number > earlier.edition_number
),

-- numbered among the editions with a known rank
known as (
    select
        edition_key,
        city_id,
        category_id,
        rank,
        rank_source,
        index_value,
        count(rank) over (
            partition by ranking_id, city_id, category_id
            order by edition rows between unbounded preceding and current row
        ) as known_rank_number
    from {{ ref('fct_index_results') }} as results
)

select
    ---------- ids
    pairs.edition_key,
    pairs.ranking_id,
    pairs.edition,
    pairs.earlier_edition_key,
    pairs.earlier_edition,
    later.city_id,
    later.category_id,
    {{ node_key('pairs.edition_key', 'later.category_id') }} as category_key,
    later.category_id = 'overall' as is_overall,

    ---------- rank
    later.rank,
    later.rank_source,
    earlier.rank as earlier_rank,
    earlier.rank_source as earlier_rank_source,
    earlier.rank - later.rank as ranks_gained,
    -- without the later one, if that has a rank
    cast(
        later.known_rank_number - earlier.known_rank_number
        - case when later.rank is null then 0 else 1 end as integer
    ) as known_ranks_between,

    ---------- index
    later.index_value,
    {{ on_this_scale('earlier.index_value', 'pairs.scale_factor') }} as earlier_index,
    cast(
        later.index_value - {{ on_this_scale('earlier.index_value', 'pairs.scale_factor') }}
        as {{ type_index() }}
    ) as index_points_gained,
    pairs.is_method_changed,

    ---------- provenance
    pairs.is_simulated_ranking
from pairs
inner join known as later on pairs.edition_key = later.edition_key
inner join known as earlier
    on
        pairs.earlier_edition_key = earlier.edition_key
        and later.city_id = earlier.city_id
        and later.category_id = earlier.category_id
where
    earlier.rank - later.rank is not null
    or earlier.index_value - later.index_value is not null
