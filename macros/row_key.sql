{% macro row_key(columns, relation_alias=none) -%}
    {#- The values of a row's key as readable text: "edition=2025, city_id=duesseldorf". -#}
    {%- set prefix = relation_alias ~ '.' if relation_alias else '' -%}
    {%- for column in columns -%}
        '{{ ", " if not loop.first }}{{ column }}='
        || coalesce(cast({{ prefix }}{{ column }} as {{ dbt.type_string() }}), '(empty)')
        {%- if not loop.last %} || {% endif -%}
    {%- endfor -%}
{%- endmacro %}
