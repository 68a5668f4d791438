{% macro league_table_pivot() -%}
    {#-
      Index, rank and tendency columns of every category of var league_table_categories. The names
      become part of the SQL, so nothing but identifiers is let in.
    -#}
    {%- for category in var('league_table_categories', []) %}
        {%- if not modules.re.fullmatch('[a-z][a-z0-9_]*', category | string) %}
            {{ exceptions.raise_compiler_error(
                "var league_table_categories: '" ~ category ~ "' is not a category_id:"
                ~ " use small letters, digits and _, beginning with a letter"
            ) }}
        {%- endif %}
        max(case when category_id = '{{ category }}' then index_value end) as {{ category }}_index,
        max(case when category_id = '{{ category }}' then rank end) as {{ category }}_rank,
        max(case when category_id = '{{ category }}' then tendency end)
            as {{ category }}_tendency{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
