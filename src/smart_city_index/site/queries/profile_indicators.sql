-- The scores of every city on its printed page, with the city's place in the indicator and, where
-- the edition is analysed, the field's median and best score.
select
    lines.ranking_id,
    lines.edition,
    lines.city_id,
    lines.category_id,
    lines.line_id as indicator_id,
    lines.label_de,
    lines.label_en,
    lines.name_is_inferred,
    lines.value_displayed,
    lines.is_simulated,
    lines.source,
    scores.role,
    scores.rank,
    scores.ranked_city_count,
    scores.ranked_city_count <> statistics.edition_city_count as is_part_of_field,
    statistics.median_score,
    statistics.maximum_score
from city_profiles as lines
inner join fct_indicator_scores as scores
    on
        lines.edition_key = scores.edition_key
        and lines.city_id = scores.city_id
        and lines.line_id = scores.indicator_id
left join indicator_statistics as statistics
    on lines.edition_key = statistics.edition_key and lines.line_id = statistics.indicator_id
where lines.section = 'indicator' and lines.value_displayed is not null
order by lines.ranking_id, lines.city_id, lines.edition, lines.line_number
