{#-
  Every key in a mart has its row in the dimension. A column relates to the dimension whose key of one
  column it is named after: city_id and peer_city_id to dim_cities, edition_key and
  previous_edition_key to dim_editions, category_key, indicator_key, ranking_id likewise.
-#}
-- depends_on: {{ ref('meta_build') }}
with

known as (
    select
        'meta_build' as dimension,
        mart_name as found
    from {{ ref('meta_build') }}
    {%- if execute %}
    {%- set marts = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
        | selectattr('access', 'equalto', 'public') | list %}
    {%- set keys = {} %}
    {%- for mart in marts if mart.name.startswith('dim_') %}
    {%- set primary_key = mart.constraints | selectattr('type', 'equalto', 'primary_key') | first %}
    {%- do keys.update({mart.name: primary_key.columns[0]}) %}
    union all
    select
        '{{ mart.name }}' as dimension,
        {{ primary_key.columns[0] }} as found
    from {{ mart.relation_name }}
    {%- endfor %}
    {%- endif %}
),

related as (
    select
        'meta_build' as dimension,
        'meta_build' as table_name,
        'mart_name' as column_name,
        mart_name as found
    from {{ ref('meta_build') }}
    {%- if execute %}
    {%- for dimension, key in keys.items() %}
    {%- for mart in marts %}
    {%- for column in mart.columns
        if (column == key or column.endswith('_' ~ key)) and (mart.name, column) != (dimension, key) %}
    union all
    select
        '{{ dimension }}' as dimension,
        '{{ mart.name }}' as table_name,
        '{{ column }}' as column_name,
        {{ column }} as found
    from {{ mart.relation_name }}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    {%- endif %}
)

select
    related.table_name,
    related.column_name || '=' || related.found as row_key,
    related.column_name,
    related.found,
    'must exist in ' || related.dimension as rule
from related
left join known on related.dimension = known.dimension and related.found = known.found
where related.found is not null and known.found is null
