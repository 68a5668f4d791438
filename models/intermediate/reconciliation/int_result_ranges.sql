{#-
  What the known figures leave open of the ranks and indices that are not known. A range is narrowed
  in rounds, each of which uses only what the round before has proved:

  - order: a better rank goes with an index that is not lower, a certainly higher index with a better
    rank, and as many cities stand before a city as are certainly better;
  - taken_ranks: where ranks are taken on unrounded indices, each is one city's;
  - published_mean: the mean of all cities leaves for one what it does not need for the others;
  - mean_of_categories: the overall index is the weighted mean of its categories.

  An index lies from index_from to below index_to. A figure counts as its printed digits say: 80.1 is
  80.05 to below 80.15.
-#}
{#- A third round narrows the ranges of ranks by 0.2 %. -#}
{%- set rounds = 2 -%}
{%- set category = 'partition by edition_key, node_id' -%}
{%- set keys = ['edition_key', 'city_id', 'node_id'] -%}
{%- set constants = [
    'is_city', 'is_exclusive', 'is_rank_known', 'is_index_known', 'is_root', 'is_averaged',
    'weight', 'rank_unit', 'city_count', 'least_total', 'greatest_total',
] -%}
{%- set bounds = ['rank_from', 'rank_to', 'index_from', 'index_to'] -%}
with

nodes as (
    select
        edition_key,
        node_id,
        weight,
        scale_maximum,
        index_digits,
        case when rank_taken_on = 'unrounded' then 1 else 0 end as is_exclusive,
        case
            when rank_taken_on = 'unrounded' then 0 else {{ last_digit_unit('index_digits') }}
        end as rank_unit,
        case when node_id = 'overall' then 1 else 0 end as is_root,
        -- the overall index and its children, if they are all categories and the mean is arithmetic
        case
            when
                'overall' in (node_id, parent_node_id)
                and min(
                    case
                        when node_id = 'overall' and aggregation = 'arithmetic' then 1
                        when parent_node_id = 'overall' and node_type = 'category' then 1
                        when 'overall' in (node_id, parent_node_id) then 0
                    end
                ) over (partition by edition_key) = 1
                then 1
            else 0
        end as is_averaged
    from {{ ref('int_edition_nodes') }}
),

statistics as (
    select
        edition_key,
        category_id as node_id,
        statistic,
        rank,
        published_value - 0.5 * {{ last_digit_unit('value_digits') }} as index_from,
        published_value + 0.5 * {{ last_digit_unit('value_digits') }} as index_to
    from {{ ref('stg_published_edition_statistics') }}
),

results as (
    select
        ranks.edition_key,
        ranks.city_id,
        ranks.node_id,
        ranks.rank,
        coalesce(ranks.published_index, ranks.index_value) as known_index,
        coalesce(published.published_index_digits, nodes.index_digits) as known_digits,
        count(*) over (partition by ranks.edition_key, ranks.node_id) as city_count,
        count(*) over (partition by ranks.edition_key) as result_count,
        count(ranks.computed_index) over (partition by ranks.edition_key) as computed_count
    from {{ ref('int_ranks') }} as ranks
    inner join nodes using (edition_key, node_id)
    left join {{ ref('int_published_results') }} as published using (edition_key, city_id, node_id)
),

-- nothing is open in an edition whose indices are all computed
open_results as (
    select *
    from results
    where computed_count < result_count
),

known as (
    select
        edition_key,
        city_id,
        node_id,
        1 as is_city,
        rank,
        known_index - 0.5 * {{ last_digit_unit('known_digits') }} as index_from,
        known_index + 0.5 * {{ last_digit_unit('known_digits') }} as index_to,
        city_count
    from open_results
    union all
    -- an index at a rank, whoever holds it
    select
        statistics.edition_key,
        'rank ' || cast(statistics.rank as {{ dbt.type_string() }}) as city_id,
        statistics.node_id,
        0 as is_city,
        statistics.rank,
        statistics.index_from,
        statistics.index_to,
        categories.city_count
    from statistics
    inner join (
        select distinct
            edition_key,
            node_id,
            city_count
        from open_results
    ) as categories using (edition_key, node_id)
    where statistics.statistic = 'index_at_rank'
),

ranges_0 as (
    select
        known.edition_key,
        known.city_id,
        known.node_id,
        known.is_city,
        nodes.is_exclusive,
        case when known.rank is null then 0 else 1 end as is_rank_known,
        case when known.index_from is null then 0 else 1 end as is_index_known,
        nodes.is_root,
        nodes.is_averaged * known.is_city as is_averaged,
        nodes.weight,
        nodes.rank_unit,
        known.city_count,
        cast(known.city_count * means.index_from as decimal(38, 12)) as least_total,
        cast(known.city_count * means.index_to as decimal(38, 12)) as greatest_total,
        coalesce(known.rank, 1) as rank_from,
        coalesce(known.rank, known.city_count) as rank_to,
        cast(greatest(coalesce(known.index_from, 0), 0) as {{ type_index() }}) as index_from,
        -- the upper end is not part of a range, but the highest index can be reached
        cast(
            least(
                coalesce(known.index_to, nodes.scale_maximum + 0.000000000001),
                nodes.scale_maximum + 0.000000000001
            ) as {{ type_index() }}
        ) as index_to,
        {% for bound in bounds %}
        case
            when known.{{ bound if bound.startswith('index') else 'rank' }} is null then 'limit' else 'known'
        end as {{ bound }}_rule{{ ',' if not loop.last }}
        {% endfor %}
    from known
    inner join nodes using (edition_key, node_id)
    left join statistics as means
        on
            known.edition_key = means.edition_key
            and known.node_id = means.node_id
            and means.statistic = 'mean'
),

-- runs of ranks that are taken: next_free_rank after each, last_free_rank before
taken_ranks as (
    select
        edition_key,
        node_id,
        rank,
        min(rank) over (partition by edition_key, node_id, run_number) - 1 as last_free_rank,
        max(rank) over (partition by edition_key, node_id, run_number) + 1 as next_free_rank
    from (
        select
            edition_key,
            node_id,
            rank,
            rank - row_number() over ({{ category }} order by rank) as run_number
        from (
            select distinct
                edition_key,
                node_id,
                rank
            from open_results
            where rank is not null
        ) as held
    ) as numbered
),

{% for round in range(1, rounds + 1) %}
-- both ends of every range in one column: a certain order is one of ends
ends_{{ round }} as (
    select
        ranges.*,
        ends.is_upper,
        case when ends.is_upper = 1 then ranges.rank_to + 1 else ranges.rank_from end as rank_end,
        case
            when ends.is_upper = 1 then ranges.index_to + ranges.rank_unit
            else ranges.index_from
        end as index_end
    from ranges_{{ round - 1 }} as ranges
    cross join (select 0 as is_upper union all select 1 as is_upper) as ends
),

compared_{{ round }} as (
    select
        *,
        min(case when is_upper = 1 then index_to end) over better as least_better_index,
        max(case when is_upper = 0 then index_from end) over worse as greatest_worse_index,
        sum(case when is_upper = 0 then is_city else 0 end) over higher as higher_count,
        max(case when is_upper = 0 then rank_from end) over higher as last_higher_rank,
        sum(case when is_upper = 1 then is_city else 0 end) over lower as lower_count,
        min(case when is_upper = 1 then rank_to end) over lower as first_lower_rank
    from ends_{{ round }}
    window
        {% for name, order in [
            ('better', 'rank_end'), ('worse', 'rank_end desc'),
            ('higher', 'index_end desc'), ('lower', 'index_end')
        ] %}
        {{ name }} as (
            {{ category }} order by {{ order }}
            range between unbounded preceding and current row
        ){{ ',' if not loop.last }}
        {% endfor %}
),

ordered_{{ round }} as (
    select
        {{ keys | join(', ') }},
        {% for column in constants + bounds %}
        max({{ column }}) as {{ column }},
        {% endfor %}
        {% for bound in bounds %}
        max({{ bound }}_rule) as {{ bound }}_rule,
        {% endfor %}
        1 + greatest(
            max(case when is_upper = 1 then higher_count end),
            coalesce(max(case when is_upper = 1 then last_higher_rank end), 0)
        ) as ordered_rank_from,
        least(
            max(city_count) - max(case when is_upper = 0 then lower_count end),
            coalesce(max(case when is_upper = 0 then first_lower_rank end) - 1, max(city_count))
        ) as ordered_rank_to,
        coalesce(max(case when is_upper = 1 then greatest_worse_index end), 0) as ordered_index_from,
        coalesce(max(case when is_upper = 0 then least_better_index end), max(index_to))
            as ordered_index_to
    from compared_{{ round }}
    group by {{ keys | join(', ') }}
),

narrowed_{{ round }} as (
    select
        {{ (keys + constants) | join(', ') }},
        {% for bound in bounds %}
        {{ narrowed_bound(bound, {'order': 'ordered_' ~ bound}) }}{{ ',' if not loop.last }}
        {% endfor %}
    from ordered_{{ round }}
),

summed_{{ round }} as (
    select
        narrowed.*,
        coalesce(taken_from.next_free_rank, narrowed.rank_from) as free_rank_from,
        coalesce(taken_to.last_free_rank, narrowed.rank_to) as free_rank_to,
        {% for bound in ['index_from', 'index_to'] %}
        sum(narrowed.is_city * narrowed.{{ bound }}) over (
            partition by narrowed.edition_key, narrowed.node_id
        ) as city_total_{{ bound }},
        sum(
            case when narrowed.is_averaged > narrowed.is_root
                then narrowed.weight * narrowed.{{ bound }}
            end
        ) over of_city as child_total_{{ bound }},
        max(case when narrowed.is_root = 1 then narrowed.{{ bound }} end) over of_city
            as root_{{ bound }},
        {% endfor %}
        sum(case when narrowed.is_averaged > narrowed.is_root then narrowed.weight end) over of_city
            as child_weight
    from narrowed_{{ round }} as narrowed
    left join taken_ranks as taken_from
        on
            narrowed.edition_key = taken_from.edition_key
            and narrowed.node_id = taken_from.node_id
            and narrowed.rank_from = taken_from.rank
            and narrowed.is_exclusive > narrowed.is_rank_known
    left join taken_ranks as taken_to
        on
            narrowed.edition_key = taken_to.edition_key
            and narrowed.node_id = taken_to.node_id
            and narrowed.rank_to = taken_to.rank
            and narrowed.is_exclusive > narrowed.is_rank_known
    window of_city as (
        partition by narrowed.edition_key, narrowed.city_id, narrowed.is_averaged
    )
),

limited_{{ round }} as (
    select
        *,
        {% for bound, other in [('index_from', 'index_to'), ('index_to', 'index_from')] %}
        cast(
            coalesce(
                {{ 'least' if bound == 'index_from' else 'greatest' }}_total
                - city_total_{{ other }} + {{ other }},
                {{ bound }}
            ) as decimal(38, 12)
        ) as mean_{{ bound }},
        case
            when is_averaged = 0 then {{ bound }}
            when is_root = 1 then {{ divide('child_total_' ~ bound, 'child_weight') }}
            else {{ divide(
                'child_weight * root_' ~ bound ~ ' - child_total_' ~ other ~ ' + weight * ' ~ other,
                'weight'
            ) }}
        end as tree_{{ bound }}{{ ',' if not loop.last }}
        {% endfor %}
    from summed_{{ round }}
),

ranges_{{ round }} as (
    select
        {{ (keys + constants) | join(', ') }},
        {% for bound in ['rank_from', 'rank_to'] %}
        {{ narrowed_bound(bound, {'taken_ranks': 'free_' ~ bound}) }},
        {% endfor %}
        {% for bound in ['index_from', 'index_to'] %}
        {{ narrowed_bound(bound, {
            'published_mean': 'mean_' ~ bound, 'mean_of_categories': 'tree_' ~ bound
        }) }}{{ ',' if not loop.last }}
        {% endfor %}
    from limited_{{ round }}
),

{% endfor %}
final as (
    select
        edition_key,
        city_id,
        node_id,
        is_rank_known = 1 as is_rank_known,
        is_index_known = 1 as is_index_known,
        rank_from > rank_to or index_from >= index_to as is_contradiction,
        {% for bound in bounds %}
        {% if bound.startswith('rank') %}
        cast({{ bound }} as integer) as {{ bound }},
        {% else %}
        {#- the last digits hold what keeps an upper end apart -#}
        cast(round({{ bound }}, 9) as {{ type_index() }}) as {{ bound }},
        {% endif %}
        {{ bound }}_rule{{ ',' if not loop.last }}
        {% endfor %}
    from ranges_{{ rounds }}
    where is_city = 1
)

select * from final
