{#-
  Recounts every tendency from the two editions in the fact itself: the rank in the edition named
  as previous less the rank now. A new city has no computed tendency.
-#}
with

results as (
    select * from {{ ref('fct_index_results') }}
),

paired as (
    select
        results.ranking_id,
        results.edition,
        results.city_id,
        results.category_id,
        results.tendency,
        results.tendency_source,
        results.is_new_in_edition,
        previous_results.rank - results.rank as recounted_tendency
    from results
    left join results as previous_results
        on
            results.ranking_id = previous_results.ranking_id
            and results.previous_edition = previous_results.edition
            and results.city_id = previous_results.city_id
            and results.category_id = previous_results.category_id
)

select
    'fct_index_results' as table_name,
    {{ row_key(['ranking_id', 'edition', 'city_id', 'category_id']) }} as row_key,
    'tendency' as column_name,
    cast(tendency as {{ dbt.type_string() }}) as found,
    'must be the rank of the previous edition less the rank now, none for a new city' as rule
from paired
where
    (recounted_tendency is not null and tendency is distinct from recounted_tendency)
    or (tendency_source = 'computed' and recounted_tendency is null)
    or (is_new_in_edition and tendency_source = 'computed')
