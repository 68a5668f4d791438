{% macro aggregate_level(level, lower_levels) -%}
{#-
  Indices of all nodes at one height of the tree, from the values of their children: the one place
  where children become a parent.

  With W the weight of the regular children, P the project points and c the parent's
  project_cap_share (0 without projects), for scores between 0 and M = scale_maximum:

      index = (mean of the regular children + min(P, c * M * W) / W) / (1 + c)

  The mean is the weighted arithmetic or geometric mean, as the parent says. With n indicators of
  weight 1, M = 100 and c = 0.05 this is 100 * (sum of the scores + P) / (105 * n).

  A missing child is handled by the methodology's missing_value_rule; a child that is not
  applicable leaves the mean. Where a published index contradicts the computed one, the published
  one is carried on.

  Arguments:
    level: height of the nodes to compute (1 = parents of indicators)
    lower_levels: relations that hold the heights below, with the columns this macro returns
-#}
with

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

edition_cities as (
    select * from {{ ref('int_edition_cities') }}
),

published_results as (
    select * from {{ ref('int_published_results') }}
),

children as (
    {% for relation in lower_levels %}
    select * from {{ relation }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

links as (
    select
        parents.ranking_id,
        parents.edition,
        parents.node_id as parent_node_id,
        child_nodes.node_id as child_node_id,
        child_nodes.role,
        child_nodes.weight,
        parents.aggregation
    from nodes as parents
    inner join nodes as child_nodes
        on
            parents.ranking_id = child_nodes.ranking_id
            and parents.edition = child_nodes.edition
            and parents.node_id = child_nodes.parent_node_id
    where parents.height = {{ level }}
),

weighted_children as (
    select
        children.ranking_id,
        children.edition,
        children.city_id,
        links.parent_node_id,
        links.role,
        links.aggregation,
        links.weight,
        children.is_applicable,
        children.indicator_count,
        children.scored_indicator_count,
        children.index_value,
        children.index_without_projects,
        children.is_simulated,
        case when children.index_basis = 'published' then 1 else 0 end as is_carried
    from children
    inner join links
        on
            children.ranking_id = links.ranking_id
            and children.edition = links.edition
            and children.node_id = links.child_node_id
),

sums as (
    select
        ranking_id,
        edition,
        city_id,
        parent_node_id,
        sum(indicator_count) as indicator_count,
        sum(scored_indicator_count) as scored_indicator_count,
        sum(is_carried) as carried_count,
        max(case when is_simulated then 1 else 0 end) as simulated_flag,
        sum(case when role = 'regular' and is_applicable then weight else 0 end)
            as applicable_weight,
        sum(case when role = 'regular' and index_value is not null then weight else 0 end)
            as valued_weight,
        sum(case when role = 'project' then index_value end) as project_points,
        sum(case when role = 'project' and is_applicable and index_value is null then 1 else 0 end)
            as missing_project_count,
        {{ weighted_total('index_value') }} as weighted_total,
        {{ weighted_total('index_without_projects') }} as weighted_total_without_projects,
        sum(
            case
                when role = 'regular' and index_value is not null
                    and index_without_projects is null
                    then 1
                else 0
            end
        ) as unsplit_count,
        {{ has_zero('index_value') }} as has_zero,
        {{ has_zero('index_without_projects') }} as has_zero_without_projects
    from weighted_children
    group by ranking_id, edition, city_id, parent_node_id
),

parents as (
    select
        ranking_id,
        edition,
        node_id,
        aggregation,
        scale_maximum,
        coalesce(project_cap_share, 0) as project_cap_share,
        missing_value_rule,
        minimum_coverage
    from nodes
    where height = {{ level }}
),

-- a category whose indicators are not in the seeds: nothing to sum up, for any city
childless_parents as (
    select parents.*
    from parents
    left join links
        on
            parents.ranking_id = links.ranking_id
            and parents.edition = links.edition
            and parents.node_id = links.parent_node_id
    where links.parent_node_id is null
),

bases as (
    select
        parents.*,
        sums.city_id,
        cast(sums.indicator_count as integer) as indicator_count,
        cast(sums.scored_indicator_count as integer) as scored_indicator_count,
        cast(sums.carried_count as integer) as carried_count,
        sums.simulated_flag = 1 as is_simulated,
        sums.applicable_weight,
        sums.weighted_total,
        sums.weighted_total_without_projects,
        sums.unsplit_count,
        sums.has_zero,
        sums.has_zero_without_projects,
        -- the weight that the total is divided by; NULL where there is no index
        case
            when sums.valued_weight = 0 then null
            when sums.valued_weight < parents.minimum_coverage * sums.applicable_weight then null
            when parents.missing_value_rule = 'zero' then sums.applicable_weight
            when parents.missing_value_rule = 'renormalise' then sums.valued_weight
            when
                sums.valued_weight = sums.applicable_weight
                and sums.missing_project_count = 0
                then sums.applicable_weight
        end as base_weight,
        -- a missing child that counts as zero makes a geometric mean zero
        case
            when
                parents.missing_value_rule = 'zero'
                and sums.valued_weight < sums.applicable_weight
                then 1
            else 0
        end as has_missing_as_zero,
        least(
            coalesce(sums.project_points, 0),
            parents.project_cap_share * parents.scale_maximum * sums.applicable_weight
        ) as project_points
    from sums
    inner join parents
        on
            sums.ranking_id = parents.ranking_id
            and sums.edition = parents.edition
            and sums.parent_node_id = parents.node_id
),

means as (
    select
        *,
        {{ mean_of_children('weighted_total', 'has_zero') }} as mean_value,
        -- NULL where a child's project points are not known
        case
            when unsplit_count = 0
                then {{ mean_of_children(
                    'weighted_total_without_projects', 'has_zero_without_projects'
                ) }}
        end as mean_without_projects
    from bases
),

computed as (
    select
        ranking_id,
        edition,
        city_id,
        node_id,
        indicator_count,
        scored_indicator_count,
        carried_count,
        is_simulated,
        {{ divide(
            'mean_value + ' ~ divide('project_points', 'applicable_weight'),
            '1 + project_cap_share'
        ) }} as computed_index,
        {{ divide('mean_without_projects', '1 + project_cap_share') }}
            as computed_index_without_projects,
        {{ divide('mean_value', '1 + project_cap_share') }} as index_before_projects
    from means
    union all
    select
        childless_parents.ranking_id,
        childless_parents.edition,
        edition_cities.city_id,
        childless_parents.node_id,
        0 as indicator_count,
        0 as scored_indicator_count,
        0 as carried_count,
        false as is_simulated,
        cast(null as {{ type_index() }}) as computed_index,
        cast(null as {{ type_index() }}) as computed_index_without_projects,
        cast(null as {{ type_index() }}) as index_before_projects
    from childless_parents
    inner join edition_cities using (ranking_id, edition)
),

compared as (
    select
        computed.*,
        published_results.published_index,
        {{ verdict(
            'computed.computed_index',
            'published_results.published_index',
            'published_results.published_index_digits'
        ) }} as index_verdict
    from computed
    left join published_results using (ranking_id, edition, city_id, node_id)
),

carried as (
    select
        *,
        computed_index is null or index_verdict = 'contradiction' as is_published_carried
    from compared
),

final as (
    select
        ranking_id,
        edition,
        city_id,
        node_id,
        true as is_applicable,
        indicator_count,
        scored_indicator_count,
        carried_count,
        computed_index,
        published_index,
        cast(
            case when is_published_carried then published_index else computed_index end
            as {{ type_index() }}
        ) as index_value,
        cast(
            case
                when is_published_carried
                    then computed_index_without_projects + published_index - computed_index
                else computed_index_without_projects
            end
            as {{ type_index() }}
        ) as index_without_projects,
        case
            when is_published_carried and published_index is not null then 'published'
            when computed_index is not null then 'computed'
        end as index_basis,
        is_simulated,
        index_before_projects
    from carried
)

select * from final
{%- endmacro %}


{% macro weighted_total(value) -%}
    {#-
      Weighted sum over the regular children of one parent: of the values for an arithmetic mean,
      of their logarithms (rounded to 15 digits, so that the sum is exact) for a geometric mean.
    -#}
    sum(
        case
            when role <> 'regular' or {{ value }} is null then 0
            when aggregation = 'geometric' and {{ value }} > 0
                then weight * {{ rounded_decimal('ln(' ~ to_double(value) ~ ')', 15, 'decimal(18, 15)') }}
            when aggregation = 'geometric' then 0
            else weight * {{ value }}
        end
    )
{%- endmacro %}


{% macro has_zero(value) -%}
    {#- 1 if a regular child of the parent has the value 0 (its geometric mean is then 0), else 0. -#}
    max(case when role = 'regular' and {{ value }} = 0 then 1 else 0 end)
{%- endmacro %}


{% macro mean_of_children(total, zero_flag) -%}
    {#- Arithmetic or geometric mean of the regular children from their weighted total. -#}
    case
        when aggregation = 'geometric' and ({{ zero_flag }} = 1 or has_missing_as_zero = 1)
            and base_weight is not null
            then 0
        when aggregation = 'geometric'
            then {{ rounded_decimal(
                'exp(' ~ to_double(total) ~ ' / ' ~ to_double('base_weight') ~ ')', 12
            ) }}
        else {{ divide(total, 'base_weight') }}
    end
{%- endmacro %}
