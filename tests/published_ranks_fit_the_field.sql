{#-
  A published rank is at most the number of cities in the edition's field, and the publisher gives
  each place of a table to one city only, where ranks are taken on the unrounded index.
-#}
with

published_results as (
    select * from {{ ref('stg_published_results') }}
    where published_rank is not null
),

methodologies as (
    select
        editions.ranking_id,
        editions.edition,
        methodologies.rank_taken_on
    from {{ ref('stg_editions') }} as editions
    inner join {{ ref('stg_methodologies') }} as methodologies
        on editions.methodology_id = methodologies.methodology_id
),

field_sizes as (
    select
        ranking_id,
        edition,
        count(*) as city_count
    from {{ ref('int_edition_cities') }}
    group by ranking_id, edition
),

rank_holders as (
    select
        ranking_id,
        edition,
        category_id,
        published_rank,
        count(*) as holder_count
    from published_results
    group by ranking_id, edition, category_id, published_rank
),

checked as (
    select
        published_results.*,
        case
            when published_results.published_rank > field_sizes.city_count
                then 'must not be greater than the number of cities in the field'
            when methodologies.rank_taken_on = 'unrounded' and rank_holders.holder_count > 1
                then 'must be published for one city only'
        end as rule
    from published_results
    inner join field_sizes
        on
            published_results.ranking_id = field_sizes.ranking_id
            and published_results.edition = field_sizes.edition
    inner join methodologies
        on
            published_results.ranking_id = methodologies.ranking_id
            and published_results.edition = methodologies.edition
    inner join rank_holders
        on
            published_results.ranking_id = rank_holders.ranking_id
            and published_results.edition = rank_holders.edition
            and published_results.category_id = rank_holders.category_id
            and published_results.published_rank = rank_holders.published_rank
)

select
    'published_results' as table_name,
    {{ row_key(['ranking_id', 'edition', 'city_id', 'category_id']) }} as row_key,
    'published_rank' as column_name,
    cast(published_rank as {{ dbt.type_string() }}) as found,
    rule
from checked
where rule is not null
