with

editions as (
    select * from {{ ref('stg_editions') }}
),

rankings as (
    select * from {{ ref('stg_rankings') }}
),

methodologies as (
    select * from {{ ref('stg_methodologies') }}
),

field_sizes as (
    select
        ranking_id,
        edition,
        count(*) as city_count,
        sum(case when is_new_in_field then 1 else 0 end) as new_city_count
    from {{ ref('int_edition_cities') }}
    group by ranking_id, edition
),

indicator_counts as (
    select
        ranking_id,
        edition,
        count(*) as indicator_count
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator'
    group by ranking_id, edition
),

final as (
    select
        editions.ranking_id,
        editions.edition,
        editions.previous_edition,
        editions.methodology_id,
        methodologies.methodology_name,
        methodologies.description as methodology_description,
        methodologies.scale_maximum,
        methodologies.score_digits,
        methodologies.index_digits,
        methodologies.rank_taken_on,
        methodologies.missing_value_rule,
        methodologies.minimum_coverage,
        methodologies.minimum_field_coverage,
        cast(coalesce(field_sizes.city_count, 0) as integer) as city_count,
        cast(coalesce(field_sizes.new_city_count, 0) as integer) as new_city_count,
        cast(coalesce(indicator_counts.indicator_count, 0) as integer) as indicator_count,
        editions.survey_period,
        editions.note,
        rankings.is_simulated_field,
        editions.source
    from editions
    inner join rankings using (ranking_id)
    inner join methodologies using (methodology_id)
    left join field_sizes using (ranking_id, edition)
    left join indicator_counts using (ranking_id, edition)
)

select * from final
