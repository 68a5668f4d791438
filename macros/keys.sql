{% macro edition_key() -%}
    ranking_id || '_' || cast(edition as {{ dbt.type_string() }}) as edition_key
{%- endmacro %}


{% macro node_key(edition_key, node_id) -%}
    {{ edition_key }} || '.' || {{ node_id }}
{%- endmacro %}


{% macro row_key(columns, relation_alias=none) -%}
    {%- set prefix = relation_alias ~ '.' if relation_alias else '' -%}
    {%- for column in columns -%}
        '{{ ", " if not loop.first }}{{ column }}='
        || coalesce(cast({{ prefix }}{{ column }} as {{ dbt.type_string() }}), '(empty)')
        {%- if not loop.last %} || {% endif -%}
    {%- endfor -%}
{%- endmacro %}


{% macro require_identifiers(names) -%}
    {%- for name in names if not modules.re.fullmatch('[a-z][a-z0-9_]*', name | string) -%}
        {{ exceptions.raise_compiler_error(
            "var league_table_categories: '" ~ name ~ "' is not a category_id:"
            ~ " use small letters, digits and _, beginning with a letter"
        ) }}
    {%- endfor -%}
{%- endmacro %}
