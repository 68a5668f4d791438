{#-
  Index and rank of every city in every run, level by level of the tree:

      index = mean of the children / (1 + project_cap_share) + what is added

  What is added (project points, and the difference between a published index that is carried on
  and the computed one) does not depend on weights. A run without project points divides by 1.
-#}
with

runs as (
    select * from {{ ref('int_runs') }}
),

weights as (
    select * from {{ ref('int_run_weights') }}
),

scores as (
    select * from {{ ref('int_normalised_scores') }}
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

results as (
    select * from {{ ref('int_node_ranks') }}
),

parents as (
    select
        runs.run_number,
        runs.ranking_id,
        runs.edition,
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
    from runs
    inner join nodes
        on runs.ranking_id = nodes.ranking_id and runs.edition = nodes.edition
    where nodes.node_type <> 'indicator'
),

additions as (
    select
        ranking_id,
        edition,
        city_id,
        node_id,
        cast(index_value - index_before_projects as double) as with_project_points,
        cast(index_value - computed_index as double) as without_project_points
    from results
),

parent_weights as (
    select
        run_number,
        parent_node_id,
        sum(weight) as total_weight,
        {{ ordered_values('weight', 'node_id') }}
            filter (where node_type = 'indicator') as indicator_weights
    from weights
    group by run_number, parent_node_id
),

city_scores as (
    select
        ranking_id,
        edition,
        normalisation,
        city_id,
        parent_node_id,
        {{ ordered_values('score', 'indicator_id') }} as score_list,
        {{ ordered_values(
            'case when score > 0 then ln(cast(score as double)) else 0 end', 'indicator_id'
        ) }} as logarithm_list,
        {{ ordered_values('case when score = 0 then 1 else 0 end', 'indicator_id') }} as zero_list
    from scores
    group by ranking_id, edition, normalisation, city_id, parent_node_id
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
        case
            when parents.aggregation = 'geometric'
                then {{ inner_product('parent_weights.indicator_weights', 'city_scores.zero_list') }}
            else 0
        end as zero_weight
    from parents
    inner join parent_weights
        on
            parents.run_number = parent_weights.run_number
            and parents.node_id = parent_weights.parent_node_id
    inner join city_scores
        on
            parents.ranking_id = city_scores.ranking_id
            and parents.edition = city_scores.edition
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
        case
            when parents.aggregation = 'geometric' and children.value <= 0
                then cast(weights.weight as double)
            else 0
        end as zero_weight
    from level_{{ lower }} as children
    inner join weights
        on children.run_number = weights.run_number and children.node_id = weights.node_id
    inner join parents
        on
            weights.run_number = parents.run_number
            and weights.parent_node_id = parents.node_id
    inner join parent_weights
        on
            weights.run_number = parent_weights.run_number
            and weights.parent_node_id = parent_weights.parent_node_id
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
        cast(sum(cast(part as {{ type_index() }})) as double) as total,
        max(zero_weight) as zero_weight
        {% endif %}
    from parts_{{ level }}
    {% if level > 1 %}group by run_number, node_id, city_id{% endif %}
),

level_{{ level }} as (
    select
        sums_{{ level }}.run_number,
        sums_{{ level }}.node_id,
        sums_{{ level }}.city_id,
        case
            when parents.aggregation = 'geometric' and sums_{{ level }}.zero_weight > 0 then 0
            when parents.aggregation = 'geometric' then exp(sums_{{ level }}.total)
            else sums_{{ level }}.total
        end / parents.divisor
        + case
            when parents.has_project_points then additions.with_project_points
            else additions.without_project_points
        end as value
    from sums_{{ level }}
    inner join parents
        on
            sums_{{ level }}.run_number = parents.run_number
            and sums_{{ level }}.node_id = parents.node_id
    inner join additions
        on
            parents.ranking_id = additions.ranking_id
            and parents.edition = additions.edition
            and sums_{{ level }}.node_id = additions.node_id
            and sums_{{ level }}.city_id = additions.city_id
),

{% endfor %}
roots as (
    {% for level in [1, 2, 3] %}
    select
        run_number,
        city_id,
        cast(round(value, 8) as {{ type_index() }}) as index_value
    from level_{{ level }}
    where node_id = 'overall' and value is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

root_settings as (
    select
        runs.run_number,
        nodes.rank_taken_on,
        nodes.index_digits
    from runs
    inner join nodes
        on
            runs.ranking_id = nodes.ranking_id
            and runs.edition = nodes.edition
            and nodes.node_id = 'overall'
),

compared as (
    select
        roots.run_number,
        roots.city_id,
        roots.index_value,
        {{ rank_value(
            'roots.index_value', 'root_settings.rank_taken_on', 'root_settings.index_digits'
        ) }} as rank_value
    from roots
    inner join root_settings on roots.run_number = root_settings.run_number
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
