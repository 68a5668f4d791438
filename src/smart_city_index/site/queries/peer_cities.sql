-- The cities of the whole field whose scores are most similar, the nearest first.
select
    peers.ranking_id,
    peers.edition,
    peers.city_id,
    peers.nearness,
    peers.peer_city_id,
    cities.city_name as peer_city_name,
    cities.is_simulated as is_simulated_peer,
    peers.peer_rank,
    results.index_displayed as peer_index_displayed,
    peers.distance,
    peers.shared_indicator_count,
    peers.indicator_count,
    peers.analysed_city_count
from peer_cities as peers
inner join dim_cities as cities on peers.peer_city_id = cities.city_id
inner join fct_index_results as results
    on
        peers.edition_key = results.edition_key
        and peers.peer_city_id = results.city_id
        and results.category_id = 'overall'
where peers.scope = 'edition'
order by peers.ranking_id, peers.city_id, peers.edition, peers.nearness
