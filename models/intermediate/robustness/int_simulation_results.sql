{#-
  Index and rank of every city in every run. Where every mean is arithmetic, the overall index is one
  sum of products, which is several times as fast:

      index = sum of effective weight * (score of an indicator, or what is added to a category)
              + what is added to the overall index

  Elsewhere it is computed level by level of the tree:

      index = mean of the children / (1 + project_cap_share) + what is added

  What is added (project points, and the difference between a published index in force
  and the computed one) does not depend on weights. A run without project points divides by 1.
-#}
{%- set levels = range(1, var('framework_levels') + 1) -%}
with

runs as (
    select * from {{ ref('int_simulations') }}
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

scores as (
    select * from {{ ref('int_alternative_scores') }}
),

additions as (
    select
        results.edition_key,
        results.city_id,
        results.node_id,
        nodes.node_number,
        projects.has_project_points,
        cast(
            results.index_value - case
                when projects.has_project_points then results.index_before_projects
                else results.computed_index
            end as double
        ) as addition
    from {{ ref('int_index') }} as results
    inner join nodes using (edition_key, node_id)
    cross join (select true as has_project_points union all select false as has_project_points) as projects
),

-- runs in which every mean is arithmetic
normalisations as (
    select distinct
        edition_key,
        normalisation,
        has_project_points
    from runs
    where is_additive
),

city_values as (
    select
        normalisations.edition_key,
        normalisations.normalisation,
        normalisations.has_project_points,
        scores.city_id,
        scores.node_number,
        cast(scores.score as double) as node_value
    from normalisations
    inner join scores using (edition_key, normalisation)
    union all
    select
        normalisations.edition_key,
        normalisations.normalisation,
        normalisations.has_project_points,
        additions.city_id,
        additions.node_number,
        additions.addition as node_value
    from normalisations
    inner join additions using (edition_key, has_project_points)
),

city_value_lists as (
    select
        edition_key,
        normalisation,
        has_project_points,
        city_id,
        {{ ordered_values('node_value', 'node_number') }} as node_values
    from city_values
    group by edition_key, normalisation, has_project_points, city_id
),

additive_roots as (
    select
        runs.simulation_number,
        city_value_lists.city_id,
        {{ inner_product('weights.effective_weights', 'city_value_lists.node_values') }} as value
    from runs
    inner join {{ ref('int_weights') }} as weights using (weight_set_number)
    inner join city_value_lists using (edition_key, normalisation, has_project_points)
    -- a set of weights that leaves nothing gives no index
    where runs.is_additive and weights.has_indicators
),

-- all other runs, level by level
weights as (
    select
        weights.weight_set_number,
        nodes.parent_node_id,
        nodes.node_id,
        nodes.node_number,
        nodes.node_type,
        {{ list_item('weights.weights', 'nodes.node_number') }} as weight
    from {{ ref('int_weights') }} as weights
    inner join {{ ref('int_framework_nodes') }} as nodes using (methodology_id)
    where
        nodes.role = 'regular'
        and weights.weight_set_number in (select weight_set_number from runs where not is_additive)
),

parent_weights as (
    select
        weight_set_number,
        parent_node_id as node_id,
        cast(sum({{ rounded_decimal('weight', 12) }}) as double) as total_weight,
        {{ ordered_values('weight', 'node_number', "node_type = 'indicator'") }}
            as indicator_weights
    from weights
    group by weight_set_number, parent_node_id
),

parents as (
    select
        runs.simulation_number,
        runs.weight_set_number,
        runs.edition_key,
        runs.normalisation,
        runs.has_project_points,
        nodes.node_id,
        nodes.height,
        case
            when nodes.node_id = 'overall' and runs.root_aggregation <> 'as_defined'
                then runs.root_aggregation
            else nodes.aggregation
        end as aggregation,
        case
            when runs.has_project_points
                then 1 + cast(coalesce(nodes.project_cap_share, 0) as double)
            else 1
        end as divisor,
        nullif(parent_weights.total_weight, 0) as total_weight,
        parent_weights.indicator_weights
    from runs
    inner join nodes using (edition_key)
    inner join parent_weights using (weight_set_number, node_id)
    where not runs.is_additive
),

-- categories below a category
links as (
    select
        parents.simulation_number,
        parents.node_id as parent_node_id,
        parents.height as parent_height,
        parents.aggregation,
        weights.node_id,
        weights.weight / parents.total_weight as share,
        weights.weight
    from parents
    inner join weights
        on
            parents.weight_set_number = weights.weight_set_number
            and parents.node_id = weights.parent_node_id
    where weights.node_type <> 'indicator'
),

city_scores as (
    select
        edition_key,
        normalisation,
        city_id,
        parent_node_id,
        {{ ordered_values('cast(score as double)', 'node_number') }} as score_list,
        {{ ordered_values(
            'cast(case when score > 0 then ln(cast(score as double)) else 0 end as double)', 'node_number'
        ) }} as logarithm_list,
        {{ ordered_values(
            'cast(case when score = 0 then 1 else 0 end as double)', 'node_number'
        ) }} as zero_list
    from scores
    group by edition_key, normalisation, city_id, parent_node_id
),

indicator_parts as (
    select
        parents.simulation_number,
        parents.node_id,
        parents.height,
        city_scores.city_id,
        case
            when parents.aggregation = 'geometric'
                then {{ inner_product('parents.indicator_weights', 'city_scores.logarithm_list') }}
            else {{ inner_product('parents.indicator_weights', 'city_scores.score_list') }}
        end / parents.total_weight as part,
        {{ inner_product('parents.indicator_weights', 'city_scores.zero_list') }} as zero_weight
    from parents
    inner join city_scores
        on
            parents.edition_key = city_scores.edition_key
            and parents.normalisation = city_scores.normalisation
            and parents.node_id = city_scores.parent_node_id
),

{% for level in levels %}
parts_{{ level }} as (
    select
        simulation_number,
        node_id,
        city_id,
        part,
        zero_weight
    from indicator_parts
    where height = {{ level }}
    {% for lower in range(1, level) %}
    union all
    select
        links.simulation_number,
        links.parent_node_id as node_id,
        children.city_id,
        links.share * case
            when links.aggregation <> 'geometric' then children.value
            when children.value > 0 then ln(children.value)
            else 0
        end as part,
        case when children.value <= 0 then links.weight else 0 end as zero_weight
    from level_{{ lower }} as children
    inner join links using (simulation_number, node_id)
    where links.parent_height = {{ level }}
    {% endfor %}
),

sums_{{ level }} as (
    select
        simulation_number,
        node_id,
        city_id,
        cast(sum({{ rounded_decimal('part', 12) }}) as double) as total,
        max(zero_weight) as zero_weight
    from parts_{{ level }}
    group by simulation_number, node_id, city_id
),

level_{{ level }} as (
    select
        sums.simulation_number,
        sums.node_id,
        sums.city_id,
        case
            when parents.aggregation = 'geometric' and sums.zero_weight > 0 then 0
            when parents.aggregation = 'geometric' then exp(sums.total)
            else sums.total
        end / parents.divisor
        + additions.addition as value
    from sums_{{ level }} as sums
    inner join parents using (simulation_number, node_id)
    inner join additions
        on
            parents.edition_key = additions.edition_key
            and parents.has_project_points = additions.has_project_points
            and sums.node_id = additions.node_id
            and sums.city_id = additions.city_id
),

{% endfor %}
roots as (
    select
        simulation_number,
        city_id,
        value
    from additive_roots
    {% for level in levels %}
    union all
    select
        simulation_number,
        city_id,
        value
    from level_{{ level }}
    where node_id = 'overall'
    {% endfor %}
),

rounded_roots as (
    select
        simulation_number,
        city_id,
        {{ rounded_decimal('value', 8) }} as index_value
    from roots
    where value is not null
),

compared as (
    select
        roots.simulation_number,
        roots.city_id,
        roots.index_value,
        {{ rank_value('roots.index_value', 'editions.rank_taken_on', 'editions.index_digits') }}
            as rank_value
    from rounded_roots as roots
    inner join runs using (simulation_number)
    inner join {{ ref('int_editions') }} as editions using (edition_key)
),

final as (
    select
        simulation_number,
        city_id,
        index_value,
        rank_value,
        cast(
            rank() over (partition by simulation_number order by rank_value desc nulls last) as integer
        ) as rank
    from compared
)

select * from final
