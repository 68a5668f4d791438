{% macro rank_ctes(results) -%}
{#-
  CTEs that end in `ranked`: the columns of `results`, valued_city_count (cities of the field that
  have a value), is_ranked and computed_rank. A rank is computed only where enough of the field has
  a value (minimum_field_coverage); equal values share a rank, and what has no value has none.

  Arguments:
    results: CTE with ranking_id, edition, node_id, is_applicable, rank_value and
      minimum_field_coverage, one row per node and city
-#}
{%- set whole_field -%}
    partition by ranking_id, edition, node_id
    order by rank_value desc nulls last
    rows between unbounded preceding and unbounded following
{%- endset -%}
counted as (
    select
        *,
        rank() over (
            partition by ranking_id, edition, node_id
            order by rank_value desc nulls last
        ) as value_rank,
        count(rank_value) over ({{ whole_field }}) as valued_city_count,
        sum(case when is_applicable then 1 else 0 end) over ({{ whole_field }})
            as applicable_city_count
    from {{ results }}
),

compared_with_field as (
    select
        *,
        rank_value is not null
        and valued_city_count >= minimum_field_coverage * applicable_city_count as is_ranked
    from counted
),

ranked as (
    select
        *,
        cast(case when is_ranked then value_rank end as integer) as computed_rank
    from compared_with_field
)
{%- endmacro %}
