{#-
  Scoring rules: from a raw value to a score between 0 and scale_maximum. Only the rules that compare
  a city with the field look at the field.
-#}
{%- set inputs = [
    (
        'field_rule_inputs',
        "'rank_percent', 'share_of_best', 'min_max'",
        oriented('grid.raw_value', 'indicators.direction') ~ ' as oriented_value',
    ),
    (
        'own_rule_inputs',
        "'as_scored', 'goalposts'",
        natural_logarithm_if('indicators.is_logarithmic', 'grid.raw_value') ~ ' as compared_value',
    ),
] -%}
with

indicators as (
    select
        ranking_id,
        edition,
        node_id as indicator_id,
        scoring_rule,
        direction,
        scale_maximum,
        is_capped,
        rank_taken_on,
        index_digits,
        minimum_field_coverage,
        coalesce(is_logarithmic, false) as is_logarithmic,
        {{ natural_logarithm_if('coalesce(is_logarithmic, false)', 'lower_goalpost') }}
            as compared_lower,
        {{ natural_logarithm_if('coalesce(is_logarithmic, false)', 'upper_goalpost') }}
            as compared_upper
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator'
),

-- values beside their settings: read for each kind of rule, because a CTE that is used twice would
-- hold every value in memory
{% for name, scoring_rules, computed_column in inputs %}
{{ name }} as (
    select
        grid.*,
        indicators.scoring_rule,
        indicators.direction,
        indicators.scale_maximum,
        indicators.is_capped,
        indicators.rank_taken_on,
        indicators.index_digits,
        indicators.minimum_field_coverage,
        indicators.compared_lower,
        indicators.compared_upper,
        {{ computed_column }}
    from {{ ref('int_indicator_values') }} as grid
    inner join indicators using (ranking_id, edition, indicator_id)
    where indicators.scoring_rule in ({{ scoring_rules }})
),

{% endfor %}
-- a rank counts cities that are worse; tied cities share their mean rank
field_rule_values as (
    select
        *,
        rank() over (
            partition by ranking_id, edition, indicator_id order by oriented_value desc nulls last
        ) as value_rank,
        count(*) over (
            partition by ranking_id, edition, indicator_id, oriented_value
        ) as tie_size,
        count(oriented_value) over (partition by ranking_id, edition, indicator_id) as value_count,
        min(raw_value) over (partition by ranking_id, edition, indicator_id) as lowest_value,
        max(raw_value) over (partition by ranking_id, edition, indicator_id) as highest_value,
        min(oriented_value) over (partition by ranking_id, edition, indicator_id) as worst_value,
        max(oriented_value) over (partition by ranking_id, edition, indicator_id) as best_value
    from field_rule_inputs
),

field_rule_scores as (
    select
        ranking_id,
        edition,
        city_id,
        indicator_id,
        raw_value,
        status,
        is_simulated,
        source,
        rank_taken_on,
        index_digits,
        minimum_field_coverage,
        case scoring_rule
            when 'rank_percent'
                then {{ rank_percent_score(
                    'value_rank', 'tie_size', 'value_count', 'scale_maximum'
                ) }}
            when 'share_of_best'
                then {{ share_of_best_score(
                    'raw_value', 'lowest_value', 'highest_value', 'direction', 'scale_maximum'
                ) }}
            else {{ min_max_score(
                'oriented_value', 'worst_value', 'best_value', 'scale_maximum'
            ) }}
        end as score
    from field_rule_values
),

own_rule_values as (
    select
        *,
        case
            when scoring_rule = 'goalposts'
                then {{ goalpost_score(
                    'compared_value', 'compared_lower', 'compared_upper', 'direction',
                    'scale_maximum'
                ) }}
        end as goalpost_score
    from own_rule_inputs
),

own_rule_scores as (
    select
        ranking_id,
        edition,
        city_id,
        indicator_id,
        raw_value,
        status,
        is_simulated,
        source,
        rank_taken_on,
        index_digits,
        minimum_field_coverage,
        case
            when scoring_rule = 'as_scored' then raw_value
            when is_capped and goalpost_score < 0 then 0
            when is_capped and goalpost_score > scale_maximum then scale_maximum
            else goalpost_score
        end as score
    from own_rule_values
),

scores as (
    select * from field_rule_scores
    union all
    select * from own_rule_scores
),

typed_scores as (
    select
        ranking_id,
        edition,
        city_id,
        indicator_id,
        raw_value,
        status,
        is_simulated,
        source,
        rank_taken_on,
        index_digits,
        minimum_field_coverage,
        cast(case when status = 'scored' then score end as {{ type_index() }}) as score
    from scores
),

final as (
    select
        ranking_id,
        edition,
        city_id,
        indicator_id,
        raw_value,
        status,
        status <> 'not_applicable' as is_applicable,
        score,
        {{ rank_value('score', 'rank_taken_on', 'index_digits') }} as rank_value,
        minimum_field_coverage,
        is_simulated,
        source
    from typed_scores
)

select * from final
