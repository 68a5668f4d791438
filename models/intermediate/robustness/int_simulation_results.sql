{#-
  Index and rank of every city in every run. Where every mean is arithmetic, the overall index is one
  sum of products, which is several times as fast:

      index = sum of effective weight * (score of an indicator, or what is added to a category)
              + what is added to the overall index

  Elsewhere it is computed level by level of the tree:

      index = mean of the children that count / (1 + project_cap_share) + what is added

  A run without project points divides by 1. Cities with the same coverage pattern share weights.
-#}
{%- set levels = range(1, var('framework_levels') + 1) -%}
with

runs as (
    select * from {{ ref('int_simulations') }}
),

-- runs in which every mean is arithmetic
additive_roots as (
    select
        runs.simulation_number,
        city_values.city_id,
        {{ inner_product('weights.effective_weights', 'city_values.node_values') }} as value
    from runs
    inner join {{ ref('int_weights') }} as weights using (weight_set_number)
    inner join {{ ref('int_city_values') }} as city_values
        using (edition_key, normalisation, imputation, has_project_points, pattern_number)
    -- a set of weights that leaves nothing gives no index
    where runs.is_additive and weights.has_index
),

-- all other runs, level by level
weights as (
    select
        weights.weight_set_number,
        weights.pattern_number,
        nodes.parent_node_id,
        nodes.node_id,
        nodes.node_number,
        nodes.node_type,
        {{ list_item('weights.weights', 'nodes.node_number') }} as weight
    from {{ ref('int_weights') }} as weights
    inner join {{ ref('int_framework_nodes') }} as nodes using (methodology_id)
    where
        nodes.role = 'regular'
        and weights.has_index
        and weights.weight_set_number in (select weight_set_number from runs where not is_additive)
),

parent_weights as (
    select
        weight_set_number,
        pattern_number,
        parent_node_id as node_id,
        cast(sum({{ rounded_decimal('weight', 12) }}) as double) as total_weight,
        {{ ordered_values('weight', 'node_number', "node_type = 'indicator'") }}
            as indicator_weights
    from weights
    group by weight_set_number, pattern_number, parent_node_id
),

-- every category, also one without children: what is added is all of its index
parents as (
    select
        runs.simulation_number,
        runs.weight_set_number,
        run_weights.pattern_number,
        runs.edition_key,
        runs.normalisation,
        runs.imputation,
        runs.has_project_points,
        nodes.node_id,
        nodes.node_number,
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
    inner join {{ ref('int_weights') }} as run_weights using (weight_set_number)
    inner join {{ ref('int_edition_nodes') }} as nodes on runs.edition_key = nodes.edition_key
    left join parent_weights
        on
            runs.weight_set_number = parent_weights.weight_set_number
            and run_weights.pattern_number = parent_weights.pattern_number
            and nodes.node_id = parent_weights.node_id
    where
        not runs.is_additive
        and run_weights.has_index
        and nodes.node_type <> 'indicator'
),

-- categories below a category
links as (
    select
        parents.simulation_number,
        parents.pattern_number,
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
            and parents.pattern_number = weights.pattern_number
            and parents.node_id = weights.parent_node_id
    where weights.node_type <> 'indicator'
),

indicator_parts as (
    select
        parents.simulation_number,
        parents.pattern_number,
        parents.node_id,
        parents.height,
        patterns.city_id,
        case
            when parents.aggregation = 'geometric'
                then {{ inner_product('parents.indicator_weights', 'city_scores.logarithm_list') }}
            else {{ inner_product('parents.indicator_weights', 'city_scores.score_list') }}
        end / parents.total_weight as part,
        {{ inner_product('parents.indicator_weights', 'city_scores.zero_list') }} as zero_weight
    from parents
    inner join {{ ref('int_coverage_patterns') }} as patterns
        on
            parents.edition_key = patterns.edition_key
            and parents.pattern_number = patterns.pattern_number
            and patterns.is_imputed = (parents.imputation <> 'none')
    left join {{ ref('int_category_scores') }} as city_scores
        on
            parents.edition_key = city_scores.edition_key
            and parents.normalisation = city_scores.normalisation
            and parents.imputation = city_scores.imputation
            and patterns.city_id = city_scores.city_id
            and parents.node_id = city_scores.parent_node_id
),

{% for level in levels %}
parts_{{ level }} as (
    select
        simulation_number,
        pattern_number,
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
        links.pattern_number,
        links.parent_node_id as node_id,
        children.city_id,
        links.share * case
            when links.aggregation <> 'geometric' then children.value
            when children.value > 0 then ln(children.value)
            else 0
        end as part,
        case when children.value <= 0 then links.weight else 0 end as zero_weight
    from level_{{ lower }} as children
    inner join links using (simulation_number, pattern_number, node_id)
    where links.parent_height = {{ level }}
    {% endfor %}
),

-- a category of which nothing counts has no parts, and what is added is all of its index
sums_{{ level }} as (
    select
        simulation_number,
        pattern_number,
        node_id,
        city_id,
        cast(sum({{ rounded_decimal('part', 12) }}) as double) as total,
        max(zero_weight) as zero_weight
    from parts_{{ level }}
    group by simulation_number, pattern_number, node_id, city_id
),

level_{{ level }} as (
    select
        sums.simulation_number,
        sums.pattern_number,
        sums.node_id,
        sums.city_id,
        case
            when sums.total is null then 0
            when parents.aggregation = 'geometric' and sums.zero_weight > 0 then 0
            when parents.aggregation = 'geometric' then exp(sums.total)
            else sums.total
        end / parents.divisor
        + coalesce(additions.addition, 0) as value
    from sums_{{ level }} as sums
    inner join parents using (simulation_number, pattern_number, node_id)
    left join {{ ref('int_additions') }} as additions
        on
            parents.edition_key = additions.edition_key
            and parents.imputation = additions.imputation
            and parents.has_project_points = additions.has_project_points
            and parents.node_number = additions.node_number
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
)

select
    simulation_number,
    city_id,
    index_value,
    rank_value,
    cast(
        rank() over (partition by simulation_number order by rank_value desc nulls last) as integer
    ) as rank
from compared
