{#-
  Simulated figures stay in simulated rankings: no simulated city and no simulated score in a real
  ranking; a simulated city's scores are flagged.
-#}
with

scores as (
    select * from {{ ref('fct_indicator_scores') }}
),

league as (
    select * from {{ ref('league_table') }}
),

broken_rules as (
    select
        'league_table' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id']) }} as row_key,
        'is_simulated_city' as column_name,
        city_name as found,
        'a simulated city must not stand in a real ranking' as rule
    from league
    where is_simulated_city and not is_simulated_ranking

    union all

    select
        'fct_indicator_scores' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id', 'indicator_id']) }} as row_key,
        'is_simulated' as column_name,
        cast(is_simulated as {{ dbt.type_string() }}) as found,
        'a simulated score must not stand in a real ranking' as rule
    from scores
    where is_simulated and not is_simulated_ranking

    union all

    select
        'fct_indicator_scores' as table_name,
        {{ row_key(
            ['ranking_id', 'edition', 'city_id', 'indicator_id'], relation_alias='scores'
        ) }} as row_key,
        'is_simulated' as column_name,
        cast(scores.is_simulated as {{ dbt.type_string() }}) as found,
        'a score of a simulated city must be flagged' as rule
    from scores
    inner join {{ ref('dim_cities') }} as cities using (city_id)
    where scores.status = 'scored' and cities.is_simulated and not scores.is_simulated
)

select * from broken_rules
