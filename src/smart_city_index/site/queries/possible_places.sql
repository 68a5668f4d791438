-- The places that the known figures of an edition leave open where a place is not recorded, if they
-- leave out a tenth of all.
select
    results.ranking_id,
    results.edition,
    results.city_id,
    results.category_id,
    ranges.rank_from,
    ranges.rank_to
from fct_index_results as results
inner join result_ranges as ranges
    on
        results.ranking_id = ranges.ranking_id
        and results.edition = ranges.edition
        and results.city_id = ranges.city_id
        and results.category_id = ranges.category_id
inner join dim_editions as editions
    on results.ranking_id = editions.ranking_id and results.edition = editions.edition
where
    results.rank is null
    and ranges.rank_to - ranges.rank_from + 1 <= 0.9 * editions.city_count
order by results.ranking_id, results.edition, results.city_id, results.category_id
