-- Every score that is known, as a page prints it. A score that is not here is not recorded.
select
    scores.ranking_id,
    scores.edition,
    scores.indicator_id,
    scores.city_id,
    scores.score_displayed,
    scores.is_simulated
from fct_indicator_scores as scores
where scores.score_displayed is not null
order by scores.ranking_id, scores.edition, scores.indicator_id, scores.city_id
