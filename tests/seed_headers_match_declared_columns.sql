{#-
  The header of every seed file has exactly the declared columns in the declared order. dbt loads
  seeds by position into an existing table: two swapped columns of one type would pass unseen.
-#}
{%- set nodes = graph.nodes.values() if execute else [] -%}
{%- set seeds = nodes | selectattr('resource_type', 'equalto', 'seed') | list -%}
with

headers as (
    {% for node in seeds | sort(attribute='name') %}
    select
        '{{ node.name }}' as table_name,
        '{{ node.original_file_path }}' as row_key,
        {{ seed_header(node) }} as found,
        '{{ node.columns.keys() | join(",") }}' as declared_columns
    {% if not loop.last %}union all{% endif %}
    {% else %}
    select
        cast(null as {{ dbt.type_string() }}) as table_name,
        cast(null as {{ dbt.type_string() }}) as row_key,
        cast(null as {{ dbt.type_string() }}) as found,
        cast(null as {{ dbt.type_string() }}) as declared_columns
    where 1 = 0
    {% endfor %}
)

select
    table_name,
    row_key,
    'header' as column_name,
    found,
    'must be ' || declared_columns as rule
from headers
where found is distinct from declared_columns
