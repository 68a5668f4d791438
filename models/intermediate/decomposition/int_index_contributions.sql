{#-
  The overall index as a sum: effective weight times score, project points, and what a published
  index in force differs from the computed one. What does not count in a city's index is no row.
-#}
with

effective_weights as (
    select * from {{ ref('int_effective_weights') }}
),

results as (
    select * from {{ ref('int_node_values') }}
),

indicator_parts as (
    select
        results.edition_key,
        results.city_id,
        results.node_id,
        effective_weights.category_id,
        case when effective_weights.role = 'project' then 'project_points' else 'score' end as part,
        effective_weights.effective_weight,
        least(coalesce(results.index_value, 0), effective_weights.maximum_score) as part_value
    from effective_weights
    inner join results using (edition_key, city_id, node_id)
    where effective_weights.node_type = 'indicator' and effective_weights.effective_weight > 0
),

overridden_category_parts as (
    select
        results.edition_key,
        results.city_id,
        results.node_id,
        effective_weights.category_id,
        'override' as part,
        effective_weights.effective_weight,
        results.index_value - coalesce(results.computed_index, 0) as part_value
    from effective_weights
    inner join results using (edition_key, city_id, node_id)
    where
        effective_weights.node_type = 'category'
        and effective_weights.effective_weight > 0
        and results.index_value is distinct from results.computed_index
),

overridden_overall_parts as (
    select
        results.edition_key,
        results.city_id,
        results.node_id,
        results.node_id as category_id,
        'override' as part,
        cast(1 as decimal(18, 15)) as effective_weight,
        results.index_value - results.computed_index as part_value
    from results
    inner join {{ ref('int_ranked_cities') }} as ranked_cities using (edition_key, city_id)
    inner join {{ ref('int_analysed_editions') }} as analysed using (edition_key)
    where
        analysed.is_additive
        and results.node_id = 'overall'
        and results.index_value <> results.computed_index
),

parts as (
    select * from indicator_parts
    union all
    select * from overridden_category_parts
    union all
    select * from overridden_overall_parts
)

select
    edition_key,
    city_id,
    node_id,
    category_id,
    part,
    effective_weight,
    cast(part_value as {{ type_index() }}) as part_value,
    {{ multiply('effective_weight', 'part_value') }} as contribution
from parts
