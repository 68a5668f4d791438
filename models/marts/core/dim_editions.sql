with

city_counts as (
    select
        edition_key,
        cast(count(*) as integer) as city_count,
        cast(sum(case when is_new_in_edition then 1 else 0 end) as integer) as new_city_count
    from {{ ref('int_edition_cities') }}
    group by edition_key
),

indicator_counts as (
    select
        edition_key,
        cast(count(*) as integer) as indicator_count
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator'
    group by edition_key
),

known_results as (
    select
        edition_key,
        cast(count(rank) as integer) as rank_count,
        cast(count(index_value) as integer) as index_count
    from {{ ref('int_ranks') }}
    where node_id = 'overall'
    group by edition_key
)

select
    editions.edition_key,
    editions.ranking_id,
    editions.edition,
    editions.previous_edition_key,
    editions.previous_edition,
    editions.methodology_id,
    editions.methodology_name,
    editions.methodology_description,
    editions.scale_maximum,
    editions.score_digits,
    editions.index_digits,
    editions.rank_taken_on,
    editions.missing_value_rule,
    editions.minimum_coverage,
    editions.minimum_city_coverage,
    editions.coarser_value_rule,
    coalesce(city_counts.city_count, 0) as city_count,
    coalesce(city_counts.new_city_count, 0) as new_city_count,
    coalesce(known_results.rank_count, 0) as rank_count,
    coalesce(known_results.index_count, 0) as index_count,
    coalesce(indicator_counts.indicator_count, 0) as indicator_count,
    editions.survey_period,
    editions.note,
    editions.is_simulated_ranking,
    editions.source
from {{ ref('int_editions') }} as editions
left join city_counts using (edition_key)
left join indicator_counts using (edition_key)
left join known_results using (edition_key)
