{% macro league_table_pivot() -%}
    {#- Index, rank and tendency columns of every category of var league_table_categories. -#}
    {%- for category in var('league_table_categories', []) %}
        max(case when category_id = '{{ category }}' then index_value end) as {{ category }}_index,
        max(case when category_id = '{{ category }}' then rank end) as {{ category }}_rank,
        max(case when category_id = '{{ category }}' then tendency end)
            as {{ category }}_tendency{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
