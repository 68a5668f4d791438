{%- set factors = ['weights', 'normalisation', 'aggregation', 'project_points'] -%}
with

outputs as (
    select * from {{ ref('int_sensitivity_outputs') }}
),

rankings as (
    select * from {{ ref('stg_rankings') }}
),

samples as (
    select
        ranking_id,
        edition,
        draw,
        max(case when matrix = 'A' then mean_rank_shift end) as shift_a,
        max(case when matrix = 'B' then mean_rank_shift end) as shift_b,
    {% for factor in factors %}
    max(case when matrix = 'AB_{{ factor }}' then mean_rank_shift end)
        as shift_{{ factor }}{{ ',' if not loop.last }}
    {% endfor %}
    from outputs
    group by ranking_id, edition, draw
),

variances as (
    select
        ranking_id,
        edition,
        count(*) as sample_count,
        {{ divide('sum(shift_a + shift_b)', '2 * count(*)') }} as mean_rank_shift,
        {{ divide('sum(shift_a * shift_a + shift_b * shift_b)', '2 * count(*)') }} as mean_square
    from samples
    group by ranking_id, edition
),

-- estimators of Saltelli et al. (2010), about the mean so that they spread less, and Jansen (1999)
effects as (
    {% for factor in factors %}
    select
        samples.ranking_id,
        samples.edition,
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
    inner join variances using (ranking_id, edition)
    group by samples.ranking_id, samples.edition
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        effects.ranking_id,
        effects.edition,
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
        rankings.is_simulated_field as is_simulated,
        rankings.is_simulated_field
    from effects
    inner join variances using (ranking_id, edition)
    inner join rankings using (ranking_id)
)

select * from final
