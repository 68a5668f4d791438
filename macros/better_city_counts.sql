{% macro better_city_counts(queries, field, partition, key) -%}
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
