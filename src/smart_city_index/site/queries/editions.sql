-- The rankings and their editions: names, number of cities, what time the data are of, whether the
-- ranking is computed as a whole, and whether the edition is complete enough for the analysis. What
-- this project has made itself comes behind what others publish.
with computed_rankings as (
    select
        ranking_id,
        not coalesce(bool_or(rank_source <> 'computed'), false) as is_computed_ranking
    from fct_index_results
    group by ranking_id
),

years as (
    select
        ranking_id,
        edition,
        unnest(regexp_extract_all(reference_period, '\d{4}')) as year
    from fct_indicator_scores
),

data_years as (
    select
        ranking_id,
        edition,
        min(year) as first_data_year,
        max(year) as last_data_year
    from years
    group by ranking_id, edition
)

select
    editions.ranking_id,
    rankings.ranking_name_de,
    rankings.ranking_name_en,
    rankings.publisher,
    rankings.description as ranking_description,
    editions.edition,
    editions.previous_edition,
    editions.city_count,
    editions.scale_maximum,
    editions.score_digits,
    editions.index_digits,
    editions.survey_period,
    data_years.first_data_year,
    data_years.last_data_year,
    editions.source,
    computed_rankings.is_computed_ranking,
    coverage.status as analysis_status,
    coverage.score_count,
    coverage.expected_score_count,
    editions.is_simulated_ranking
from dim_editions as editions
inner join dim_rankings as rankings on editions.ranking_id = rankings.ranking_id
inner join analysis_coverage as coverage on editions.edition_key = coverage.edition_key
left join computed_rankings on editions.ranking_id = computed_rankings.ranking_id
left join data_years
    on editions.ranking_id = data_years.ranking_id and editions.edition = data_years.edition
order by
    editions.is_simulated_ranking asc,
    coalesce(rankings.publisher, '') = 'this project' asc,
    editions.ranking_id asc,
    editions.edition desc
