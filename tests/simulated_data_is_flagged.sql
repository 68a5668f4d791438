{#-
  Simulated figures stay in simulated rankings: no simulated city and no simulated score in a real
  ranking, and a real city's score in a simulated ranking is flagged unless it is the published one.
-#}
with

scores as (
    select * from {{ ref('fct_indicator_scores') }}
),

published_scores as (
    select indicator_scores.*
    from {{ ref('stg_indicator_scores') }} as indicator_scores
    inner join {{ ref('dim_rankings') }} as rankings using (ranking_id)
    where not rankings.is_simulated_ranking and not indicator_scores.is_simulated
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
        'a score must be flagged as simulated unless it is the published one' as rule
    from scores
    left join published_scores using (edition, city_id, indicator_id, raw_value)
    where
        scores.status = 'scored'
        and scores.is_simulated_ranking
        and not scores.is_simulated
        and published_scores.city_id is null
)

select * from broken_rules
