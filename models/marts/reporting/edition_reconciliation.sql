{#-
  Published figures of a whole edition next to what the seeds give: number of cities and
  indicators, data points, mean index, index at a rank.
-#}
with

editions as (
    select * from {{ ref('stg_editions') }}
),

counted_editions as (
    select * from {{ ref('dim_editions') }}
),

results as (
    select * from {{ ref('fct_index_results') }}
),

count_figures as (
    select
        editions.edition_key,
        'overall' as category_id,
        'city_count' as figure,
        0 as rank,
        editions.published_city_count as published_value,
        0 as published_digits,
        counted_editions.city_count as computed_value,
        'ranking_members' as checked_against,
        editions.source
    from editions
    inner join counted_editions using (edition_key)
    where editions.published_city_count is not null

    union all

    select
        editions.edition_key,
        'overall' as category_id,
        'indicator_count' as figure,
        0 as rank,
        editions.published_indicator_count as published_value,
        0 as published_digits,
        nullif(counted_editions.indicator_count, 0) as computed_value,
        'framework' as checked_against,
        editions.source
    from editions
    inner join counted_editions using (edition_key)
    where editions.published_indicator_count is not null

    union all

    select
        edition_key,
        'overall' as category_id,
        'data_point_count' as figure,
        0 as rank,
        published_data_point_count as published_value,
        0 as published_digits,
        published_city_count * published_parameter_count as computed_value,
        'cities_times_parameters' as checked_against,
        source
    from editions
    where published_data_point_count is not null
),

-- a field's mean only where every city of it has an index
field_means as (
    select
        edition_key,
        category_id,
        case
            when count(*) = count(index_value)
                then {{ divide('sum(index_value)', 'count(*)') }}
        end as mean_index
    from results
    group by edition_key, category_id
),

rank_indices as (
    select
        edition_key,
        category_id,
        rank,
        max(index_value) as index_at_rank
    from results
    where rank is not null
    group by edition_key, category_id, rank
),

statistic_figures as (
    select
        published.edition_key,
        published.category_id,
        published.statistic as figure,
        coalesce(published.rank, 0) as rank,
        published.published_value,
        published.value_digits as published_digits,
        case published.statistic
            when 'mean' then field_means.mean_index
            when 'index_at_rank' then rank_indices.index_at_rank
        end as computed_value,
        case published.statistic
            when 'mean' then 'mean_of_all_cities'
            when 'index_at_rank' then 'city_at_that_rank'
        end as checked_against,
        published.source
    from {{ ref('stg_published_edition_statistics') }} as published
    left join field_means using (edition_key, category_id)
    left join rank_indices using (edition_key, category_id, rank)
),

figures as (
    select
        count_figures.*,
        true as is_count
    from count_figures
    union all
    select
        statistic_figures.*,
        false as is_count
    from statistic_figures
)

select
    figures.edition_key,
    editions.ranking_id,
    editions.edition,
    figures.category_id,
    {{ node_key('figures.edition_key', 'figures.category_id') }} as category_key,
    figures.figure,
    cast(figures.rank as integer) as rank,
    cast(figures.published_value as decimal(18, 4)) as published_value,
    cast(figures.computed_value as decimal(28, 12)) as computed_value,
    figures.checked_against,
    case
        when figures.is_count and figures.computed_value = figures.published_value then 'match'
        when figures.is_count and figures.computed_value is not null then 'contradiction'
        else {{ verdict(
            'figures.computed_value', 'figures.published_value', 'figures.published_digits'
        ) }}
    end as verdict,
    editions.is_simulated_ranking,
    figures.source
from figures
inner join {{ ref('int_editions') }} as editions using (edition_key)
