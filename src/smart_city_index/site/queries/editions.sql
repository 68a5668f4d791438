-- The rankings and their editions: names, number of cities, and whether the edition is complete
-- enough for the analysis. What this project has made itself comes behind what others publish.
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
    coverage.status as analysis_status,
    coverage.score_count,
    coverage.expected_score_count,
    editions.is_simulated_ranking
from dim_editions as editions
inner join dim_rankings as rankings on editions.ranking_id = rankings.ranking_id
inner join analysis_coverage as coverage
    on editions.ranking_id = coverage.ranking_id and editions.edition = coverage.edition
order by
    editions.is_simulated_ranking asc,
    coalesce(rankings.publisher, '') = 'this project' asc,
    editions.ranking_id asc,
    editions.edition desc
