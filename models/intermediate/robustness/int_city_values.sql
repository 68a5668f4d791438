{#-
  What a city brings into a run at every node, as a list in the order of node_number: the score of an
  indicator, or what is added to a category. What does not count weighs nothing, and stands as 0.
-#}
{%- set settings = 'edition_key, normalisation, imputation, has_project_points' -%}
with

nodes as (
    select *
    from {{ ref('int_edition_nodes') }}
    where role = 'regular' or parent_node_id is null
),

city_nodes as (
    select
        runs.edition_key,
        runs.normalisation,
        runs.imputation,
        runs.has_project_points,
        patterns.pattern_number,
        patterns.city_id,
        nodes.node_number,
        cast(coalesce(scores.score, 0) as double) + coalesce(additions.addition, 0) as node_value
    from (
        select distinct {{ settings }}
        from {{ ref('int_simulations') }}
        where is_additive
    ) as runs
    inner join {{ ref('int_coverage_patterns') }} as patterns
        on
            runs.edition_key = patterns.edition_key
            and patterns.is_imputed = (runs.imputation <> 'none')
    inner join nodes on runs.edition_key = nodes.edition_key
    left join {{ ref('int_alternative_scores') }} as scores
        on
            runs.edition_key = scores.edition_key
            and runs.normalisation = scores.normalisation
            and runs.imputation = scores.imputation
            and patterns.city_id = scores.city_id
            and nodes.node_number = scores.node_number
    left join {{ ref('int_additions') }} as additions
        on
            runs.edition_key = additions.edition_key
            and runs.imputation = additions.imputation
            and runs.has_project_points = additions.has_project_points
            and patterns.city_id = additions.city_id
            and nodes.node_number = additions.node_number
)

select
    {{ settings }},
    pattern_number,
    city_id,
    {{ ordered_values('node_value', 'node_number') }} as node_values
from city_nodes
group by {{ settings }}, pattern_number, city_id
