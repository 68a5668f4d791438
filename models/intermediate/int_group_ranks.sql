{#-
  Ranks within the federal state and within the size class, taken from the places in the whole
  field. A group is ranked only where every city of it has a place.
-#}
with

places as (
    select
        ranking_id,
        edition,
        city_id,
        node_id,
        place
    from {{ ref('int_category_ranks') }}
),

nodes as (
    select
        ranking_id,
        edition,
        node_id
    from {{ ref('int_edition_nodes') }}
    where node_type <> 'indicator'
),

edition_cities as (
    select * from {{ ref('int_edition_cities') }}
),

grouped as (
    select
        places.ranking_id,
        places.edition,
        places.node_id,
        places.city_id,
        places.place,
        edition_cities.state_code,
        edition_cities.size_class_id
    from places
    inner join nodes using (ranking_id, edition, node_id)
    inner join edition_cities using (ranking_id, edition, city_id)
),

counted as (
    select
        *,
        {{ group_counts('state_code', 'state') }},
        {{ group_counts('size_class_id', 'size_class') }}
    from grouped
),

final as (
    select
        ranking_id,
        edition,
        city_id,
        node_id,
        {{ complete_group_rank('state_code', 'state') }},
        {{ complete_group_rank('size_class_id', 'size_class') }}
    from counted
)

select * from final
