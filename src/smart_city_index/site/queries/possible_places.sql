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
    on results.category_key = ranges.category_key and results.city_id = ranges.city_id
inner join dim_editions as editions on results.edition_key = editions.edition_key
where
    results.rank is null
    and ranges.rank_to - ranges.rank_from + 1 <= 0.9 * editions.city_count
order by results.ranking_id, results.edition, results.city_id, results.category_id
