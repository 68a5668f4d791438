{% macro better_city_counts(queries, field, partition, key) -%}
{#-
  Select: for every row of `queries`, how many cities of its field have a greater rank_value than its
  query_value. Counts by one sorted pass instead of comparing every pair.

  Arguments:
    queries: relation with the partition and key columns and query_value
    field: relation with the partition columns and rank_value, one row per city
    partition: columns that tell one field from another
    key: text columns that tell one query of a field from another
-#}
select
    {{ partition | join(', ') }},
    {{ key | join(', ') }},
    city_count - at_most_count as better_city_count
from (
    select
        *,
        sum(is_city) over (partition by {{ partition | join(', ') }}) as city_count,
        sum(is_city) over (
            partition by {{ partition | join(', ') }} order by compared_value
        ) as at_most_count
    from (
        select
            {{ partition | join(', ') }},
            {{ key | join(', ') }},
            query_value as compared_value,
            0 as is_city
        from {{ queries }}
        union all
        select
            {{ partition | join(', ') }},
            {% for column in key -%}
            cast(null as {{ dbt.type_string() }}) as {{ column }},
            {% endfor -%}
            rank_value as compared_value,
            1 as is_city
        from {{ field }}
    ) as queries_and_cities
) as counted
where is_city = 0
{%- endmacro %}
