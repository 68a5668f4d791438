{#-
  The cities of a ranking are plausible: figures within its limits, a state that it permits, and the
  state that the city's official key says. What a ranking sets without effect is an error.
-#}
{%- set limits = [
    ('minimum_population', 'population', '<', 'less'),
    ('minimum_latitude', 'latitude', '<', 'less'),
    ('maximum_latitude', 'latitude', '>', 'greater'),
    ('minimum_longitude', 'longitude', '<', 'less'),
    ('maximum_longitude', 'longitude', '>', 'greater')
] -%}
with

cities as (
    select
        members.ranking_id,
        cities.*,
        keys.official_key,
        'cities' as table_name
    from {{ ref('stg_ranking_members') }} as members
    inner join {{ ref('stg_cities') }} as cities using (city_id)
    left join {{ ref('stg_official_keys') }} as keys using (city_id)
),

limits as (
    select * from {{ ref('stg_ranking_limits') }}
),

states as (
    select * from {{ ref('stg_ranking_states') }}
),

-- what a ranking has figures and keys for
known as (
    select
        cities.ranking_id,
        count(cities.population) as population_count,
        count(cities.latitude) as latitude_count,
        count(cities.longitude) as longitude_count
    from cities
    group by cities.ranking_id
),

rankings_with_states as (
    select
        ranking_id,
        count(key_start) as key_start_count
    from states
    group by ranking_id
),

used_states as (
    select
        ranking_id,
        state_code,
        count(*) as city_count
    from cities
    group by ranking_id, state_code
),

compared_keys as (
    select
        cities.city_id,
        max(rankings_with_states.key_start_count) as key_start_count
    from cities
    inner join rankings_with_states using (ranking_id)
    group by cities.city_id
),

broken_rules as (
    {% for limit, figure, sign, word in limits %}
    select
        cities.table_name,
        {{ row_key(['city_id'], relation_alias='cities') }} as row_key,
        '{{ figure }}' as column_name,
        cast(cities.{{ figure }} as {{ dbt.type_string() }}) as found,
        'must not be {{ word }} than {{ limit }} of ranking ' || cities.ranking_id || ', which is '
        || cast(limits.{{ limit }} as {{ dbt.type_string() }}) || ' (ranking_limits)' as rule
    from cities
    inner join limits using (ranking_id)
    where cities.{{ figure }} {{ sign }} limits.{{ limit }}

    union all

    select
        'ranking_limits' as table_name,
        {{ row_key(['ranking_id'], relation_alias='limits') }} as row_key,
        '{{ limit }}' as column_name,
        cast(limits.{{ limit }} as {{ dbt.type_string() }}) as found,
        'has no effect: no city of the ranking has a {{ figure }}' as rule
    from limits
    left join known using (ranking_id)
    where limits.{{ limit }} is not null and coalesce(known.{{ figure }}_count, 0) = 0

    union all

    {% endfor %}
    select
        'ranking_limits' as table_name,
        {{ row_key(['ranking_id']) }} as row_key,
        'ranking_id' as column_name,
        ranking_id as found,
        'must state a limit' as rule
    from limits
    where
        {% for limit, figure, sign, word in limits %}
        {{ limit }} is null
        {%- if not loop.last %} and{% endif %}
        {% endfor %}

    {% for figure in ['latitude', 'longitude'] %}
    union all

    select
        'ranking_limits' as table_name,
        {{ row_key(['ranking_id']) }} as row_key,
        'minimum_{{ figure }}' as column_name,
        cast(minimum_{{ figure }} as {{ dbt.type_string() }}) as found,
        'must be less than maximum_{{ figure }}' as rule
    from limits
    where minimum_{{ figure }} >= maximum_{{ figure }}
    {% endfor %}

    union all

    select
        cities.table_name,
        {{ row_key(['city_id'], relation_alias='cities') }} as row_key,
        'state_code, state_name' as column_name,
        cities.state_code || ', ' || cities.state_name as found,
        'must be a state of ranking ' || cities.ranking_id || ' (ranking_states)' as rule
    from cities
    inner join rankings_with_states using (ranking_id)
    left join states using (ranking_id, state_code, state_name)
    where states.state_code is null

    union all

    select
        cities.table_name,
        {{ row_key(['city_id'], relation_alias='cities') }} as row_key,
        'state_code' as column_name,
        cities.state_code as found,
        case
            when cities.official_key is null
                then 'needs the city''s official key, because the state has a key_start'
            else
                'must be the state of the city''s official key ' || cities.official_key
                || '; keys of this one begin with ' || states.key_start
        end
        || ' (official_keys, ranking_states)' as rule
    from cities
    inner join states using (ranking_id, state_code)
    where
        states.key_start is not null
        and (
            cities.official_key is null
            or substr(cities.official_key, 1, length(states.key_start)) <> states.key_start
        )

    union all

    select
        'ranking_states' as table_name,
        {{ row_key(['ranking_id', 'state_code'], relation_alias='states') }} as row_key,
        'state_code' as column_name,
        states.state_code as found,
        'has no effect: no city of the ranking lies in the state' as rule
    from states
    left join used_states using (ranking_id, state_code)
    where used_states.city_count is null

    union all

    select
        'official_keys' as table_name,
        {{ row_key(['city_id'], relation_alias='keys') }} as row_key,
        'official_key' as column_name,
        keys.official_key as found,
        'has no effect: no ranking of the city has states with a key_start (ranking_states)' as rule
    from {{ ref('stg_official_keys') }} as keys
    left join compared_keys using (city_id)
    where coalesce(compared_keys.key_start_count, 0) = 0
)

select * from broken_rules
