-- The places of every city over the editions, overall and by category. Empty: not known.
select
    results.ranking_id,
    results.city_id,
    results.category_id,
    results.edition,
    results.rank,
    results.is_simulated,
    editions.city_count
from fct_index_results as results
inner join dim_editions as editions on results.edition_key = editions.edition_key
order by results.ranking_id, results.city_id, results.category_id, results.edition
