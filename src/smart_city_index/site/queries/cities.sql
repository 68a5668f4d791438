-- The members of every edition: name, state, size class, and the places within them.
select
    league.ranking_id,
    league.edition,
    league.city_id,
    league.city_name,
    cities.state_name,
    cities.size_class_name_de,
    cities.size_class_name_en,
    league.rank_in_state,
    league.cities_in_state,
    league.rank_in_size_class,
    league.cities_in_size_class,
    league.is_new_in_edition,
    league.is_simulated_city,
    league.is_simulated,
    league.is_simulated_ranking
from league_table as league
inner join dim_cities as cities on league.city_id = cities.city_id
order by league.ranking_id asc, league.city_id asc, league.edition desc
