{#-
  The smallest difference between the overall indices of two cities that any weights of a scenario
  allow; if it is positive, the first city is ahead for sure.

  For siblings sorted by their difference, the smallest weighted mean over varied weights
  w (1 - s) .. w (1 + s) gives the first k the upper end of the range and the others the lower end.
  With C the sums over the first k and T those over all:

      smallest mean = minimum over k of (T_wd + s (2 C_wd - T_wd)) / (T_w + s (2 C_w - T_w))

  Weights are positive, so that the smallest difference of a parent takes the smallest differences of
  its children. For weights of any size s is 1.
-#}
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
    select * from {{ ref('int_edition_nodes') }}
),

node_values as (
    select * from {{ ref('int_node_values') }}
),

links as (
    select
        nodes.edition_key,
        nodes.node_id,
        nodes.parent_node_id,
        cast(nodes.weight as double) as weight,
        parents.height as parent_height,
        1 + cast(coalesce(parents.project_cap_share, 0) as double) as parent_divisor
    from analysed
    inner join nodes using (edition_key)
    inner join nodes as parents
        on
            nodes.edition_key = parents.edition_key
            and nodes.parent_node_id = parents.node_id
    where nodes.role = 'regular'
),

additions as (
    select
        edition_key,
        city_id,
        node_id,
        cast(index_value - index_before_projects as double) as addition
    from node_values
),

indicator_differences as (
    select
        links.edition_key,
        scenarios.scenario_id,
        scenarios.half_width,
        own.city_id,
        others.city_id as other_city_id,
        links.node_id,
        cast(own.index_value - others.index_value as double) as difference
    from links
    inner join nodes using (edition_key, node_id)
    inner join node_values as own using (edition_key, node_id)
    inner join node_values as others
        on
            own.edition_key = others.edition_key
            and own.node_id = others.node_id
            and own.city_id <> others.city_id
    cross join scenarios
    where nodes.node_type = 'indicator'
),

{% for level in range(1, var('framework_levels') + 1) %}
children_{{ level }} as (
    {% for lower in range(level) %}
    select
        children.*,
        links.parent_node_id,
        links.parent_divisor,
        links.weight
    from {{ 'indicator_differences' if lower == 0 else 'differences_' ~ lower }} as children
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
        edition_key,
        scenario_id,
        half_width,
        city_id,
        other_city_id,
        parent_node_id as node_id,
        min(
            (total + half_width * (2 * first_total - total))
            / (total_weight + half_width * (2 * first_weight - total_weight))
        ) / max(parent_divisor) as smallest_mean
    from sums_{{ level }}
    group by
        edition_key,
        scenario_id,
        half_width,
        city_id,
        other_city_id,
        parent_node_id
),

differences_{{ level }} as (
    select
        means.edition_key,
        means.scenario_id,
        means.half_width,
        means.city_id,
        means.other_city_id,
        means.node_id,
        means.smallest_mean + own.addition - others.addition as difference
    from smallest_means_{{ level }} as means
    inner join additions as own using (edition_key, node_id, city_id)
    inner join additions as others
        on
            means.edition_key = others.edition_key
            and means.node_id = others.node_id
            and means.other_city_id = others.city_id
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
    where node_id = 'overall'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
