-- How many published figures of each edition could be checked against the others, and how it came
-- out.
select
    reconciliation.ranking_id,
    rankings.ranking_name_de,
    rankings.ranking_name_en,
    reconciliation.edition,
    reconciliation.is_simulated_ranking,
    count(*) as figure_count,
    count(*) filter (where reconciliation.verdict = 'match') as match_count,
    count(*) filter (where reconciliation.verdict = 'last_digit') as last_digit_count,
    count(*) filter (where reconciliation.verdict = 'consistent') as consistent_count,
    count(*) filter (where reconciliation.verdict = 'contradiction') as contradiction_count,
    count(*) filter (where reconciliation.verdict = 'not_checkable') as not_checkable_count
from published_reconciliation as reconciliation
inner join dim_rankings as rankings on reconciliation.ranking_id = rankings.ranking_id
group by
    reconciliation.ranking_id,
    rankings.ranking_name_de,
    rankings.ranking_name_en,
    reconciliation.edition,
    reconciliation.is_simulated_ranking
order by
    reconciliation.is_simulated_ranking asc,
    reconciliation.ranking_id asc,
    reconciliation.edition desc
