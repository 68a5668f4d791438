{#- Every edition with its ranking and the settings of its methodology. -#}
select
    ---------- ids
    editions.edition_key,
    editions.ranking_id,
    editions.edition,
    previous_editions.edition_key as previous_edition_key,
    editions.previous_edition,
    editions.methodology_id,
    editions.methodology_id <> previous_editions.methodology_id as is_method_changed,
    -- what turns an index of the edition before into one on this edition's scale
    {{ rounded_decimal(
        to_double('methodologies.scale_maximum')
        ~ ' / ' ~ to_double('previous_methodologies.scale_maximum'), 12, 'decimal(24, 12)'
    ) }} as previous_scale_factor,

    ---------- settings
    methodologies.methodology_name,
    methodologies.description as methodology_description,
    methodologies.scale_maximum,
    methodologies.score_digits,
    methodologies.index_digits,
    methodologies.rank_taken_on,
    methodologies.missing_value_rule,
    methodologies.minimum_coverage,
    methodologies.minimum_city_coverage,
    methodologies.coarser_value_rule,

    ---------- ranking
    rankings.is_simulated_ranking,
    editions.survey_period,
    editions.note,
    editions.source
from {{ ref('stg_editions') }} as editions
inner join {{ ref('stg_rankings') }} as rankings using (ranking_id)
inner join {{ ref('stg_methodologies') }} as methodologies using (methodology_id)
left join {{ ref('stg_editions') }} as previous_editions
    on
        editions.ranking_id = previous_editions.ranking_id
        and editions.previous_edition = previous_editions.edition
left join {{ ref('stg_methodologies') }} as previous_methodologies
    on previous_editions.methodology_id = previous_methodologies.methodology_id
