{#-
  The change of the overall index between two editions where some mean is geometric, split from the
  root down. With m the mean of a parent's children over its divisor, s their shares of the weight and
  v their values, a change of m is exactly

      arithmetic:  sum of (mean of both s / divisor) * change of v + change of (s / divisor) * mean of both v
      geometric:   L * (sum of (mean of both s) * change of ln v + change of s * mean of both ln v
                        - change of ln divisor)

  with the logarithmic mean L = (m now - m before) / (ln m now - ln m before), so that the change of a
  child enters with a factor, and the factors multiply on the way down (logarithmic mean Divisia
  index). Logarithms are taken of v over the mean, of which all shares are shares. A zero has no
  logarithm, and means of two kinds have no common formula: there the change is not split further.
-#}
{%- set figures = ['share', 'node_value', 'mean_value', 'divisor', 'project_points', 'override'] -%}
with recursive

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

pairs as (
    select
        ranked_cities.edition_key,
        ranked_cities.previous_edition_key,
        ranked_cities.city_id,
        cast(editions.previous_scale_factor as double) as previous_scale_factor
    from {{ ref('int_ranked_cities') }} as ranked_cities
    inner join {{ ref('int_editions') }} as editions using (edition_key)
    inner join analysed on ranked_cities.edition_key = analysed.edition_key
    inner join analysed as previous_analysed
        on ranked_cities.previous_edition_key = previous_analysed.edition_key
    inner join {{ ref('int_ranked_cities') }} as previous_cities
        on
            ranked_cities.previous_edition_key = previous_cities.edition_key
            and ranked_cities.city_id = previous_cities.city_id
    where not (analysed.is_additive and previous_analysed.is_additive)
),

nodes as (
    select *
    from {{ ref('int_edition_nodes') }}
    where role = 'regular' or parent_node_id is null
),

-- what counts in the index of a city, with its share of the weight of its siblings
counted_nodes as (
    select
        patterns.edition_key,
        patterns.city_id,
        nodes.node_id,
        coalesce(nodes.parent_node_id, '') as parent_node_id,
        nodes.node_type,
        nodes.aggregation,
        cast(nodes.weight as double) / cast(
            sum(nodes.weight) over (
                partition by patterns.edition_key, patterns.city_id, nodes.parent_node_id
            ) as double
        ) as share,
        1 + cast(coalesce(nodes.project_cap_share, 0) as double) as divisor
    from {{ ref('int_coverage_patterns') }} as patterns
    inner join nodes using (edition_key)
    where
        not patterns.is_imputed
        and {{ list_item('patterns.counted_nodes', 'nodes.node_number') }} = 1
),

city_nodes as (
    select
        counted_nodes.*,
        cast(coalesce(node_values.index_value, 0) as double) as node_value,
        cast(coalesce(node_values.index_before_projects, 0) as double) as mean_value,
        cast(coalesce(node_values.computed_index - node_values.index_before_projects, 0) as double)
            as project_points,
        cast(coalesce(node_values.index_value - coalesce(node_values.computed_index, 0), 0) as double)
            as override
    from counted_nodes
    left join {{ ref('int_node_values') }} as node_values using (edition_key, city_id, node_id)
),

{% for time, edition, factor in [
    ('now', 'edition_key', '1'), ('before', 'previous_edition_key', 'pairs.previous_scale_factor')
] %}
nodes_{{ time }} as (
    select
        pairs.edition_key,
        pairs.city_id,
        city_nodes.node_id,
        city_nodes.parent_node_id,
        city_nodes.node_type,
        city_nodes.aggregation as aggregation_{{ time }},
        {% for figure in figures %}
        city_nodes.{{ figure }}
        {%- if figure not in ('share', 'divisor') %} * {{ factor }}{% endif %} as {{ figure }}_{{ time }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from pairs
    inner join city_nodes
        on
            pairs.{{ edition }} = city_nodes.edition_key
            and pairs.city_id = city_nodes.city_id
),

{% endfor %}
paired_nodes as (
    select *
    from nodes_now
    full outer join nodes_before using (edition_key, city_id, node_id, parent_node_id, node_type)
),

zeros as (
    select
        edition_key,
        city_id,
        parent_node_id as node_id,
        min(node_value_now) as least_now,
        min(node_value_before) as least_before
    from paired_nodes
    group by edition_key, city_id, parent_node_id
),

parents as (
    select
        paired_nodes.*,
        case
            when aggregation_now <> aggregation_before then 'none'
            when aggregation_now = 'arithmetic' then 'arithmetic'
            when zeros.least_now > 0 and zeros.least_before > 0 then 'geometric'
            else 'none'
        end as split,
        -- logarithms of the mean before it is divided
        case when mean_value_now > 0 then ln(mean_value_now * divisor_now) end as log_mean_now,
        case when mean_value_before > 0 then ln(mean_value_before * divisor_before) end
            as log_mean_before,
        {{ logarithmic_mean('mean_value_now', 'mean_value_before') }} as logarithmic_mean
    from paired_nodes
    left join zeros using (edition_key, city_id, node_id)
    where node_type <> 'indicator'
),

-- how a change of the child, and of its share, enters the change of the parent
links as (
    select
        children.*,
        parents.split,
        case
            when parents.split = 'arithmetic'
                then (
                    children.share_now / parents.divisor_now
                    + children.share_before / parents.divisor_before
                ) / 2
            when parents.split = 'geometric'
                then parents.logarithmic_mean * (children.share_now + children.share_before) / 2
                    / {{ logarithmic_mean('children.node_value_now', 'children.node_value_before') }}
        end as factor,
        case
            when parents.split = 'arithmetic'
                then (
                    coalesce(children.share_now, 0) / parents.divisor_now
                    - coalesce(children.share_before, 0) / parents.divisor_before
                ) * (
                    coalesce(children.node_value_now, children.node_value_before)
                    + coalesce(children.node_value_before, children.node_value_now)
                ) / 2
            when parents.split = 'geometric'
                then parents.logarithmic_mean
                    * (coalesce(children.share_now, 0) - coalesce(children.share_before, 0))
                    * (
                        ln(coalesce(children.node_value_now, children.node_value_before))
                        + ln(coalesce(children.node_value_before, children.node_value_now))
                        - parents.log_mean_now - parents.log_mean_before
                    ) / 2
        end as share_change
    from paired_nodes as children
    inner join parents
        on
            children.edition_key = parents.edition_key
            and children.city_id = parents.city_id
            and children.parent_node_id = parents.node_id
    where parents.split <> 'none'
),

factors as (
    select
        edition_key,
        city_id,
        node_id,
        cast(1 as double) as factor
    from parents
    where parent_node_id = ''
    union all
    select
        links.edition_key,
        links.city_id,
        links.node_id,
        factors.factor * links.factor as factor
    from factors
    inner join links
        on
            factors.edition_key = links.edition_key
            and factors.city_id = links.city_id
            and factors.node_id = links.parent_node_id
    where links.share_now is not null and links.share_before is not null
),

changes as (
    select
        parents.edition_key,
        parents.city_id,
        drivers.driver,
        parents.node_id,
        factors.factor * case
            when drivers.driver = 'project_points' then project_points_now - project_points_before
            when drivers.driver = 'override' then override_now - override_before
            when drivers.driver = 'not_split' and split = 'none'
                then mean_value_now - mean_value_before
            when drivers.driver = 'weight' and split = 'geometric'
                then -logarithmic_mean * ln(divisor_now / divisor_before)
        end as contribution
    from parents
    inner join factors using (edition_key, city_id, node_id)
    cross join (
        {% for driver in ['project_points', 'override', 'not_split', 'weight'] %}
        select '{{ driver }}' as driver
        {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ) as drivers
    union all
    select
        links.edition_key,
        links.city_id,
        case
            when drivers.driver = 'score' then 'score'
            when links.share_now is not null and links.share_before is not null then 'weight'
            when links.share_before is null then 'appeared'
            else 'disappeared'
        end as driver,
        links.node_id,
        parent_factors.factor * case
            when drivers.driver = 'share' then links.share_change
            when links.node_type = 'indicator'
                then links.factor * (links.node_value_now - links.node_value_before)
        end as contribution
    from links
    inner join factors as parent_factors
        on
            links.edition_key = parent_factors.edition_key
            and links.city_id = parent_factors.city_id
            and links.parent_node_id = parent_factors.node_id
    cross join (select 'share' as driver union all select 'score' as driver) as drivers
),

-- a category can change its share and its divisor at once
final as (
    select
        edition_key,
        city_id,
        driver,
        node_id,
        sum({{ rounded_decimal('contribution', 12) }}) as contribution
    from changes
    where contribution is not null
    group by edition_key, city_id, driver, node_id
)

select *
from final
where contribution <> 0 or driver = 'score'
