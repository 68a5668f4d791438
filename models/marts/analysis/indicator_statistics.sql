with

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

indicators as (
    select *
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator'
),

node_values as (
    select * from {{ ref('int_node_values') }}
),

-- every known score beside its category, the weighted sum of its regular siblings and the index
scores as (
    select
        scores.edition_key,
        scores.city_id,
        scores.node_id as indicator_id,
        indicators.parent_node_id,
        indicators.role,
        indicators.weight,
        indicators.scale_maximum,
        cast(scores.index_value as {{ type_observation() }}) as score,
        cast(categories.index_value as {{ type_observation() }}) as category_index,
        cast(overall.index_value as {{ type_observation() }}) as overall_index
    from analysed
    inner join indicators using (edition_key)
    inner join node_values as scores using (edition_key, node_id)
    inner join node_values as categories
        on
            scores.edition_key = categories.edition_key
            and scores.city_id = categories.city_id
            and indicators.parent_node_id = categories.node_id
    inner join node_values as overall
        on
            scores.edition_key = overall.edition_key
            and scores.city_id = overall.city_id
            and overall.node_id = 'overall'
    where scores.index_value is not null
),

sibling_means as (
    select
        edition_key,
        city_id,
        parent_node_id,
        sum(case when role = 'regular' then weight * score else 0 end) as weighted_total,
        sum(case when role = 'regular' then weight else 0 end) as total_weight
    from scores
    group by edition_key, city_id, parent_node_id
),

-- the mean of the category without the indicator; NULL where nothing else is in it
compared as (
    select
        scores.*,
        cast(
            {{ divide(
                "sibling_means.weighted_total"
                ~ " - case when scores.role = 'regular' then scores.weight * scores.score else 0 end",
                "sibling_means.total_weight"
                ~ " - case when scores.role = 'regular' then scores.weight else 0 end"
            ) }} as {{ type_observation() }}
        ) as rest_of_category,
        row_number() over (
            partition by scores.edition_key, scores.indicator_id
            order by scores.score asc nulls last, scores.city_id asc
        ) as position,
        count(*) over (
            partition by scores.edition_key, scores.indicator_id
        ) as city_count
    from scores
    inner join sibling_means using (edition_key, city_id, parent_node_id)
),

summarised as (
    select
        edition_key,
        indicator_id,
        count(*) as city_count,
        {{ divide('sum(score)', 'count(*)') }} as mean_score,
        {{ sample_variance('count(*)', 'sum(score)', 'sum(score * score)') }} as score_variance,
        min(score) as minimum_score,
        {{ discrete_quantile('score', 'position', 'city_count', 25) }} as first_quartile,
        {{ discrete_quantile('score', 'position', 'city_count', 50) }} as median_score,
        {{ discrete_quantile('score', 'position', 'city_count', 75) }} as third_quartile,
        max(score) as maximum_score,
        {{ divide('sum(case when score = 0 then 1 else 0 end)', 'count(*)') }} as share_at_zero,
        {{ divide('sum(case when score = scale_maximum then 1 else 0 end)', 'count(*)') }}
            as share_at_maximum,
    {% for column in ['category_index', 'rest_of_category', 'overall_index'] %}
        {%- set known_score = 'case when ' ~ column ~ ' is not null then score end' %}
        {{ correlation(
            'count(' ~ column ~ ')', 'sum(' ~ known_score ~ ')', 'sum(' ~ column ~ ')',
            'sum(' ~ known_score ~ ' * score)',
            'sum(' ~ column ~ ' * ' ~ column ~ ')', 'sum(score * ' ~ column ~ ')'
        ) }} as correlation_with_{{ column }}{{ ',' if not loop.last }}
    {% endfor %}
    from compared
    group by edition_key, indicator_id
)

select
    ---------- ids
    summarised.edition_key,
    editions.ranking_id,
    editions.edition,
    summarised.indicator_id,
    {{ node_key('summarised.edition_key', 'summarised.indicator_id') }} as indicator_key,
    indicators.parent_node_id as category_id,
    {{ node_key('summarised.edition_key', 'indicators.parent_node_id') }} as category_key,
    indicators.role,

    ---------- distribution
    cast(summarised.city_count as integer) as city_count,
    analysed.city_count as edition_city_count,
    summarised.mean_score,
    {{ rounded_decimal('sqrt(summarised.score_variance)', 8) }} as standard_deviation,
    {% for column in [
        'minimum_score', 'first_quartile', 'median_score', 'third_quartile', 'maximum_score'
    ] %}
    cast(summarised.{{ column }} as {{ type_index() }}) as {{ column }},
    {% endfor %}
    summarised.share_at_zero,
    summarised.share_at_maximum,

    ---------- part in the index
    summarised.correlation_with_category_index,
    summarised.correlation_with_rest_of_category,
    summarised.correlation_with_overall_index,
    indicators.effective_weight,
    index_shares.share_of_index_variance,

    ---------- flags, with the thresholds of analysis_settings
    coalesce(sqrt(summarised.score_variance), 0)
    < {{ setting('low_spread') }} * indicators.scale_maximum / 100 as has_low_spread,
    summarised.share_at_zero > {{ setting('floor_or_ceiling_share') }} as has_floor_effect,
    summarised.share_at_maximum > {{ setting('floor_or_ceiling_share') }}
        as has_ceiling_effect,
    coalesce(
        summarised.correlation_with_rest_of_category < {{ setting('low_correlation') }}, false
    ) as has_low_correlation,

    ---------- provenance
    editions.is_simulated_ranking as is_simulated,
    editions.is_simulated_ranking
from summarised
inner join analysed using (edition_key)
inner join {{ ref('int_editions') }} as editions using (edition_key)
inner join indicators
    on
        summarised.edition_key = indicators.edition_key
        and summarised.indicator_id = indicators.node_id
left join {{ ref('int_index_shares') }} as index_shares
    on
        summarised.edition_key = index_shares.edition_key
        and summarised.indicator_id = index_shares.node_id
