with

source as (
    select * from {{ ref('field_members') }}
),

simulated_source as (
    select * from {{ ref('simulated_field_members') }}
),

{% if var('field_members_location', none) %}
external_source as (
    select
        cast(ranking_id as {{ dbt.type_string() }}) as ranking_id,
        cast(city_id as {{ dbt.type_string() }}) as city_id,
        cast(first_edition as integer) as first_edition,
        cast(last_edition as integer) as last_edition,
        cast(source as {{ dbt.type_string() }}) as source,
        cast(is_simulated as boolean) as is_simulated
    from {{ external_rows(source('external', 'field_members')) }}
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
    {% if var('field_members_location', none) %}
    union all
    select *
    from external_source
    {% endif %}
),

renamed as (
    select
        ---------- ids
        ranking_id,
        city_id,
        ---------- editions
        first_edition,
        last_edition,
        ---------- texts
        source,
        ---------- flags
        is_simulated
    from unioned
)

select * from renamed
