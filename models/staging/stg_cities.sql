with

source as (
    select * from {{ ref('cities') }}
),

simulated_source as (
    select * from {{ ref('simulated_cities') }}
),

{% if var('cities_location', none) %}
external_source as (
    select
        cast(city_id as {{ dbt.type_string() }}) as city_id,
        cast(city_name as {{ dbt.type_string() }}) as city_name,
        cast(state_code as {{ dbt.type_string() }}) as state_code,
        cast(state_name as {{ dbt.type_string() }}) as state_name,
        cast(population as integer) as population,
        cast(latitude as decimal(7,4)) as latitude,
        cast(longitude as decimal(7,4)) as longitude,
        cast(source as {{ dbt.type_string() }}) as source,
        cast(is_simulated as boolean) as is_simulated
    from {{ external_rows(source('external', 'cities')) }}
),

{% endif %}
unioned as (
    select
        source.*,
        false as is_simulated
    from source
    union all
    select
        simulated_source.*,
        true as is_simulated
    from simulated_source
    {% if var('cities_location', none) %}
    union all
    select *
    from external_source
    {% endif %}
),

renamed as (
    select
        ---------- ids
        city_id,
        ---------- texts
        city_name,
        state_code,
        state_name,
        source,
        ---------- figures
        population,
        latitude,
        longitude,
        ---------- flags
        is_simulated
    from unioned
)

select * from renamed
