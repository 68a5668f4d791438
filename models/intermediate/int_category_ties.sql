{{ config(materialized='view') }}
{#-
  Who shares a computed rank with whom. The first cities of a tie stand for all of it: to list every
  tied city at every other one would grow with the square of the tie.
-#}
{%- set named_cities = 10 -%}
with

ranks as (
    select
        ranking_id,
        edition,
        node_id,
        city_id,
        computed_rank
    from {{ ref('int_category_ranks') }}
    where computed_rank is not null
),

members as (
    select
        *,
        row_number() over (
            partition by ranking_id, edition, node_id, computed_rank order by city_id
        ) as tie_position,
        count(*) over (partition by ranking_id, edition, node_id, computed_rank) as tie_size
    from ranks
),

tied as (
    select *
    from members
    where tie_size > 1
),

-- separators on both sides of every name, so that a city can be taken out of the list
tie_names as (
    select
        ranking_id,
        edition,
        node_id,
        computed_rank,
        ', ' || {{ ordered_list('city_id') }} || ', ' as names
    from tied
    where tie_position <= {{ named_cities }}
    group by ranking_id, edition, node_id, computed_rank
),

others as (
    select
        tied.ranking_id,
        tied.edition,
        tied.node_id,
        tied.city_id,
        replace(tie_names.names, ', ' || tied.city_id || ', ', ', ') as names,
        tied.tie_size - case
            when tied.tie_position <= {{ named_cities }} then {{ named_cities }}
            else {{ named_cities + 1 }}
        end as unnamed_count
    from tied
    inner join tie_names using (ranking_id, edition, node_id, computed_rank)
),

final as (
    select
        ranking_id,
        edition,
        node_id,
        city_id,
        substring(names, 3, length(names) - 4)
        || case
            when unnamed_count > 0
                then ' and ' || cast(unnamed_count as {{ dbt.type_string() }}) || ' more'
            else ''
        end as tied_with
    from others
)

select * from final
