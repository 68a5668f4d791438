{{ config(materialized='view') }}
{#- The value of every node of the tree, indicators included. -#}
{%- set columns = [
    'ranking_id', 'edition', 'city_id', 'node_id', 'computed_index', 'index_value',
    'index_before_projects', 'is_simulated'
] -%}
{% for level in range(4) %}
select
    {{ columns | join(',\n    ') }}
from {{ ref('int_index_level_' ~ level) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
