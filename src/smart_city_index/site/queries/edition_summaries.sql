-- How many places and indices of every edition and category are known, of how many cities; and the
-- mean of the known indices beside the published one of all cities.
select
    summaries.ranking_id,
    summaries.edition,
    summaries.category_id,
    summaries.city_count,
    summaries.rank_count,
    summaries.implied_rank_count,
    summaries.index_count,
    summaries.mean_index,
    summaries.is_mean_of_all,
    summaries.published_mean,
    editions.index_digits
from edition_summaries as summaries
inner join dim_editions as editions on summaries.edition_key = editions.edition_key
where summaries.group_type = 'all'
order by summaries.ranking_id, summaries.edition, summaries.category_id
