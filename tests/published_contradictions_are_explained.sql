{#-
  Every contradiction between published figures has a reviewed note in seed known_contradictions,
  unless var contradictions is list; and every note speaks of a contradiction that still exists, with
  the value it names.
-#}
with

contradictions as (
    select * from {{ ref('published_reconciliation') }}
    where verdict = 'contradiction'
),

known_contradictions as (
    select * from {{ ref('stg_known_contradictions') }}
),

broken_rules as (
    select
        'published_results' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id', 'category_id', 'figure']) }} as row_key,
        figure as column_name,
        cast(published_value as {{ dbt.type_string() }}) as found,
        'contradicts other published figures'
        || coalesce(' (they give ' || cast(computed_value as {{ dbt.type_string() }}) || ')', '')
        || ': correct the seed, or explain it in known_contradictions.csv'
            as rule
    from contradictions
    where contradiction_note is null and '{{ var('contradictions') }}' = 'fail'

    union all

    select
        'known_contradictions' as table_name,
        {{ row_key(
            ['ranking_id', 'edition', 'city_id', 'category_id', 'figure'],
            relation_alias='known_contradictions'
        ) }} as row_key,
        'contradicting_value' as column_name,
        cast(known_contradictions.contradicting_value as {{ dbt.type_string() }}) as found,
        'the figures no longer contradict each other with this value' as rule
    from known_contradictions
    left join contradictions
        on
            known_contradictions.ranking_id = contradictions.ranking_id
            and known_contradictions.edition = contradictions.edition
            and known_contradictions.city_id = contradictions.city_id
            and known_contradictions.category_id = contradictions.category_id
            and known_contradictions.figure = contradictions.figure
            and known_contradictions.published_value = contradictions.published_value
            and (
                contradictions.difference is null
                or known_contradictions.contradicting_value
                = contradictions.published_value + contradictions.difference
            )
    where contradictions.ranking_id is null
)

select * from broken_rules
