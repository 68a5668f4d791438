with

source as (
    select * from {{ ref('indicator_scores') }}
),

simulated_source as (
    select * from {{ ref('simulated_indicator_scores') }}
),

{% if var('scores_location', none) %}
external_source as (
    select
        cast(ranking_id as {{ dbt.type_string() }}) as ranking_id,
        cast(edition as integer) as edition,
        cast(city_id as {{ dbt.type_string() }}) as city_id,
        cast(indicator_id as {{ dbt.type_string() }}) as indicator_id,
        cast(raw_value as decimal(18,6)) as raw_value,
        cast(is_not_applicable as boolean) as is_not_applicable,
        cast(source as {{ dbt.type_string() }}) as source,
        cast(is_simulated as boolean) as is_simulated
    from {{ external_rows(source('external', 'indicator_scores')) }}
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
    {% if var('scores_location', none) %}
    union all
    select *
    from external_source
    {% endif %}
),

renamed as (
    select
        ---------- ids
        ranking_id,
        edition,
        city_id,
        indicator_id,
        ---------- figures
        raw_value,
        ---------- texts
        source,
        ---------- flags
        is_not_applicable,
        is_simulated
    from unioned
)

select * from renamed
