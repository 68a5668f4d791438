{% test valid_rows(
    model,
    key,
    required=[],
    nullable_key=[],
    bounds={},
    accepted_values={},
    references=[]
) %}
{#-
  One test for all row rules of a table: unique key, required columns, bounds, accepted values and
  references. Returns one row per broken rule and row, so that a report can name the row.
  See tests/generic/README.md.
-#}
{%- set strict_key = key | reject('in', nullable_key) | list -%}

with

broken_rules as (
    select
        {{ row_key(key) }} as row_key,
        '{{ key | join(", ") }}' as column_name,
        cast(count(*) as {{ dbt.type_string() }}) as found,
        'must be unique, found that many rows' as rule
    from {{ model }}
    group by {{ key | join(", ") }}
    having count(*) > 1

    {% for column in strict_key + required %}
    union all
    select
        {{ row_key(key) }} as row_key,
        '{{ column }}' as column_name,
        cast(null as {{ dbt.type_string() }}) as found,
        'must not be empty' as rule
    from {{ model }}
    where {{ column }} is null
    {% endfor %}

    {% for column, limits in bounds.items() %}
    union all
    select
        {{ row_key(key) }} as row_key,
        '{{ column }}' as column_name,
        cast({{ column }} as {{ dbt.type_string() }}) as found,
        'must be between {{ limits[0] }} and {{ limits[1] }}' as rule
    from {{ model }}
    where not ({{ column }} between {{ limits[0] }} and {{ limits[1] }})
    {% endfor %}

    {% for column, values in accepted_values.items() %}
    union all
    select
        {{ row_key(key) }} as row_key,
        '{{ column }}' as column_name,
        cast({{ column }} as {{ dbt.type_string() }}) as found,
        'must be one of {{ values | join(", ") }}' as rule
    from {{ model }}
    where {{ column }} not in ('{{ values | join("', '") }}')
    {% endfor %}

    {% for reference in references %}
    union all
    select
        {{ row_key(key, relation_alias='checked') }} as row_key,
        '{{ reference.columns | join(", ") }}' as column_name,
        {{ row_key(reference.columns, relation_alias="checked") }} as found,
        'must exist in {{ reference.to }}' as rule
    from {{ model }} as checked
    left join {{ ref(reference.to) }} as referenced
        on
            {% for column in reference.columns %}
            checked.{{ column }} = referenced.{{ reference.to_columns[loop.index0] }}
            {%- if not loop.last %} and{% endif %}
            {% endfor %}
    where
        {% for column in reference.columns %}
        checked.{{ column }} is not null and
        {% endfor %}
        referenced.{{ reference.to_columns[0] }} is null
    {% endfor %}
)

select
    '{{ model.identifier }}' as table_name,
    row_key,
    column_name,
    found,
    rule
from broken_rules

{% endtest %}
