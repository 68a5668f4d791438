with

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

results as (
    select * from {{ ref('int_ranked_cities') }}
),

city_changes as (
    select
        results.edition_key,
        results.previous_edition_key,
        results.ranking_id,
        results.edition,
        results.previous_edition,
        results.city_id,
        results.is_method_changed,
        editions.previous_scale_factor,
        results.index_value
        - {{ on_this_scale('previous_results.index_value', 'editions.previous_scale_factor') }}
            as index_change,
        analysed.is_additive and previous_fields.is_additive as is_additive,
        results.scored_indicator_count,
        results.indicator_count,
        results.analysed_city_count,
        results.edition_city_count,
        results.is_simulated or previous_results.is_simulated as is_simulated,
        results.is_simulated_ranking
    from results
    inner join {{ ref('int_editions') }} as editions
        on results.edition_key = editions.edition_key
    inner join analysed on results.edition_key = analysed.edition_key
    inner join analysed as previous_fields
        on
            results.previous_edition_key = previous_fields.edition_key
    inner join results as previous_results
        on
            results.previous_edition_key = previous_results.edition_key
            and results.city_id = previous_results.city_id
),

{% for time, edition, factor in [
    ('now', 'edition_key', '1'),
    ('before', 'previous_edition_key', 'city_changes.previous_scale_factor'),
] %}
parts_{{ time }} as (
    select
        city_changes.edition_key,
        city_changes.city_id,
        contributions.part,
        contributions.effective_weight,
        {% for figure in ['part_value', 'contribution'] %}
        {{ on_this_scale('contributions.' ~ figure, factor) }} as {{ figure }},
        {% endfor %}
        contributions.node_id
    from city_changes
    inner join {{ ref('int_index_contributions') }} as contributions
        on
            city_changes.{{ edition }} = contributions.edition_key
            and city_changes.city_id = contributions.city_id
    where city_changes.is_additive
),

{% endfor %}
paired_parts as (
    select
        edition_key,
        city_id,
        part,
        node_id,
        parts_now.effective_weight as weight_now,
        parts_before.effective_weight as weight_before,
        parts_now.part_value as value_now,
        parts_before.part_value as value_before,
        coalesce(parts_now.contribution, 0) as contribution_now,
        coalesce(parts_before.contribution, 0) as contribution_before
    from parts_now
    full outer join parts_before using (edition_key, city_id, part, node_id)
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

previous_nodes as (
    select
        editions.edition_key,
        nodes.node_id
    from {{ ref('int_editions') }} as editions
    inner join nodes on editions.previous_edition_key = nodes.edition_key
),

-- a score that is in both editions: its own change and its weight's, each at the other's mean; not
-- by the exact product, whose 27 digits versions of DuckDB make a DOUBLE of in different ways
score_changes as (
    select
        edition_key,
        city_id,
        'score' as driver,
        node_id,
        {{ rounded_decimal(
            to_double('weight_now + weight_before') ~ ' * '
            ~ to_double('value_now - value_before') ~ ' / 2', 12
        ) }} as contribution
    from paired_parts
    where part = 'score' and weight_now is not null and weight_before is not null
),

weight_changes as (
    select
        edition_key,
        city_id,
        'weight' as driver,
        node_id,
        {{ rounded_decimal(
            to_double('weight_now - weight_before') ~ ' * '
            ~ to_double('value_now + value_before') ~ ' / 2', 12
        ) }} as contribution
    from paired_parts
    where part = 'score' and weight_now <> weight_before
),

other_changes as (
    select
        edition_key,
        city_id,
        case
            when part <> 'score' then part
            when weight_before is null then 'appeared'
            else 'disappeared'
        end as driver,
        node_id,
        contribution_now - contribution_before as contribution
    from paired_parts
    where part <> 'score' or weight_now is null or weight_before is null
),

all_changes as (
    select * from score_changes
    union all
    select * from weight_changes
    union all
    select * from other_changes
    union all
    select * from {{ ref('int_geometric_changes') }}
),

-- an indicator that only one of the trees has, or that is known of the city in one edition only
known_changes as (
    select
        all_changes.edition_key,
        all_changes.city_id,
        case
            when all_changes.driver = 'appeared' and nodes_before.node_id is null
                then 'indicator_added'
            when all_changes.driver = 'appeared' then 'score_appeared'
            when all_changes.driver = 'disappeared' and nodes_now.node_id is null
                then 'indicator_dropped'
            when all_changes.driver = 'disappeared' then 'score_disappeared'
            else all_changes.driver
        end as driver,
        all_changes.node_id,
        all_changes.contribution
    from all_changes
    left join nodes as nodes_now
        on
            all_changes.edition_key = nodes_now.edition_key
            and all_changes.node_id = nodes_now.node_id
    left join previous_nodes as nodes_before
        on
            all_changes.edition_key = nodes_before.edition_key
            and all_changes.node_id = nodes_before.node_id
),

-- what the rounding of quotients to 12 digits leaves
rounding_changes as (
    select
        city_changes.edition_key,
        city_changes.city_id,
        'rounding' as driver,
        'overall' as node_id,
        max(city_changes.index_change) - sum(known_changes.contribution) as contribution
    from city_changes
    inner join known_changes using (edition_key, city_id)
    group by city_changes.edition_key, city_changes.city_id
),

drivers as (
    {% for changes in ['known_changes', 'rounding_changes'] %}
    select
        edition_key,
        city_id,
        'index' as figure,
        driver,
        node_id,
        contribution
    from {{ changes }}
    union all
    {% endfor %}
    {% for driver in ['own_change', 'others_change', 'cities_left', 'cities_entered'] %}
    select
        edition_key,
        city_id,
        'rank' as figure,
        '{{ driver }}' as driver,
        'overall' as node_id,
        {{ driver }} as contribution
    from {{ ref('int_rank_changes') }} as rank_changes
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    drivers.edition_key,
    city_changes.ranking_id,
    city_changes.edition,
    city_changes.previous_edition,
    city_changes.is_method_changed,
    drivers.city_id,
    drivers.figure,
    drivers.driver,
    drivers.node_id,
    {{ node_key('coalesce(nodes_now.edition_key, nodes_before.edition_key)', 'drivers.node_id') }}
        as node_key,
    coalesce(nodes_now.node_name_de, nodes_before.node_name_de) as node_name_de,
    coalesce(nodes_now.node_name_en, nodes_before.node_name_en) as node_name_en,
    cast(drivers.contribution as {{ type_index() }}) as contribution,
    city_changes.scored_indicator_count,
    city_changes.indicator_count,
    city_changes.analysed_city_count,
    city_changes.edition_city_count,
    city_changes.is_simulated,
    city_changes.is_simulated_ranking
from drivers
inner join city_changes
    on drivers.edition_key = city_changes.edition_key and drivers.city_id = city_changes.city_id
left join nodes as nodes_now
    on drivers.edition_key = nodes_now.edition_key and drivers.node_id = nodes_now.node_id
left join nodes as nodes_before
    on
        city_changes.previous_edition_key = nodes_before.edition_key
        and drivers.node_id = nodes_before.node_id
