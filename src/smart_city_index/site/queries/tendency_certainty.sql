-- Did the city really rise? In what share of paired draws of weights it stands higher or lower than
-- the edition before.
select
    probability.ranking_id,
    probability.edition,
    probability.city_id,
    probability.scenario_id,
    robustness.weight_distribution,
    robustness.weight_variation,
    robustness.normalisation,
    robustness.root_aggregation,
    probability.draw_count,
    probability.probability_rose,
    probability.probability_unchanged,
    probability.probability_fell
from tendency_probability as probability
inner join rank_robustness as robustness
    on
        probability.edition_key = robustness.edition_key
        and probability.scenario_id = robustness.scenario_id
        and probability.city_id = robustness.city_id
where robustness.normalisation = 'as_defined' and robustness.root_aggregation = 'as_defined'
order by
    probability.ranking_id asc,
    probability.city_id asc,
    probability.edition asc,
    probability.draw_count desc,
    probability.scenario_id asc
