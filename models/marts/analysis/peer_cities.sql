{%- set difference = to_double('own.score - peers.score') -%}
{%- set squared_difference = rounded_decimal(difference ~ ' * ' ~ difference, 12, 'decimal(28, 12)') -%}
{%- set scopes = {'edition': none, 'size_class': 'size_class_id'} -%}
with

results as (
    select * from {{ ref('int_ranked_cities') }}
),

city_scores as (
    select
        scores.edition_key,
        scores.city_id,
        scores.indicator_id,
        cast(scores.score as {{ type_observation() }}) as score
    from results
    inner join {{ ref('int_normalised_scores') }} as scores using (edition_key, city_id)
    inner join {{ ref('int_edition_nodes') }} as nodes
        on scores.edition_key = nodes.edition_key and scores.indicator_id = nodes.node_id
    where nodes.role = 'regular' and scores.score is not null
),

-- root of the mean squared difference of the scores that both have
distances as (
    select
        own.edition_key,
        own.city_id,
        peers.city_id as peer_city_id,
        count(*) as shared_indicator_count,
        {{ rounded_decimal(
            'sqrt(' ~ to_double('sum(' ~ squared_difference ~ ')') ~ ' / count(*))', 8
        ) }} as distance
    from city_scores as own
    inner join city_scores as peers
        on
            own.edition_key = peers.edition_key
            and own.indicator_id = peers.indicator_id
            and own.city_id <> peers.city_id
    group by own.edition_key, own.city_id, peers.city_id
),

-- too few shared scores make any two cities alike
comparable as (
    select
        distances.*,
        own.size_class_id,
        peers.size_class_id as peer_size_class_id
    from distances
    inner join results using (edition_key, city_id)
    inner join {{ ref('int_edition_cities') }} as own using (edition_key, city_id)
    inner join {{ ref('int_edition_cities') }} as peers
        on
            distances.edition_key = peers.edition_key
            and distances.peer_city_id = peers.city_id
    where
        distances.shared_indicator_count
        >= {{ setting('minimum_shared_indicators') }} * results.indicator_count
),

nearest as (
    {% for scope, group_column in scopes.items() %}
    select
        edition_key,
        city_id,
        '{{ scope }}' as scope,
        peer_city_id,
        distance,
        shared_indicator_count,
        row_number() over (
            partition by edition_key, city_id
            order by distance asc, peer_city_id asc
        ) as nearness
    from comparable
    {% if group_column %}where {{ group_column }} = peer_{{ group_column }}{% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    nearest.edition_key,
    results.ranking_id,
    results.edition,
    nearest.city_id,
    nearest.scope,
    cast(nearest.nearness as integer) as nearness,
    nearest.peer_city_id,
    nearest.distance,
    cast(nearest.shared_indicator_count as integer) as shared_indicator_count,
    results.indicator_count,
    results.analysed_city_count,
    results.edition_city_count,
    results.rank,
    peer_results.rank as peer_rank,
    results.index_value,
    peer_results.index_value as peer_index_value,
    results.is_simulated or peer_results.is_simulated as is_simulated,
    results.is_simulated_ranking
from nearest
inner join results using (edition_key, city_id)
inner join results as peer_results
    on
        nearest.edition_key = peer_results.edition_key
        and nearest.peer_city_id = peer_results.city_id
where nearest.nearness <= {{ setting('peer_count') }}
