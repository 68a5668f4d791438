{#-
  What is simulated says so where it is read: a simulated city by its name, in German or English, and
  only a simulated one; no simulated city, member or score stands in a real ranking; a member or score
  of a simulated city is flagged as simulated.
-#}
with

rankings as (
    select * from {{ ref('stg_rankings') }}
),

cities as (
    select * from {{ ref('stg_cities') }}
),

rows_of_cities as (
    select
        'ranking_members' as table_name,
        {{ row_key(['ranking_id', 'city_id']) }} as row_key,
        ranking_id,
        city_id,
        is_simulated
    from {{ ref('stg_ranking_members') }}
    union all
    select
        'indicator_scores' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id', 'indicator_id']) }} as row_key,
        ranking_id,
        city_id,
        is_simulated
    from {{ ref('stg_indicator_scores') }}
),

broken_rules as (
    select
        'cities' as table_name,
        {{ row_key(['city_id']) }} as row_key,
        'city_name' as column_name,
        city_name as found,
        'a simulated city, and only a simulated one, must be named Simuliert... or Simulated ...'
            as rule
    from cities
    where is_simulated <> (city_name like 'Simuliert%' or city_name like 'Simulated %')

    union all

    select
        rows_of_cities.table_name,
        rows_of_cities.row_key,
        'is_simulated' as column_name,
        cast(rows_of_cities.is_simulated as {{ dbt.type_string() }}) as found,
        case
            when rows_of_cities.is_simulated <> cities.is_simulated
                and cities.is_simulated
                then 'must be true for a simulated city'
            else 'what is simulated must not stand in a real ranking'
        end as rule
    from rows_of_cities
    inner join cities using (city_id)
    inner join rankings using (ranking_id)
    where
        (cities.is_simulated and not rows_of_cities.is_simulated)
        or (rows_of_cities.is_simulated and not rankings.is_simulated_ranking)
)

select * from broken_rules
