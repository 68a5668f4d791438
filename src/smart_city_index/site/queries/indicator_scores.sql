-- Every score that is known, best first within an indicator. A place is there only where the whole
-- field has a score.
select
    scores.ranking_id,
    scores.edition,
    scores.indicator_id,
    scores.city_id,
    cities.city_name,
    cities.is_simulated as is_simulated_city,
    scores.score_displayed,
    scores.rank,
    scores.is_simulated
from fct_indicator_scores as scores
inner join dim_cities as cities on scores.city_id = cities.city_id
where scores.status = 'scored'
order by
    scores.ranking_id asc,
    scores.edition asc,
    scores.indicator_id asc,
    scores.score desc,
    cities.city_name asc
