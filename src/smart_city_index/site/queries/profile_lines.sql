-- The printed page of every city, line by line in the page's order: header, results and best
-- practice. The indicators are in profile_indicators.sql.
select
    ranking_id,
    edition,
    city_id,
    section,
    line_id,
    label_de,
    label_en,
    text_de,
    text_en,
    rank,
    tendency,
    value_displayed,
    is_simulated,
    source
from city_profiles
where section <> 'indicator'
order by ranking_id, city_id, edition, line_number
