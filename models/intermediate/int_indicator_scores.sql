{#- Scoring rules: from a raw value to a score between 0 and scale_maximum. -#}
with

grid as (
    select * from {{ ref('int_indicator_values') }}
),

indicators as (
    select *
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator'
),

scored_values as (
    select
        grid.ranking_id,
        grid.edition,
        grid.indicator_id,
        grid.city_id,
        grid.raw_value,
        indicators.scoring_rule,
        indicators.direction,
        indicators.scale_maximum,
        indicators.is_capped,
        indicators.is_logarithmic,
        indicators.lower_goalpost,
        indicators.upper_goalpost,
        case when indicators.direction = 'lower_is_better' then -1 else 1 end * grid.raw_value
            as oriented_value
    from grid
    inner join indicators
        on
            grid.ranking_id = indicators.ranking_id
            and grid.edition = indicators.edition
            and grid.indicator_id = indicators.node_id
    where grid.status = 'scored'
),

as_scored_scores as (
    select
        ranking_id,
        edition,
        indicator_id,
        city_id,
        raw_value as score
    from scored_values
    where scoring_rule = 'as_scored'
),

-- share of the other cities that are worse; tied cities share their mean rank
value_ranks as (
    select
        ranking_id,
        edition,
        indicator_id,
        city_id,
        scale_maximum,
        rank() over (
            partition by ranking_id, edition, indicator_id
            order by oriented_value desc nulls last
        ) as value_rank,
        count(*) over (
            partition by ranking_id, edition, indicator_id, oriented_value
        ) as tie_size,
        count(*) over (
            partition by ranking_id, edition, indicator_id
        ) as value_count
    from scored_values
    where scoring_rule = 'rank_percent'
),

rank_percent_scores as (
    select
        ranking_id,
        edition,
        indicator_id,
        city_id,
        {{ rank_percent_score('value_rank', 'tie_size', 'value_count', 'scale_maximum') }} as score
    from value_ranks
),

value_ranges as (
    select
        ranking_id,
        edition,
        indicator_id,
        min(raw_value) as lowest_value,
        max(raw_value) as highest_value,
        min(oriented_value) as worst_value,
        max(oriented_value) as best_value
    from scored_values
    where scoring_rule in ('share_of_best', 'min_max')
    group by ranking_id, edition, indicator_id
),

ranged_values as (
    select
        scored_values.*,
        value_ranges.lowest_value,
        value_ranges.highest_value,
        value_ranges.worst_value,
        value_ranges.best_value
    from scored_values
    inner join value_ranges
        on
            scored_values.ranking_id = value_ranges.ranking_id
            and scored_values.edition = value_ranges.edition
            and scored_values.indicator_id = value_ranges.indicator_id
),

-- value divided by the best city's; where lower is better the best city's divided by the value
share_of_best_scores as (
    select
        ranking_id,
        edition,
        indicator_id,
        city_id,
        case
            when direction = 'lower_is_better' and raw_value = lowest_value then scale_maximum
            when direction = 'lower_is_better'
                then {{ divide('scale_maximum * lowest_value', 'raw_value') }}
            when highest_value = 0 then 0
            else {{ divide('scale_maximum * raw_value', 'highest_value') }}
        end as score
    from ranged_values
    where scoring_rule = 'share_of_best'
),

-- way from the worst to the best city; half of it where all cities are equal
min_max_scores as (
    select
        ranking_id,
        edition,
        indicator_id,
        city_id,
        {{ min_max_score('oriented_value', 'worst_value', 'best_value', 'scale_maximum') }} as score
    from ranged_values
    where scoring_rule = 'min_max'
),

goalposts as (
    select
        ranking_id,
        edition,
        indicator_id,
        city_id,
        direction,
        scale_maximum,
        is_capped,
        {{ natural_logarithm_if('is_logarithmic', 'raw_value') }} as compared_value,
        {{ natural_logarithm_if('is_logarithmic', 'lower_goalpost') }} as compared_lower,
        {{ natural_logarithm_if('is_logarithmic', 'upper_goalpost') }} as compared_upper
    from scored_values
    where scoring_rule = 'goalposts'
),

-- way from the lower to the upper goalpost
uncapped_goalpost_scores as (
    select
        ranking_id,
        edition,
        indicator_id,
        city_id,
        scale_maximum,
        is_capped,
        case
            when direction = 'lower_is_better'
                then {{ divide(
                    'scale_maximum * (compared_upper - compared_value)',
                    'compared_upper - compared_lower'
                ) }}
            else {{ divide(
                'scale_maximum * (compared_value - compared_lower)',
                'compared_upper - compared_lower'
            ) }}
        end as score
    from goalposts
),

goalpost_scores as (
    select
        ranking_id,
        edition,
        indicator_id,
        city_id,
        case
            when is_capped and score < 0 then 0
            when is_capped and score > scale_maximum then scale_maximum
            else score
        end as score
    from uncapped_goalpost_scores
),

scores as (
    select * from as_scored_scores
    union all
    select * from rank_percent_scores
    union all
    select * from share_of_best_scores
    union all
    select * from min_max_scores
    union all
    select * from goalpost_scores
),

final as (
    select
        grid.ranking_id,
        grid.edition,
        grid.city_id,
        grid.indicator_id,
        grid.raw_value,
        grid.status,
        grid.is_simulated,
        grid.source,
        cast(scores.score as {{ type_index() }}) as score
    from grid
    left join scores
        on
            grid.ranking_id = scores.ranking_id
            and grid.edition = scores.edition
            and grid.indicator_id = scores.indicator_id
            and grid.city_id = scores.city_id
)

select * from final
