-- Every published figure that the other figures exclude.
select
    reconciliation.ranking_id,
    rankings.ranking_name_de,
    rankings.ranking_name_en,
    reconciliation.edition,
    reconciliation.city_id,
    cities.city_name,
    reconciliation.category_id,
    categories.category_name_de,
    categories.category_name_en,
    reconciliation.figure,
    reconciliation.published_value,
    reconciliation.published_digits,
    reconciliation.computed_value,
    reconciliation.difference,
    reconciliation.possible_from,
    reconciliation.possible_to,
    reconciliation.checked_against,
    reconciliation.contradiction_note,
    reconciliation.is_simulated_ranking,
    reconciliation.source
from published_reconciliation as reconciliation
inner join dim_rankings as rankings on reconciliation.ranking_id = rankings.ranking_id
inner join dim_cities as cities on reconciliation.city_id = cities.city_id
inner join dim_categories as categories on reconciliation.category_key = categories.category_key
where reconciliation.verdict = 'contradiction'
order by
    reconciliation.is_simulated_ranking asc,
    reconciliation.edition desc,
    cities.city_name asc,
    categories.sort_path asc
