-- The settings by which every edition is computed.
select
    editions.ranking_id,
    rankings.ranking_name_de,
    rankings.ranking_name_en,
    editions.edition,
    editions.previous_edition,
    editions.methodology_id,
    editions.methodology_name,
    editions.methodology_description,
    editions.scale_maximum,
    editions.score_digits,
    editions.index_digits,
    editions.rank_taken_on,
    editions.missing_value_rule,
    editions.minimum_coverage,
    editions.minimum_city_coverage,
    editions.city_count,
    editions.new_city_count,
    editions.indicator_count,
    editions.survey_period,
    editions.note,
    editions.is_simulated_ranking
from dim_editions as editions
inner join dim_rankings as rankings on editions.ranking_id = rankings.ranking_id
order by editions.is_simulated_ranking asc, editions.ranking_id asc, editions.edition desc
