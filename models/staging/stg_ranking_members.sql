select
    ranking_id,
    city_id,
    first_edition,
    last_edition,
    source,
    false as is_simulated
from {{ ref('ranking_members') }}
{% if var('ranking_members_location', none) %}
union all
select
    cast(ranking_id as {{ dbt.type_string() }}) as ranking_id,
    cast(city_id as {{ dbt.type_string() }}) as city_id,
    cast(first_edition as integer) as first_edition,
    cast(last_edition as integer) as last_edition,
    cast(source as {{ dbt.type_string() }}) as source,
    cast(is_simulated as boolean) as is_simulated
from {{ external_rows(source('external', 'ranking_members')) }}
{% endif %}
