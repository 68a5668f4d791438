{% macro rank_ctes(results, node_column='node_id') -%}
{#-
  CTEs that end in `ranked`: the columns of `results`, computed_rank and ranked_city_count (cities
  that share the ranking; NULL without a rank). A rank is 1 plus the number of cities with a greater
  value, computed only where enough of the field has a value (minimum_field_coverage); equal values
  share a rank, and what has no value has none. Counted once per distinct value: of printed scores a
  large field has far fewer than cities, and the rows of `results` keep their order.

  Arguments:
    results: relation or CTE with ranking_id, edition, the node, is_applicable, rank_value and
      minimum_field_coverage, one row per node and city; it is read twice
    node_column: its column that names the node
-#}
{%- set field = 'partition by ranking_id, edition, ' ~ node_column -%}
distinct_values as (
    select
        ranking_id,
        edition,
        {{ node_column }},
        rank_value,
        minimum_field_coverage,
        count(*) as city_count,
        sum(case when is_applicable then 1 else 0 end) as applicable_city_count
    from {{ results }}
    group by ranking_id, edition, {{ node_column }}, rank_value, minimum_field_coverage
),

counted_values as (
    select
        *,
        sum(city_count) over (
            {{ field }} order by rank_value desc nulls last
            rows between unbounded preceding and current row
        ) - city_count as better_city_count,
        sum(case when rank_value is not null then city_count else 0 end) over ({{ field }})
            as field_valued_city_count,
        sum(applicable_city_count) over ({{ field }}) as field_applicable_city_count
    from distinct_values
),

ranked_values as (
    select
        ranking_id,
        edition,
        {{ node_column }},
        rank_value,
        cast(1 + better_city_count as integer) as computed_rank,
        cast(field_valued_city_count as integer) as ranked_city_count
    from counted_values
    where
        rank_value is not null
        and field_valued_city_count >= minimum_field_coverage * field_applicable_city_count
),

ranked as (
    select
        results.*,
        ranked_values.computed_rank,
        ranked_values.ranked_city_count
    from {{ results }} as results
    left join ranked_values
        on
            results.ranking_id = ranked_values.ranking_id
            and results.edition = ranked_values.edition
            and results.{{ node_column }} = ranked_values.{{ node_column }}
            and results.rank_value = ranked_values.rank_value
)
{%- endmacro %}
