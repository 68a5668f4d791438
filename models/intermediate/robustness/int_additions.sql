{#-
  What is added to the mean of a category's children, whatever the weights: project points, over the
  divisor for them, and what a published index in force differs from the computed one. Where missing
  scores are imputed, so are those of projects.
-#}
with

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

indices as (
    select
        results.*,
        nodes.node_number,
        nodes.scale_maximum,
        coalesce(nodes.project_cap_share, 0) as project_cap_share,
        coalesce(results.index_value - coalesce(results.computed_index, 0), 0) as override
    from analysed
    inner join {{ ref('int_index') }} as results using (edition_key)
    inner join nodes using (edition_key, node_id)
),

as_they_are as (
    select
        edition_key,
        city_id,
        node_number,
        'none' as imputation,
        has_project_points,
        case
            when has_project_points
                then coalesce(index_value - coalesce(index_before_projects, 0), 0)
            else override
        end as addition
    from indices
    cross join (select true as has_project_points union all select false as has_project_points) as projects
),

-- a category applies to every city, also where nothing below it does
applicable_weights as (
    select
        applicable.edition_key,
        applicable.city_id,
        nodes.parent_node_id as node_id,
        sum(nodes.weight) as applicable_weight
    from (
        select edition_key, city_id, indicator_id as node_id
        from {{ ref('int_alternative_scores') }}
        where imputation = 'lowest'
        union all
        select edition_key, city_id, node_id
        from indices
    ) as applicable
    inner join nodes using (edition_key, node_id)
    where nodes.role = 'regular'
    group by applicable.edition_key, applicable.city_id, nodes.parent_node_id
),

project_points as (
    select
        scores.edition_key,
        scores.city_id,
        nodes.parent_node_id as node_id,
        sum(coalesce(scores.score, 0)) as lowest,
        sum(coalesce(scores.score, nodes.scale_maximum)) as highest
    from analysed
    inner join {{ ref('int_normalised_scores') }} as scores using (edition_key)
    inner join nodes
        on scores.edition_key = nodes.edition_key and scores.indicator_id = nodes.node_id
    where nodes.role = 'project' and scores.status <> 'not_applicable'
    group by scores.edition_key, scores.city_id, nodes.parent_node_id
),

imputed as (
    {% for imputation in ['lowest', 'highest'] %}
    select
        indices.edition_key,
        indices.city_id,
        indices.node_number,
        '{{ imputation }}' as imputation,
        true as has_project_points,
        indices.override + case
            when indices.computed_index is null and indices.index_value is not null then 0
            else coalesce({{ divide(
                'least(coalesce(project_points.' ~ imputation ~ ', 0), indices.project_cap_share'
                ~ ' * indices.scale_maximum * applicable_weights.applicable_weight)',
                'applicable_weights.applicable_weight * (1 + indices.project_cap_share)'
            ) }}, 0)
        end as addition
    from indices
    left join project_points using (edition_key, city_id, node_id)
    left join applicable_weights using (edition_key, city_id, node_id)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select * from as_they_are
    union all
    select * from imputed
)

select
    edition_key,
    city_id,
    node_number,
    imputation,
    has_project_points,
    cast(addition as double) as addition
from final
