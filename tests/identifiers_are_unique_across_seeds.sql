{#-
  A key that two seeds share exists in one of them only: no city, member or score is both real and
  simulated.
-#}
with

keys as (
    select
        'cities' as table_name,
        {{ row_key(['city_id']) }} as row_key
    from {{ ref('stg_cities') }}
    union all
    select
        'field_members' as table_name,
        {{ row_key(['ranking_id', 'city_id']) }} as row_key
    from {{ ref('stg_field_members') }}
    union all
    select
        'indicator_scores' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id', 'indicator_id']) }} as row_key
    from {{ ref('stg_indicator_scores') }}
)

select
    table_name,
    row_key,
    'key' as column_name,
    cast(count(*) as {{ dbt.type_string() }}) as found,
    'must stand once, in the real or in the simulated seed' as rule
from keys
group by table_name, row_key
having count(*) > 1
