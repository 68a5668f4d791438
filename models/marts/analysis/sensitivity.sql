{%- set factors = ['weights', 'normalisation', 'aggregation', 'project_points'] -%}
with

samples as (
    select
        edition_key,
        draw,
        max(case when matrix = 'A' then mean_rank_shift end) as shift_a,
        max(case when matrix = 'B' then mean_rank_shift end) as shift_b,
    {% for factor in factors %}
    max(case when matrix = 'AB_{{ factor }}' then mean_rank_shift end)
        as shift_{{ factor }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_sensitivity_outputs') }} as outputs
    group by edition_key, draw
),

variances as (
    select
        edition_key,
        count(*) as sample_count,
        {{ divide('sum(shift_a + shift_b)', '2 * count(*)') }} as mean_rank_shift,
        {{ divide('sum(shift_a * shift_a + shift_b * shift_b)', '2 * count(*)') }} as mean_square
    from samples
    group by edition_key
),

-- estimators of Saltelli et al. (2010), about the mean so that they spread less, and Jansen (1999)
effects as (
    {% for factor in factors %}
    select
        samples.edition_key,
        '{{ factor }}' as factor,
        {{ divide(
            'sum((samples.shift_b - variances.mean_rank_shift) * (samples.shift_' ~ factor
            ~ ' - samples.shift_a))',
            'count(*)'
        ) }} as first_order_variance,
        {{ divide(
            'sum((samples.shift_a - samples.shift_' ~ factor ~ ') * (samples.shift_a - samples.shift_'
            ~ factor ~ '))',
            '2 * count(*)'
        ) }} as total_variance
    from samples
    inner join variances using (edition_key)
    group by samples.edition_key
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    effects.edition_key,
    editions.ranking_id,
    editions.edition,
    effects.factor,
    cast(variances.sample_count as integer) as sample_count,
    variances.mean_rank_shift,
    cast(
        variances.mean_square - round(variances.mean_rank_shift * variances.mean_rank_shift, 12)
        as {{ type_index() }}
    ) as shift_variance,
    {{ divide(
        'effects.first_order_variance',
        'variances.mean_square - variances.mean_rank_shift * variances.mean_rank_shift'
    ) }} as first_order_index,
    {{ divide(
        'effects.total_variance',
        'variances.mean_square - variances.mean_rank_shift * variances.mean_rank_shift'
    ) }} as total_index,
    analysed.analysed_city_count,
    analysed.city_count as edition_city_count,
    editions.is_simulated_ranking as is_simulated,
    editions.is_simulated_ranking
from effects
inner join variances using (edition_key)
inner join {{ ref('int_analysed_editions') }} as analysed using (edition_key)
inner join {{ ref('int_editions') }} as editions using (edition_key)
