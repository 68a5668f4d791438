{% macro edition_key() -%}
    ranking_id || '_' || cast(edition as {{ dbt.type_string() }}) as edition_key
{%- endmacro %}


{% macro row_key(columns, relation_alias=none) -%}
    {%- set prefix = relation_alias ~ '.' if relation_alias else '' -%}
    {%- for column in columns -%}
        '{{ ", " if not loop.first }}{{ column }}='
        || coalesce(cast({{ prefix }}{{ column }} as {{ dbt.type_string() }}), '(empty)')
        {%- if not loop.last %} || {% endif -%}
    {%- endfor -%}
{%- endmacro %}


{% macro scores_table() -%}
    case when is_simulated then 'simulated_indicator_scores' else 'indicator_scores' end
{%- endmacro %}
