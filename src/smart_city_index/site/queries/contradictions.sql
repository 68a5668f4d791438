-- Published figures that other published figures of the same city exclude. None is smoothed.
select
    reconciliation.ranking_id,
    reconciliation.edition,
    reconciliation.city_id,
    reconciliation.category_id,
    categories.category_name_de,
    categories.category_name_en,
    reconciliation.figure,
    reconciliation.published_value,
    reconciliation.published_digits,
    reconciliation.computed_value,
    reconciliation.possible_from,
    reconciliation.possible_to,
    reconciliation.contradiction_note,
    reconciliation.source
from published_reconciliation as reconciliation
inner join dim_categories as categories on reconciliation.category_key = categories.category_key
where reconciliation.verdict = 'contradiction'
order by
    reconciliation.ranking_id,
    reconciliation.city_id,
    reconciliation.edition,
    categories.sort_path,
    reconciliation.figure
