{#-
  From raw values to scores between 0 and scale_maximum, by the rule of each indicator, with the rank
  of every city within the indicator. Only rules that compare a city with the others look at them.
-#}
{%- set indicator = 'partition by indicator_number' -%}
with

indicators as (
    select
        edition_key,
        node_id as indicator_id,
        -- windows are twice as fast on a number as on the two texts
        row_number() over (order by edition_key, node_id) as indicator_number,
        normalisation,
        direction,
        scale_maximum,
        is_capped,
        coalesce(is_logarithmic, false) as is_logarithmic,
        {{ natural_logarithm_if(
            'coalesce(is_logarithmic, false)',
            "case when direction = 'lower_is_better' then upper_goalpost else lower_goalpost end"
        ) }} as worst_goalpost,
        {{ natural_logarithm_if(
            'coalesce(is_logarithmic, false)',
            "case when direction = 'lower_is_better' then lower_goalpost else upper_goalpost end"
        ) }} as best_goalpost,
        rank_taken_on,
        score_digits,
        minimum_city_coverage
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator'
),

-- rules that look at the city alone
own_rule_values as (
    select
        raw_values.*,
        indicators.normalisation,
        indicators.scale_maximum,
        indicators.worst_goalpost,
        indicators.best_goalpost,
        indicators.is_capped,
        case when indicators.direction = 'lower_is_better' then -1 else 1 end as orientation,
        case
            when indicators.normalisation = 'goalposts' and raw_values.status = 'scored'
                then {{ natural_logarithm_if('indicators.is_logarithmic', 'raw_values.raw_value') }}
        end as compared_value
    from {{ ref('int_raw_values') }} as raw_values
    inner join indicators using (edition_key, indicator_id)
    where indicators.normalisation in ('none', 'goalposts')
),

-- what lies beyond a goalpost is capped first: its score could be of any size
own_rule_scores as (
    select
        *,
        case
            when normalisation = 'none' then raw_value
            when is_capped and orientation * (compared_value - worst_goalpost) <= 0 then 0
            when is_capped and orientation * (compared_value - best_goalpost) >= 0
                then scale_maximum
            else {{ divide(
                'scale_maximum * (compared_value - worst_goalpost)',
                'best_goalpost - worst_goalpost'
            ) }}
        end as score
    from own_rule_values
),

-- rules that compare the city with the others
oriented_values as (
    select
        raw_values.*,
        indicators.indicator_number,
        indicators.normalisation,
        indicators.direction,
        indicators.scale_maximum,
        -- only what is scored is compared
        case
            when raw_values.status = 'scored'
                then {{ oriented('raw_values.raw_value', 'indicators.direction') }}
        end as oriented_value
    from {{ ref('int_raw_values') }} as raw_values
    inner join indicators using (edition_key, indicator_id)
    where indicators.normalisation in ('percentile_rank', 'distance_to_reference', 'min_max')
),

compared_values as (
    select
        *,
        rank() over ({{ indicator }} order by oriented_value desc nulls last) as value_rank,
        count(*) over ({{ indicator }}, oriented_value) as tie_size,
        count(oriented_value) over ({{ indicator }}) as value_count,
        min(oriented_value) over ({{ indicator }}) as worst_value,
        max(oriented_value) over ({{ indicator }}) as best_value
    from oriented_values
),

field_rule_scores as (
    select
        *,
        case
            when normalisation = 'percentile_rank'
                then {{ percentile_rank_score('value_rank', 'tie_size', 'value_count', 'scale_maximum') }}
            when normalisation = 'min_max'
                then {{ min_max_score('oriented_value', 'worst_value', 'best_value', 'scale_maximum') }}
            -- distance to reference: the best city has the full score; if it has 0, all have none
            when direction = 'lower_is_better' and oriented_value = best_value then scale_maximum
            when direction = 'lower_is_better'
                then {{ divide('scale_maximum * best_value', 'oriented_value') }}
            when best_value = 0 then 0
            else {{ divide('scale_maximum * oriented_value', 'best_value') }}
        end as score
    from compared_values
),

scores as (
    {% for rule_scores in ['own_rule_scores', 'field_rule_scores'] %}
    select
        edition_key,
        city_id,
        indicator_id,
        raw_value,
        status,
        reference_period,
        geographic_level,
        cast(case when status = 'scored' then score end as {{ type_index() }}) as score,
        is_simulated,
        source
    from {{ rule_scores }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

rank_values as (
    select
        scores.*,
        indicators.indicator_number,
        indicators.minimum_city_coverage,
        {{ rank_value('scores.score', 'indicators.rank_taken_on', 'indicators.score_digits') }}
            as rank_value
    from scores
    inner join indicators using (edition_key, indicator_id)
),

ranked as (
    select
        *,
        rank() over ({{ indicator }} order by rank_value desc nulls last) as value_rank,
        count(rank_value) over ({{ indicator }}) as ranked_count,
        sum(case when status <> 'not_applicable' then 1 else 0 end) over ({{ indicator }})
            as applicable_count
    from rank_values
)

select
    edition_key,
    city_id,
    indicator_id,
    raw_value,
    status,
    reference_period,
    geographic_level,
    score,
    {% for value, name in [('value_rank', 'rank'), ('ranked_count', 'ranked_city_count')] %}
    cast(
        case
            when
                rank_value is not null
                and ranked_count >= minimum_city_coverage * applicable_count
                then {{ value }}
        end as integer
    ) as {{ name }},
    {% endfor %}
    is_simulated,
    source
from ranked
