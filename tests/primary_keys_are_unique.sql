{{ config(enabled=not var('enforce_primary_keys')) }}
{#-
  Every mart has one row per key. Runs only where var enforce_primary_keys is false; otherwise the
  tables themselves let no second row in.
-#}
-- depends_on: {{ ref('meta_build') }}
{%- if execute %}
{%- for node in graph.nodes.values() if node.resource_type == 'model' and node.constraints %}
{%- for constraint in node.constraints if constraint.type == 'primary_key' %}
select
    '{{ node.name }}' as table_name,
    {{ row_key(constraint.columns) }} as row_key,
    '{{ constraint.columns | join(", ") }}' as column_name,
    cast(count(*) as {{ dbt.type_string() }}) as found,
    'must be unique, found that many rows' as rule
from {{ node.relation_name }}
group by {{ constraint.columns | join(', ') }}
having count(*) > 1
union all
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
