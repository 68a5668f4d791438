{#-
  Recounts every computed rank without a window function: 1 plus the number of cities with a
  greater index. Ties share a rank and are named; a city without an index has no computed rank.
-#}
with

results as (
    select * from {{ ref('fct_index_results') }}
),

editions as (
    select * from {{ ref('dim_editions') }}
),

rank_values as (
    select
        results.*,
        {{ rank_value('results.index_value', 'editions.rank_taken_on', 'editions.index_digits') }}
            as rank_value
    from results
    inner join editions using (ranking_id, edition)
    where results.rank_source = 'computed'
),

recounted as (
    select
        own.ranking_id,
        own.edition,
        own.city_id,
        own.category_id,
        own.rank,
        own.tied_with,
        1 + sum(case when others.rank_value > own.rank_value then 1 else 0 end) as recounted_rank,
        sum(
            case
                when others.rank_value = own.rank_value and others.city_id <> own.city_id then 1
                else 0
            end
        ) as tie_count
    from rank_values as own
    inner join rank_values as others using (ranking_id, edition, category_id)
    group by
        own.ranking_id, own.edition, own.city_id, own.category_id, own.rank, own.tied_with
)

select
    'fct_index_results' as table_name,
    {{ row_key(['ranking_id', 'edition', 'city_id', 'category_id']) }} as row_key,
    'rank' as column_name,
    cast(rank as {{ dbt.type_string() }}) as found,
    'must be 1 plus the number of cities with a greater index, ties named in tied_with' as rule
from recounted
where rank <> recounted_rank or (tie_count > 0) <> (tied_with is not null)
