{#-
  Index and rank of every city in every run. Where every mean is arithmetic, the overall index is one
  sum of products, which is several times as fast:

      index = sum of effective weight * (score of an indicator, or what is added to a category)
              + what is added to the overall index

  Elsewhere it is computed level by level of the tree, all parents of a city and run at once, as lists
  in the order of node_number, the root first:

      index = mean of the children that count / (1 + project_cap_share) + what is added

  A run without project points divides by 1. Cities with the same coverage pattern share weights.
-#}
{%- set settings = 'edition_key, normalisation, imputation, has_project_points' -%}
with

runs as (
    select * from {{ ref('int_simulations') }}
),

nodes as (
    select *
    from {{ ref('int_edition_nodes') }}
    where role = 'regular' or parent_node_id is null
),

patterns as (
    select * from {{ ref('int_coverage_patterns') }}
),

-- every value at its node; what does not count weighs nothing, and stands as 0
city_nodes as (
    select
        run_settings.*,
        patterns.pattern_number,
        patterns.city_id,
        nodes.node_number,
        nodes.node_type,
        cast(coalesce(scores.score, 0) as double) as score,
        coalesce(additions.addition, 0) as addition
    from (select distinct {{ settings }} from runs) as run_settings
    inner join patterns
        on
            run_settings.edition_key = patterns.edition_key
            and patterns.is_imputed = (run_settings.imputation <> 'none')
    inner join nodes on run_settings.edition_key = nodes.edition_key
    left join {{ ref('int_alternative_scores') }} as scores
        on
            run_settings.edition_key = scores.edition_key
            and run_settings.normalisation = scores.normalisation
            and run_settings.imputation = scores.imputation
            and patterns.city_id = scores.city_id
            and nodes.node_number = scores.node_number
    left join {{ ref('int_additions') }} as additions
        on
            run_settings.edition_key = additions.edition_key
            and run_settings.imputation = additions.imputation
            and run_settings.has_project_points = additions.has_project_points
            and patterns.city_id = additions.city_id
            and nodes.node_number = additions.node_number
),

cities as (
    select
        {{ settings }},
        pattern_number,
        city_id,
        {{ ordered_values('score + addition', 'node_number') }} as node_values,
        {{ ordered_values('score', 'node_number', "node_type = 'indicator'") }} as scores,
        {{ ordered_values(
            'case when score > 0 then ln(score) else cast(0 as double) end',
            'node_number', "node_type = 'indicator'"
        ) }} as score_logarithms,
        {{ ordered_values(
            'cast(case when score > 0 then 0 else 1 end as double)',
            'node_number', "node_type = 'indicator'"
        ) }} as score_zeros,
        {{ ordered_values('addition', 'node_number', "node_type <> 'indicator'") }} as additions
    from city_nodes
    group by {{ settings }}, pattern_number, city_id
),

-- runs in which every mean is arithmetic
additive_roots as (
    select
        runs.simulation_number,
        cities.city_id,
        {{ inner_product('weights.effective_weights', 'cities.node_values') }} as value
    from runs
    inner join {{ ref('int_weights') }} as weights using (weight_set_number)
    inner join cities using ({{ settings }}, pattern_number)
    -- a set of weights that leaves nothing gives no index
    where runs.is_additive and weights.has_index
),

-- all other runs: which node is a child of which parent
child_flags as (
    select
        parents.edition_key,
        parents.node_number,
        parents.height,
        parents.aggregation,
        1 + cast(coalesce(parents.project_cap_share, 0) as double) as divisor,
        row_number() over (
            partition by parents.edition_key order by parents.node_number
        ) as position,
        {% for kind, condition in [
            ('indicator', "nodes.node_type = 'indicator'"), ('category', "nodes.node_type <> 'indicator'")
        ] %}
        {{ ordered_values(
            'cast(case when nodes.parent_node_id = parents.node_id then 1 else 0 end as double)',
            'nodes.node_number', condition
        ) }} as {{ kind }}_flags{{ ',' if not loop.last }}
        {% endfor %}
    from nodes as parents
    inner join nodes using (edition_key)
    where parents.node_type <> 'indicator'
    group by
        parents.edition_key,
        parents.node_number,
        parents.height,
        parents.aggregation,
        parents.project_cap_share
),

trees as (
    select
        edition_key,
        {% for list, value in [
            ('positions', 'position'),
            ('parent_numbers', 'node_number'),
            ('heights', 'height'),
            ('divisors', 'divisor'),
            ('geometric_flags', "case when aggregation = 'geometric' then 1 else 0 end"),
            ('indicator_flags', 'indicator_flags'),
            ('category_flags', 'category_flags'),
        ] %}
        {{ ordered_values(value, 'node_number') }} as {{ list }},
        {% endfor %}
        {{ ordered_values('cast(0 as double)', 'node_number') }} as no_values
    from child_flags
    group by edition_key
),

indicators as (
    select
        edition_key,
        {{ ordered_values('node_number', 'node_number') }} as indicator_numbers
    from nodes
    where node_type = 'indicator'
    group by edition_key
),

weighted_runs as (
    select
        runs.simulation_number,
        weights.pattern_number,
        runs.edition_key,
        runs.normalisation,
        runs.imputation,
        runs.has_project_points,
        trees.positions,
        trees.heights,
        {{ list_map(
            'trees.positions',
            'case when runs.has_project_points then ' ~ list_item('trees.divisors', 'item')
            ~ ' else cast(1 as double) end'
        ) }} as divisors,
        {{ list_map(
            'trees.positions',
            "case when item > 1 or runs.root_aggregation = 'as_defined' then "
            ~ list_item('trees.geometric_flags', 'item')
            ~ " when runs.root_aggregation = 'geometric' then 1 else 0 end"
        ) }} as geometric_flags,
        trees.indicator_flags,
        trees.category_flags,
        trees.no_values,
        {{ list_map('indicators.indicator_numbers', list_item('weights.weights', 'item')) }}
            as indicator_weights,
        {{ list_map('trees.parent_numbers', list_item('weights.weights', 'item')) }}
            as category_weights
    from runs
    inner join {{ ref('int_weights') }} as weights using (weight_set_number)
    inner join trees using (edition_key)
    inner join indicators using (edition_key)
    where not runs.is_additive and weights.has_index
),

-- the weights of the children of every parent, and what they weigh together
parent_weights as (
    select
        *,
        {{ list_map(
            'indicator_flags', list_map_two('item', 'indicator_weights', 'left_item * right_item')
        ) }} as indicator_rows,
        {{ list_map(
            'category_flags', list_map_two('item', 'category_weights', 'left_item * right_item')
        ) }} as category_rows,
        {{ list_map_two(
            list_map('indicator_flags', inner_product('item', 'indicator_weights')),
            list_map('category_flags', inner_product('item', 'category_weights')),
            'left_item + right_item'
        ) }} as totals
    from weighted_runs
),

level_0 as (
    select
        parent_weights.simulation_number,
        parent_weights.positions,
        parent_weights.heights,
        parent_weights.divisors,
        parent_weights.geometric_flags,
        parent_weights.indicator_rows,
        parent_weights.category_rows,
        parent_weights.totals,
        cities.city_id,
        cities.scores,
        cities.score_logarithms,
        cities.score_zeros,
        cities.additions,
        parent_weights.no_values as parent_values
    from parent_weights
    inner join cities using ({{ settings }}, pattern_number)
),

{% for level in range(1, var('framework_levels') + 1) %}
{%- set total = list_item('totals', 'item') -%}
{%- set sums = {} -%}
{%- for values, scores in [
    ('parent_values', 'scores'), ('value_logarithms', 'score_logarithms'), ('value_zeros', 'score_zeros')
] -%}
    {%- do sums.update({values: '(' ~ inner_product(list_item('indicator_rows', 'item'), scores)
        ~ ' + ' ~ inner_product(list_item('category_rows', 'item'), values) ~ ')'}) -%}
{%- endfor %}
children_{{ level }} as (
    select
        *,
        {{ list_map('parent_values', 'case when item > 0 then ln(item) else cast(0 as double) end') }}
            as value_logarithms,
        {{ list_map('parent_values', 'cast(case when item > 0 then 0 else 1 end as double)') }}
            as value_zeros
    from level_{{ level - 1 }}
),

{% set mean -%}
    case
        when {{ list_item('heights', 'item') }} <> {{ level }} then {{ list_item('parent_values', 'item') }}
        -- a category of which nothing counts: what is added is all of its index
        when {{ total }} = 0 then {{ list_item('additions', 'item') }}
        else
            case
                when {{ list_item('geometric_flags', 'item') }} = 0
                    then {{ sums['parent_values'] }} / {{ total }}
                when {{ sums['value_zeros'] }} > 0 then cast(0 as double)
                else exp({{ sums['value_logarithms'] }} / {{ total }})
            end / {{ list_item('divisors', 'item') }} + {{ list_item('additions', 'item') }}
    end
{%- endset %}
level_{{ level }} as (
    select
        simulation_number,
        positions,
        heights,
        divisors,
        geometric_flags,
        indicator_rows,
        category_rows,
        totals,
        city_id,
        scores,
        score_logarithms,
        score_zeros,
        additions,
        {{ list_map('positions', mean) }} as parent_values
    from children_{{ level }}
),

{% endfor %}
roots as (
    select
        simulation_number,
        city_id,
        value
    from additive_roots
    union all
    select
        simulation_number,
        city_id,
        {{ list_item('parent_values', '1') }} as value
    from level_{{ var('framework_levels') }}
),

rounded_roots as (
    select
        simulation_number,
        city_id,
        {{ rounded_decimal('value', 8) }} as index_value
    from roots
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
