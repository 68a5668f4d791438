{#-
  A published rank is at most the number of cities of the edition. Where ranks are taken on the
  unrounded index, cities on one rank are a slip unless their published indices are equal, or unless
  contradictions are only listed. A published
  tendency leads to a rank of the largest edition that the ranking had. A published index, mean or
  index at a rank lies on the scale of its edition.
-#}
with

methodologies as (
    select
        editions.ranking_id,
        editions.edition,
        methodologies.rank_taken_on,
        methodologies.scale_maximum
    from {{ ref('stg_editions') }} as editions
    inner join {{ ref('stg_methodologies') }} as methodologies using (methodology_id)
),

field_sizes as (
    select
        editions.ranking_id,
        editions.edition,
        count(*) as city_count
    from {{ ref('stg_editions') }} as editions
    inner join {{ ref('stg_ranking_members') }} as members
        on
            editions.ranking_id = members.ranking_id
            and editions.edition >= members.first_edition
            and editions.edition <= coalesce(members.last_edition, editions.edition)
    group by editions.ranking_id, editions.edition
),

largest_fields as (
    select
        ranking_id,
        max(city_count) as city_count
    from field_sizes
    group by ranking_id
),

broken_tendencies as (
    select results.*
    from {{ ref('stg_published_results') }} as results
    inner join largest_fields using (ranking_id)
    where
        abs(results.published_tendency) >= largest_fields.city_count
        or results.published_rank + results.published_tendency
        not between 1 and largest_fields.city_count
),

results as (
    select
        results.*,
        count(*) over same_rank as holder_count,
        count(results.published_index) over same_rank as holder_with_index_count,
        min(results.published_index) over same_rank as least_index,
        max(results.published_index) over same_rank as greatest_index
    from {{ ref('stg_published_results') }} as results
    window
        same_rank as (
            partition by
                results.ranking_id, results.edition, results.category_id, results.published_rank
        )
),

broken_ranks as (
    select
        results.*,
        case
            when results.published_rank > field_sizes.city_count
                then 'must not be greater than the number of cities of the edition'
            when
                '{{ var('contradictions') }}' = 'fail'
                and methodologies.rank_taken_on = 'unrounded'
                and results.holder_count > 1
                and (
                    results.holder_with_index_count < results.holder_count
                    or results.least_index < results.greatest_index
                )
                then 'must be published for one city only, or for cities of one published index'
        end as rule
    from results
    inner join field_sizes using (ranking_id, edition)
    inner join methodologies using (ranking_id, edition)
    where results.published_rank is not null
),

indices as (
    select
        'published_results' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id', 'category_id']) }} as row_key,
        'published_index' as column_name,
        ranking_id,
        edition,
        published_index as found_value
    from {{ ref('stg_published_results') }}
    union all
    select
        'published_edition_statistics' as table_name,
        {{ row_key(['ranking_id', 'edition', 'category_id', 'statistic', 'rank']) }} as row_key,
        'published_value' as column_name,
        ranking_id,
        edition,
        published_value as found_value
    from {{ ref('stg_published_edition_statistics') }}
)

select
    'published_results' as table_name,
    {{ row_key(['ranking_id', 'edition', 'city_id', 'category_id']) }} as row_key,
    'published_rank' as column_name,
    cast(published_rank as {{ dbt.type_string() }}) as found,
    rule
from broken_ranks
where rule is not null
union all
select
    'published_results' as table_name,
    {{ row_key(['ranking_id', 'edition', 'city_id', 'category_id']) }} as row_key,
    'published_tendency' as column_name,
    cast(published_tendency as {{ dbt.type_string() }}) as found,
    'must lead to a rank that the edition before had' as rule
from broken_tendencies
union all
select
    indices.table_name,
    indices.row_key,
    indices.column_name,
    cast(indices.found_value as {{ dbt.type_string() }}) as found,
    'must not be greater than scale_maximum, which is '
    || cast(methodologies.scale_maximum as {{ dbt.type_string() }}) as rule
from indices
inner join methodologies
    on indices.ranking_id = methodologies.ranking_id and indices.edition = methodologies.edition
where indices.found_value > methodologies.scale_maximum
