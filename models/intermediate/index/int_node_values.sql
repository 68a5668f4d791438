{{ config(materialized='view') }}
{#- The value of every node of the tree, indicators included. -#}
select
    edition_key,
    city_id,
    indicator_id as node_id,
    score as computed_index,
    score as index_value,
    score as index_before_projects,
    is_simulated
from {{ ref('int_normalised_scores') }}
union all
select
    edition_key,
    city_id,
    node_id,
    computed_index,
    index_value,
    index_before_projects,
    is_simulated
from {{ ref('int_index') }}
