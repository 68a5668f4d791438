-- Published figures of whole editions next to what the other figures give.
select
    reconciliation.ranking_id,
    rankings.ranking_name_de,
    rankings.ranking_name_en,
    reconciliation.edition,
    categories.category_name_de,
    categories.category_name_en,
    reconciliation.figure,
    reconciliation.rank,
    reconciliation.published_value,
    reconciliation.computed_value,
    reconciliation.verdict,
    reconciliation.is_simulated_ranking,
    reconciliation.source
from edition_reconciliation as reconciliation
inner join dim_rankings as rankings on reconciliation.ranking_id = rankings.ranking_id
inner join dim_categories as categories on reconciliation.category_key = categories.category_key
order by
    reconciliation.is_simulated_ranking asc,
    reconciliation.ranking_id asc,
    reconciliation.edition desc,
    reconciliation.figure asc,
    categories.sort_path asc,
    reconciliation.rank asc
