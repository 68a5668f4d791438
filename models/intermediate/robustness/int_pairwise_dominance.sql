{#-
  The smallest difference between the overall indices of two cities that any weights of a scenario
  allow; if it is positive, the first city is ahead for sure.

  For siblings sorted by their difference, the smallest weighted mean over varied weights
  w (1 - s) .. w (1 + s) gives the first k the upper end of the range and the others the lower end.
  With C the sums over the first k and T those over all:

      smallest mean = minimum over k of (T_wd + s (2 C_wd - T_wd)) / (T_w + s (2 C_w - T_w))

  Weights are positive, so that the smallest difference of a parent takes the smallest differences of
  its children. For weights of any size s is 1.

  Where two cities do not have the same children of a parent, their weights are scaled differently.
  There the smallest value of the one less the largest value of the other stands: a difference that
  no weights fall below, though none may reach it. A city compared with none ('') gives its values.
-#}
{%- set pair = 'edition_key, scenario_id, half_width, city_id, other_city_id' -%}
with

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed' and is_additive
),

scenarios as (
    select
        scenario_id,
        cast(coalesce(weight_variation, 1) as double) as half_width
    from {{ ref('stg_weight_scenarios') }}
    where normalisation = 'as_defined' and root_aggregation <> 'geometric'
),

nodes as (
    select nodes.*
    from analysed
    inner join {{ ref('int_edition_nodes') }} as nodes using (edition_key)
    where nodes.role = 'regular' or nodes.parent_node_id is null
),

links as (
    select
        nodes.edition_key,
        nodes.node_id,
        nodes.parent_node_id,
        cast(nodes.weight as double) as weight,
        parents.height as parent_height,
        1 + cast(coalesce(parents.project_cap_share, 0) as double) as parent_divisor
    from nodes
    inner join nodes as parents
        on
            nodes.edition_key = parents.edition_key
            and nodes.parent_node_id = parents.node_id
),

counted_nodes as (
    select
        patterns.edition_key,
        patterns.city_id,
        nodes.node_id,
        nodes.node_number,
        nodes.parent_node_id,
        nodes.node_type,
        nodes.height
    from {{ ref('int_coverage_patterns') }} as patterns
    inner join nodes using (edition_key)
    where
        not patterns.is_imputed
        and {{ list_item('patterns.counted_nodes', 'nodes.node_number') }} = 1
),

child_counts as (
    select
        edition_key,
        city_id,
        parent_node_id as node_id,
        count(*) as child_count
    from counted_nodes
    group by edition_key, city_id, parent_node_id
),

-- every category of a city, and of the city that is none
parents as (
    select
        categories.*,
        scenarios.scenario_id,
        scenarios.half_width
    from (
        select
            counted_nodes.edition_key,
            counted_nodes.city_id,
            counted_nodes.node_id,
            counted_nodes.height,
            coalesce(child_counts.child_count, 0) as child_count,
            additions.addition
        from counted_nodes
        left join child_counts using (edition_key, city_id, node_id)
        inner join {{ ref('int_additions') }} as additions using (edition_key, city_id, node_number)
        where
            counted_nodes.node_type <> 'indicator'
            and additions.imputation = 'none'
            and additions.has_project_points
        union all
        select
            edition_key,
            '' as city_id,
            node_id,
            height,
            -1 as child_count,
            cast(0 as double) as addition
        from nodes
        where node_type <> 'indicator'
    ) as categories
    cross join scenarios
),

scores as (
    select
        counted_nodes.edition_key,
        counted_nodes.city_id,
        counted_nodes.node_id,
        cast(scores.score as double) as score
    from counted_nodes
    inner join {{ ref('int_alternative_scores') }} as scores using (edition_key, city_id, node_number)
    where scores.normalisation = 'as_defined' and scores.imputation = 'none'
    union all
    select
        edition_key,
        '' as city_id,
        node_id,
        cast(0 as double) as score
    from nodes
    where node_type = 'indicator'
),

differences_0 as (
    select
        own.edition_key,
        scenarios.scenario_id,
        scenarios.half_width,
        own.city_id,
        others.city_id as other_city_id,
        own.node_id,
        own.score - others.score as difference
    from scores as own
    inner join scores as others
        on
            own.edition_key = others.edition_key
            and own.node_id = others.node_id
            and own.city_id <> others.city_id
    cross join scenarios
),

{% for level in range(1, var('framework_levels') + 1) %}
children_{{ level }} as (
    {% for lower in range(level) %}
    select
        children.*,
        links.parent_node_id,
        links.parent_divisor,
        links.weight
    from differences_{{ lower }} as children
    inner join links using (edition_key, node_id)
    where links.parent_height = {{ level }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

sums_{{ level }} as (
    select
        *,
        sum(weight) over siblings as total_weight,
        sum(weight * difference) over siblings as total,
        sum(weight) over first_siblings as first_weight,
        sum(weight * difference) over first_siblings as first_total
    from children_{{ level }}
    window
        siblings as (
            partition by edition_key, scenario_id, city_id, other_city_id, parent_node_id
        ),
        first_siblings as (
            partition by edition_key, scenario_id, city_id, other_city_id, parent_node_id
            order by difference, node_id
            rows between unbounded preceding and current row
        )
),

smallest_means_{{ level }} as (
    select
        {{ pair }},
        parent_node_id as node_id,
        count(*) as common_child_count,
        min(
            (total + half_width * (2 * first_total - total))
            / (total_weight + half_width * (2 * first_weight - total_weight))
        ) / max(parent_divisor) as smallest_mean
    from sums_{{ level }}
    group by {{ pair }}, parent_node_id
),

pairs_{{ level }} as (
    select
        own.edition_key,
        own.scenario_id,
        own.half_width,
        own.city_id,
        others.city_id as other_city_id,
        own.node_id,
        own.addition,
        others.addition as other_addition,
        own.child_count = others.child_count
        and own.child_count = coalesce(means.common_child_count, 0) as has_same_children,
        coalesce(means.smallest_mean, 0) as smallest_mean
    from parents as own
    inner join parents as others
        on
            own.edition_key = others.edition_key
            and own.scenario_id = others.scenario_id
            and own.node_id = others.node_id
            and own.city_id <> others.city_id
    left join smallest_means_{{ level }} as means
        on
            own.edition_key = means.edition_key
            and own.scenario_id = means.scenario_id
            and own.node_id = means.node_id
            and own.city_id = means.city_id
            and others.city_id = means.other_city_id
    where own.height = {{ level }}
),

-- windows instead of joins: Spark would compute every use of a table expression anew
differences_{{ level }} as (
    select
        {{ pair }},
        node_id,
        case
            when has_same_children then smallest_mean + addition - other_addition
            else
                coalesce(
                    max(case when other_city_id = '' then addition + smallest_mean end) over (
                        partition by edition_key, scenario_id, node_id, city_id
                    ), 0
                )
                + coalesce(
                    max(case when city_id = '' then smallest_mean - other_addition end) over (
                        partition by edition_key, scenario_id, node_id, other_city_id
                    ), 0
                )
        end as difference
    from pairs_{{ level }}
),

{% endfor %}
final as (
    {% for level in range(1, var('framework_levels') + 1) %}
    select
        edition_key,
        scenario_id,
        city_id,
        other_city_id,
        {{ rounded_decimal('difference', 10) }} as smallest_difference
    from differences_{{ level }}
    where node_id = 'overall' and city_id <> '' and other_city_id <> ''
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
