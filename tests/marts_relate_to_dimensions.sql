{#-
  Every key in a mart has its row in the dimension. A column relates to the dimension whose key of one
  column it is named after: city_id and peer_city_id to dim_cities, edition_key and
  previous_edition_key to dim_editions, category_key, indicator_key, ranking_id likewise.
-#}
-- depends_on: {{ ref('meta_build') }}
{%- if execute %}
{%- set marts = graph.nodes.values()
    | selectattr('resource_type', 'equalto', 'model') | selectattr('access', 'equalto', 'public') %}
{%- set marts = marts | list %}
{%- for dimension in marts if dimension.name.startswith('dim_') %}
{%- set keys = dimension.constraints | selectattr('type', 'equalto', 'primary_key') | list %}
{%- set key = keys[0].columns[0] %}
{%- for mart in marts %}
{%- for column in mart.columns
    if (column == key or column.endswith('_' ~ key))
    and (mart.name, column) != (dimension.name, key) %}
select
    '{{ mart.name }}' as table_name,
    related.{{ column }} as row_key,
    '{{ column }}' as column_name,
    related.{{ column }} as found,
    'must exist in {{ dimension.name }}' as rule
from {{ mart.relation_name }} as related
left join {{ dimension.relation_name }} as dimension on related.{{ column }} = dimension.{{ key }}
where related.{{ column }} is not null and dimension.{{ key }} is null
union all
{%- endfor %}
{%- endfor %}
{%- endfor %}
{%- endif %}
select
    cast(null as {{ dbt.type_string() }}) as table_name,
    cast(null as {{ dbt.type_string() }}) as row_key,
    cast(null as {{ dbt.type_string() }}) as column_name,
    cast(null as {{ dbt.type_string() }}) as found,
    cast(null as {{ dbt.type_string() }}) as rule
from {{ ref('meta_build') }}
where 1 = 0
