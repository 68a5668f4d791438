-- Where the city is in the field's best or worst quarter, by its place in the indicator.
select
    assessed.ranking_id,
    assessed.edition,
    assessed.city_id,
    assessed.assessment,
    assessed.indicator_id,
    assessed.category_id,
    indicators.indicator_name_de,
    indicators.indicator_name_en,
    assessed.rank,
    assessed.ranked_city_count,
    assessed.edition_city_count
from strengths_and_weaknesses as assessed
inner join dim_indicators as indicators on assessed.indicator_key = indicators.indicator_key
where assessed.assessment in ('strength', 'weakness')
order by
    assessed.ranking_id,
    assessed.city_id,
    assessed.edition,
    assessed.assessment,
    assessed.mean_rank,
    indicators.sort_path
