{%- set columns = [
    'ranking_id', 'edition', 'city_id', 'indicator_id', 'raw_value', 'is_not_applicable',
    'reference_period', 'geographic_level', 'source'
] | join(', ') -%}
with

scores as (
    select
        {{ columns }},
        false as is_simulated
    from {{ ref('indicator_scores') }}
    union all
    select
        {{ columns }},
        false as is_simulated
    from {{ ref('open_data_values') }}
    {% if var('scores_location', none) %}
    union all
    select
        cast(ranking_id as {{ dbt.type_string() }}) as ranking_id,
        cast(edition as integer) as edition,
        cast(city_id as {{ dbt.type_string() }}) as city_id,
        cast(indicator_id as {{ dbt.type_string() }}) as indicator_id,
        cast(raw_value as {{ type_raw_value() }}) as raw_value,
        cast(is_not_applicable as boolean) as is_not_applicable,
        cast(reference_period as {{ dbt.type_string() }}) as reference_period,
        cast(geographic_level as {{ dbt.type_string() }}) as geographic_level,
        cast(source as {{ dbt.type_string() }}) as source,
        cast(is_simulated as boolean) as is_simulated
    from {{ external_rows(source('external', 'indicator_scores')) }}
    {% endif %}
)

select
    {{ edition_key() }},
    *
from scores
