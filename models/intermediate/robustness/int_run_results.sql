{#-
  Index and rank of every city in every run. Where every mean is arithmetic, the overall index is one
  sum of products, which is several times as fast:

      index = sum of effective weight * (score of an indicator, or what is added to a category)
              + what is added to the overall index

  Elsewhere it is computed level by level of the tree:

      index = mean of the children / (1 + project_cap_share) + what is added

  What is added (project points, and the difference between a published index that is carried on
  and the computed one) does not depend on weights. A run without project points divides by 1.
-#}
with

runs as (
    select * from {{ ref('int_runs') }}
),

weights as (
    select * from {{ ref('int_weight_sets') }}
),

scores as (
    select * from {{ ref('int_alternative_scores') }}
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

results as (
    select * from {{ ref('int_node_values') }}
),

additive_runs as (
    select *
    from runs
    where is_additive
),

other_runs as (
    select *
    from runs
    where not is_additive
),

project_choices as (
    select true as has_project_points
    union all
    select false as has_project_points
),

additions as (
    select
        results.edition_key,
        results.city_id,
        results.node_id,
        nodes.node_number,
        project_choices.has_project_points,
        cast(
            case
                when project_choices.has_project_points
                    then results.index_value - results.index_before_projects
                else results.index_value - results.computed_index
            end as double
        ) as addition
    from results
    inner join nodes using (edition_key, node_id)
    cross join project_choices
    where nodes.node_type <> 'indicator'
),

-- runs in which every mean is arithmetic; a set of weights that leaves nothing gives no index
weight_lists as (
    select
        weight_set_number,
        {{ ordered_values('effective_weight', 'node_number') }} as weight_list
    from weights
    where weight_set_number in (select weight_set_number from additive_runs)
    group by weight_set_number
    having sum(case when parent_node_id = 'overall' then weight else 0 end) > 0
),

normalisations as (
    select distinct
        edition_key,
        normalisation,
        has_project_points
    from additive_runs
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
    where additions.node_id <> 'overall'
),

city_value_lists as (
    select
        edition_key,
        normalisation,
        has_project_points,
        city_id,
        {{ ordered_values('node_value', 'node_number') }} as value_list
    from city_values
    group by edition_key, normalisation, has_project_points, city_id
),

additive_roots as (
    select
        additive_runs.run_number,
        city_value_lists.city_id,
        {{ inner_product('weight_lists.weight_list', 'city_value_lists.value_list') }}
        + additions.addition as value
    from additive_runs
    inner join weight_lists using (weight_set_number)
    inner join city_value_lists using (edition_key, normalisation, has_project_points)
    inner join additions
        on
            city_value_lists.edition_key = additions.edition_key
            and city_value_lists.city_id = additions.city_id
            and city_value_lists.has_project_points = additions.has_project_points
            and additions.node_id = 'overall'
),

-- all other runs
parents as (
    select
        runs.run_number,
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
        end as divisor
    from other_runs as runs
    inner join nodes using (edition_key)
    where nodes.node_type <> 'indicator'
),

parent_weights as (
    select
        weight_set_number,
        parent_node_id,
        sum(weight) as total_weight,
        {{ ordered_values('weight', 'node_number', "node_type = 'indicator'") }}
            as indicator_weights
    from weights
    where weight_set_number in (select weight_set_number from other_runs)
    group by weight_set_number, parent_node_id
),

city_scores as (
    select
        edition_key,
        normalisation,
        city_id,
        parent_node_id,
        {{ ordered_values('score', 'node_number') }} as score_list,
        {{ ordered_values(
            'case when score > 0 then ln(cast(score as double)) else 0 end', 'node_number'
        ) }} as logarithm_list,
        {{ ordered_values('case when score = 0 then 1 else 0 end', 'node_number') }} as zero_list
    from scores
    group by edition_key, normalisation, city_id, parent_node_id
),

indicator_parts as (
    select
        parents.run_number,
        parents.node_id,
        parents.height,
        city_scores.city_id,
        case
            when parents.aggregation = 'geometric'
                then {{ inner_product('parent_weights.indicator_weights', 'city_scores.logarithm_list') }}
            else {{ inner_product('parent_weights.indicator_weights', 'city_scores.score_list') }}
        end / nullif(cast(parent_weights.total_weight as double), 0) as part,
        {{ inner_product('parent_weights.indicator_weights', 'city_scores.zero_list') }} as zero_weight
    from parents
    inner join parent_weights
        on
            parents.weight_set_number = parent_weights.weight_set_number
            and parents.node_id = parent_weights.parent_node_id
    inner join city_scores
        on
            parents.edition_key = city_scores.edition_key
            and parents.normalisation = city_scores.normalisation
            and parents.node_id = city_scores.parent_node_id
),

{% for level in [1, 2, 3] %}
parts_{{ level }} as (
    select
        run_number,
        node_id,
        city_id,
        part,
        zero_weight
    from indicator_parts
    where height = {{ level }}
    {% for lower in range(1, level) %}
    union all
    select
        parents.run_number,
        parents.node_id,
        children.city_id,
        cast(weights.weight as double)
        * case
            when parents.aggregation <> 'geometric' then children.value
            when children.value > 0 then ln(children.value)
            else 0
        end
        / nullif(cast(parent_weights.total_weight as double), 0) as part,
        case when children.value <= 0 then cast(weights.weight as double) else 0 end as zero_weight
    from level_{{ lower }} as children
    inner join weights using (weight_set_number, node_id)
    inner join parents
        on
            children.run_number = parents.run_number
            and weights.parent_node_id = parents.node_id
    inner join parent_weights using (weight_set_number, parent_node_id)
    where parents.height = {{ level }}
    {% endfor %}
),

sums_{{ level }} as (
    select
        run_number,
        node_id,
        city_id,
        {% if level == 1 %}
        part as total,
        zero_weight
        {% else %}
        cast(sum({{ rounded_decimal('part', 12) }}) as double) as total,
        max(zero_weight) as zero_weight
        {% endif %}
    from parts_{{ level }}
    {% if level > 1 %}group by run_number, node_id, city_id{% endif %}
),

level_{{ level }} as (
    select
        sums_{{ level }}.run_number,
        parents.weight_set_number,
        sums_{{ level }}.node_id,
        sums_{{ level }}.city_id,
        case
            when parents.aggregation = 'geometric' and sums_{{ level }}.zero_weight > 0 then 0
            when parents.aggregation = 'geometric' then exp(sums_{{ level }}.total)
            else sums_{{ level }}.total
        end / parents.divisor
        + additions.addition as value
    from sums_{{ level }}
    inner join parents
        on
            sums_{{ level }}.run_number = parents.run_number
            and sums_{{ level }}.node_id = parents.node_id
    inner join additions
        on
            parents.edition_key = additions.edition_key
            and parents.has_project_points = additions.has_project_points
            and sums_{{ level }}.node_id = additions.node_id
            and sums_{{ level }}.city_id = additions.city_id
),

{% endfor %}
roots as (
    select
        run_number,
        city_id,
        value
    from additive_roots
    {% for level in [1, 2, 3] %}
    union all
    select
        run_number,
        city_id,
        value
    from level_{{ level }}
    where node_id = 'overall'
    {% endfor %}
),

rounded_roots as (
    select
        run_number,
        city_id,
        {{ rounded_decimal('value', 8) }} as index_value
    from roots
    where value is not null
),

root_settings as (
    select
        runs.run_number,
        nodes.rank_taken_on,
        nodes.index_digits
    from runs
    inner join nodes
        on
            runs.edition_key = nodes.edition_key
            and nodes.node_id = 'overall'
),

compared as (
    select
        rounded_roots.run_number,
        rounded_roots.city_id,
        rounded_roots.index_value,
        {{ rank_value(
            'rounded_roots.index_value', 'root_settings.rank_taken_on', 'root_settings.index_digits'
        ) }} as rank_value
    from rounded_roots
    inner join root_settings using (run_number)
),

final as (
    select
        run_number,
        city_id,
        index_value,
        rank_value,
        cast(
            rank() over (partition by run_number order by rank_value desc nulls last) as integer
        ) as rank
    from compared
)

select * from final
