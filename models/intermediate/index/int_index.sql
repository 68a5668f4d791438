{#-
  Index of every category, level by level of the tree: the one place where children become a parent.
  With W the weight of the regular children, P the project points and c the parent's
  project_cap_share (0 without projects), for scores between 0 and M = scale_maximum:

      index = (mean of the regular children + min(P, c * M * W) / W) / (1 + c)

  The mean is the weighted arithmetic or geometric mean, as the parent says. With n indicators of
  weight 1, M = 100 and c = 0.05 this is 100 * (sum of the scores + P) / (105 * n).

  A missing child is handled by missing_value_rule; a child that is not applicable leaves the mean.
  Where a published index contradicts the computed one, the published one overrides it.
-#}
{%- set columns -%}
    edition_key, city_id, node_id, is_applicable, indicator_count, scored_indicator_count,
    index_value, index_without_projects, is_simulated, override_count
{%- endset -%}
with

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

links as (
    select
        parents.edition_key,
        parents.node_id as parent_node_id,
        parents.height as parent_height,
        parents.aggregation,
        children.role,
        children.weight,
        -- a category without recorded indicators stands for itself, without a value
        coalesce(children.node_id, parents.node_id) as node_id
    from nodes as parents
    left join nodes as children
        on
            parents.edition_key = children.edition_key
            and parents.node_id = children.parent_node_id
    where parents.node_type <> 'indicator'
),

level_0 as (
    select
        scores.edition_key,
        scores.city_id,
        scores.indicator_id as node_id,
        scores.status <> 'not_applicable' as is_applicable,
        case
            when nodes.role = 'regular' and scores.status <> 'not_applicable' then 1 else 0
        end as indicator_count,
        case when nodes.role = 'regular' and scores.status = 'scored' then 1 else 0 end
            as scored_indicator_count,
        scores.score as index_value,
        scores.score as index_without_projects,
        scores.is_simulated,
        0 as override_count
    from {{ ref('int_normalised_scores') }} as scores
    inner join nodes
        on scores.edition_key = nodes.edition_key and scores.indicator_id = nodes.node_id
    union all
    select
        cities.edition_key,
        cities.city_id,
        links.node_id,
        false as is_applicable,
        0 as indicator_count,
        0 as scored_indicator_count,
        cast(null as {{ type_index() }}) as index_value,
        cast(null as {{ type_index() }}) as index_without_projects,
        false as is_simulated,
        0 as override_count
    from links
    inner join {{ ref('int_edition_cities') }} as cities using (edition_key)
    where links.node_id = links.parent_node_id
),

{% for level in range(1, var('framework_levels') + 1) %}
{#- No project lies below an indicator: on the first level both values are the same. -#}
{%- set values = ['index_value'] if level == 1 else ['index_value', 'index_without_projects'] %}
children_{{ level }} as (
    select
        children.*,
        links.parent_node_id,
        links.aggregation,
        links.role,
        links.weight
    from (
        {% for lower_level in range(level) %}
        select {{ columns }} from level_{{ lower_level }}
        {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ) as children
    inner join links using (edition_key, node_id)
    where links.parent_height = {{ level }}
),

sums_{{ level }} as (
    select
        edition_key,
        city_id,
        parent_node_id as node_id,
        sum(indicator_count) as indicator_count,
        sum(scored_indicator_count) as scored_indicator_count,
        sum(override_count) as override_count,
        bool_or(is_simulated) as is_simulated,
        -- sums of weights stay narrow: arithmetic on 38 digits is several times slower
        cast(
            sum(case when role = 'regular' and is_applicable then weight else 0 end) as decimal(18, 6)
        ) as applicable_weight,
        cast(
            sum(case when role = 'regular' and index_value is not null then weight else 0 end)
            as decimal(18, 6)
        ) as valued_weight,
        sum(case when role = 'project' then index_value end) as project_points,
        sum(case when role = 'project' and is_applicable and index_value is null then 1 else 0 end)
            as missing_project_count,
        {% if level > 1 %}
        sum(
            case
                when
                    role = 'regular'
                    and index_value is not null
                    and index_without_projects is null
                    then 1
                else 0
            end
        ) as unsplit_count,
        {% endif %}
        -- logarithms are rounded to 15 digits, so that their sum is exact
        {% for value in values %}
        -- below zero, without projects, is what a published index less than the project points leaves
        max(case when role = 'regular' and {{ value }} <= 0 then 1 else 0 end) as has_zero_{{ value }},
        sum(
            case
                when role <> 'regular' or {{ value }} is null then 0
                when aggregation <> 'geometric' then weight * {{ value }}
                when {{ value }} > 0
                    then weight
                        * {{ rounded_decimal('ln(' ~ to_double(value) ~ ')', 15, 'decimal(18, 15)') }}
                else 0
            end
        ) as total_{{ value }}{{ ',' if not loop.last }}
        {% endfor %}
    from children_{{ level }}
    group by edition_key, city_id, parent_node_id
),

bases_{{ level }} as (
    select
        sums.*,
        nodes.aggregation,
        coalesce(nodes.project_cap_share, 0) as project_cap_share,
        least(
            coalesce(sums.project_points, 0),
            coalesce(nodes.project_cap_share, 0) * nodes.scale_maximum * sums.applicable_weight
        ) as capped_points,
        -- a missing child that counts as zero makes a geometric mean zero
        nodes.missing_value_rule = 'zero' and sums.valued_weight < sums.applicable_weight
            as has_missing_as_zero,
        -- the weight that the total is divided by; NULL where there is no index
        case
            when sums.valued_weight = 0 then null
            when sums.valued_weight < nodes.minimum_coverage * sums.applicable_weight then null
            when nodes.missing_value_rule = 'zero' then sums.applicable_weight
            when nodes.missing_value_rule = 'renormalise' then sums.valued_weight
            when sums.valued_weight = sums.applicable_weight and sums.missing_project_count = 0
                then sums.applicable_weight
        end as base_weight
    from sums_{{ level }} as sums
    inner join nodes using (edition_key, node_id)
),

means_{{ level }} as (
    select
        *,
        {% for value in values %}
        case
            when base_weight is null then null
            {% if value == 'index_without_projects' %}
            -- not known where a child's project points are not
            when unsplit_count > 0 then null
            {% endif %}
            when aggregation <> 'geometric' then {{ divide('total_' ~ value, 'base_weight') }}
            when has_zero_{{ value }} = 1 or has_missing_as_zero then 0
            else {{ rounded_decimal(
                'exp(' ~ to_double('total_' ~ value) ~ ' / ' ~ to_double('base_weight') ~ ')', 12
            ) }}
        end as mean_{{ value }}{{ ',' if not loop.last }}
        {% endfor %}
    from bases_{{ level }}
),

computed_{{ level }} as (
    select
        edition_key,
        city_id,
        node_id,
        indicator_count,
        scored_indicator_count,
        override_count,
        is_simulated,
        {{ divide(
            'mean_index_value + ' ~ divide('capped_points', 'applicable_weight'),
            '1 + project_cap_share'
        ) }} as computed_index,
        {{ divide('mean_index_value', '1 + project_cap_share') }} as index_before_projects,
        {{ divide('mean_' ~ values | last, '1 + project_cap_share') }} as computed_without_projects
    from means_{{ level }}
),

compared_{{ level }} as (
    select
        computed.*,
        published.published_index,
        computed.computed_index is null or {{ verdict(
            'computed.computed_index',
            'published.published_index',
            'published.published_index_digits'
        ) }} = 'contradiction' as is_overridden
    from computed_{{ level }} as computed
    left join {{ ref('int_published_results') }} as published using (edition_key, city_id, node_id)
),

level_{{ level }} as (
    select
        edition_key,
        city_id,
        node_id,
        true as is_applicable,
        indicator_count,
        scored_indicator_count,
        cast(case when is_overridden then published_index else computed_index end as {{ type_index() }})
            as index_value,
        cast(
            case when is_overridden then published_index - computed_index else 0 end
            + computed_without_projects as {{ type_index() }}
        ) as index_without_projects,
        is_simulated,
        -- what a parent counts of it
        case when is_overridden and published_index is not null then 1 else 0 end as override_count,
        override_count as overridden_child_count,
        computed_index,
        published_index,
        index_before_projects
    from compared_{{ level }}
),

{% endfor %}
final as (
    {% for level in range(1, var('framework_levels') + 1) %}
    select
        edition_key,
        city_id,
        node_id,
        cast(indicator_count as integer) as indicator_count,
        cast(scored_indicator_count as integer) as scored_indicator_count,
        cast(overridden_child_count as integer) as override_count,
        computed_index,
        published_index,
        index_value,
        index_without_projects,
        index_before_projects,
        case
            when override_count = 1 then 'published'
            when computed_index is not null then 'computed'
        end as index_source,
        is_simulated
    from level_{{ level }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
