-- Every score that is known, as a page prints it, and every one that there cannot be: the figure is
-- the district's, or does not apply. What is not here is not recorded.
select
    scores.ranking_id,
    scores.edition,
    scores.indicator_id,
    scores.city_id,
    scores.score_displayed,
    scores.status,
    scores.is_simulated
from fct_indicator_scores as scores
where scores.status <> 'missing'
order by scores.ranking_id, scores.edition, scores.indicator_id, scores.city_id
