{%- set scopes = {'edition': none, 'size_class': 'size_class_id'} -%}
with

scores as (
    select *
    from {{ ref('int_alternative_scores') }}
    where normalisation = 'as_defined'
),

results as (
    select *
    from {{ ref('fct_index_results') }}
    where category_id = 'overall'
),

profiles as (
    select
        scores.edition_key,
        scores.city_id,
        edition_cities.size_class_id,
        count(*) as indicator_count,
        {{ ordered_values('cast(scores.score as double)', 'scores.indicator_id') }} as score_list
    from scores
    inner join {{ ref('int_edition_cities') }} as edition_cities using (edition_key, city_id)
    group by scores.edition_key, scores.city_id, edition_cities.size_class_id
),

-- root of the mean squared difference of the scores
distances as (
    select
        own.edition_key,
        own.city_id,
        peers.city_id as peer_city_id,
        own.size_class_id,
        peers.size_class_id as peer_size_class_id,
        {{ euclidean_distance('own.score_list', 'peers.score_list') }}
        / sqrt(cast(own.indicator_count as double)) as distance
    from profiles as own
    inner join profiles as peers
        on
            own.edition_key = peers.edition_key
            and own.city_id <> peers.city_id
),

rounded_distances as (
    select
        edition_key,
        city_id,
        peer_city_id,
        size_class_id,
        peer_size_class_id,
        {{ rounded_decimal('distance', 8) }} as distance
    from distances
),

nearest as (
    {% for scope, group_column in scopes.items() %}
    select
        edition_key,
        city_id,
        '{{ scope }}' as scope,
        peer_city_id,
        distance,
        row_number() over (
            partition by edition_key, city_id
            order by distance asc, peer_city_id asc
        ) as nearness
    from rounded_distances
    {% if group_column %}where {{ group_column }} = peer_{{ group_column }}{% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        nearest.edition_key,
        results.ranking_id,
        results.edition,
        nearest.city_id,
        nearest.scope,
        cast(nearest.nearness as integer) as nearness,
        nearest.peer_city_id,
        nearest.distance,
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
)

select * from final
