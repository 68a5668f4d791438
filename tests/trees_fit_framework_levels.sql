{#-
  No tree has more levels of categories than var framework_levels: int_index computes so many, and
  the index of a higher tree would not be computed at all.
-#}
with

heights as (
    select
        methodology_id,
        max(height) as height
    from {{ ref('int_framework_nodes') }}
    group by methodology_id
)

select
    'framework' as table_name,
    {{ row_key(['methodology_id']) }} as row_key,
    'parent_node_id' as column_name,
    cast(height as {{ dbt.type_string() }}) as found,
    'must not have more levels of categories than var framework_levels,'
    || ' {{ var("framework_levels") }}' as rule
from heights
where height > {{ var('framework_levels') | int }}
