{% macro row_key(columns, relation_alias=none) -%}
    {#- The values of a row's key as readable text: "edition=2025, city_id=duesseldorf". -#}
    {%- set prefix = relation_alias ~ '.' if relation_alias else '' -%}
    {%- for column in columns -%}
        '{{ ", " if not loop.first }}{{ column }}='
        || coalesce(cast({{ prefix }}{{ column }} as {{ dbt.type_string() }}), '(empty)')
        {%- if not loop.last %} || {% endif -%}
    {%- endfor -%}
{%- endmacro %}


{% macro scores_table() -%}
    {#- SQL expression: the seed that a row of stg_indicator_scores comes from, as tests name it. -#}
    case when is_simulated then 'simulated_indicator_scores' else 'indicator_scores' end
{%- endmacro %}


{% macro begins_with_letter(text) -%}
    {#- SQL condition: whether an identifier, which is lower case, begins with a letter. -#}
    substr({{ text }}, 1, 1) between 'a' and 'z'
{%- endmacro %}
