-- What is known of every edition: scores, places and indices of the overall index, and published
-- figures.
with published_figures as (
    select
        ranking_id,
        edition,
        count(*) as published_count
    from published_reconciliation
    group by ranking_id, edition
)

select
    coverage.ranking_id,
    rankings.ranking_name_de,
    rankings.ranking_name_en,
    coverage.edition,
    coverage.city_count,
    coverage.expected_score_count,
    coverage.score_count,
    summaries.rank_count,
    summaries.implied_rank_count,
    summaries.index_count,
    coalesce(published_figures.published_count, 0) as published_count,
    coverage.status,
    coverage.is_simulated_ranking
from analysis_coverage as coverage
inner join dim_rankings as rankings on coverage.ranking_id = rankings.ranking_id
left join edition_summaries as summaries
    on
        coverage.edition_key = summaries.edition_key
        and summaries.category_id = 'overall'
        and summaries.group_type = 'all'
left join published_figures
    on
        coverage.ranking_id = published_figures.ranking_id
        and coverage.edition = published_figures.edition
order by coverage.is_simulated_ranking asc, coverage.ranking_id asc, coverage.edition desc
