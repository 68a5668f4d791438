select
    city_id,
    city_name,
    state_code,
    state_name,
    population,
    latitude,
    longitude,
    source,
    false as is_simulated
from {{ ref('cities') }}
{% if var('cities_location', none) %}
union all
select
    cast(city_id as {{ dbt.type_string() }}) as city_id,
    cast(city_name as {{ dbt.type_string() }}) as city_name,
    cast(state_code as {{ dbt.type_string() }}) as state_code,
    cast(state_name as {{ dbt.type_string() }}) as state_name,
    cast(population as integer) as population,
    cast(latitude as decimal(7, 4)) as latitude,
    cast(longitude as decimal(7, 4)) as longitude,
    cast(source as {{ dbt.type_string() }}) as source,
    cast(is_simulated as boolean) as is_simulated
from {{ external_rows(source('external', 'cities')) }}
{% endif %}
