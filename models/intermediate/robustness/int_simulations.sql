{#-
  Runs of the index under other settings: one as it is, two with every missing score at the lowest
  or the highest, one for each draw of weights, one without each indicator, and six for each sample
  of the sensitivity analysis (Saltelli's design: matrices A and B, and A with one factor taken from
  B).
-#}
{%- set factors = ['weights', 'normalisation', 'aggregation', 'project_points'] -%}
with

analysed as (
    select *
    from {{ ref('int_analysed_editions') }}
    where status = 'analysed'
),

imputations as (
    {% for imputation in ['none', 'lowest', 'highest'] %}
    select '{{ imputation }}' as imputation
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

scenario_draws as (
    select
        *,
        {{ numbers_up_to('draw_count') }} as draw
    from {{ ref('stg_weight_scenarios') }} as scenarios
),

samples as (
    select
        {{ setting('sensitivity_weight_variation') }} as weight_variation,
        {{ numbers_up_to(setting('sensitivity_sample_count')) }} as draw
),

matrices as (
    select 'A' as matrix
    union all
    select 'B' as matrix
    {% for factor in factors %}
    union all
    select 'AB_{{ factor }}' as matrix
    {% endfor %}
),

-- where each factor of a run comes from
sensitivity_sources as (
    select
        samples.draw,
        samples.weight_variation,
        matrices.matrix,
        {% for factor in factors %}
        case when matrices.matrix in ('B', 'AB_{{ factor }}') then 'B' else 'A' end
        || '|' || cast(samples.draw as {{ dbt.type_string() }}) as {{ factor }}_source{{ ',' if not loop.last }}
        {% endfor %}
    from samples
    cross join matrices
),

sensitivity_numbers as (
    select
        draw,
        weight_variation,
        matrix,
        'sensitivity|' || weights_source as weight_draw,
        {% for factor in factors[1:] %}
        {{ uniform_number("'sensitivity|" ~ factor ~ "|' || " ~ factor ~ "_source") }}
            as {{ factor }}_number{{ ',' if not loop.last }}
        {% endfor %}
    from sensitivity_sources
),

all_runs as (
    select
        edition_key,
        case when imputations.imputation = 'none' then 'base' else 'imputed' end as simulation_type,
        imputations.imputation as simulation_group,
        1 as draw,
        cast(null as {{ dbt.type_string() }}) as weight_draw,
        'fixed' as distribution,
        cast(null as decimal(9, 6)) as weight_variation,
        'as_defined' as normalisation,
        imputations.imputation,
        'as_defined' as root_aggregation,
        true as has_project_points
    from analysed
    cross join imputations
    union all
    select
        analysed.edition_key,
        'weights' as simulation_type,
        scenario_draws.scenario_id as simulation_group,
        scenario_draws.draw,
        scenario_draws.seed_text || '|' || cast(scenario_draws.draw as {{ dbt.type_string() }})
            as weight_draw,
        scenario_draws.distribution,
        scenario_draws.weight_variation,
        scenario_draws.normalisation,
        'none' as imputation,
        scenario_draws.root_aggregation,
        true as has_project_points
    from analysed
    cross join scenario_draws
    union all
    select
        analysed.edition_key,
        'leave_one_out' as simulation_type,
        nodes.node_id as simulation_group,
        1 as draw,
        cast(null as {{ dbt.type_string() }}) as weight_draw,
        'fixed' as distribution,
        cast(null as decimal(9, 6)) as weight_variation,
        'as_defined' as normalisation,
        'none' as imputation,
        'as_defined' as root_aggregation,
        true as has_project_points
    from analysed
    inner join {{ ref('int_edition_nodes') }} as nodes using (edition_key)
    where nodes.node_type = 'indicator' and nodes.role = 'regular'
    union all
    select
        analysed.edition_key,
        'sensitivity' as simulation_type,
        sensitivity_numbers.matrix as simulation_group,
        sensitivity_numbers.draw,
        sensitivity_numbers.weight_draw,
        'varied' as distribution,
        sensitivity_numbers.weight_variation,
        case
            when sensitivity_numbers.normalisation_number * 3 < 1 then 'as_defined'
            when sensitivity_numbers.normalisation_number * 3 < 2 then 'min_max'
            else 'percentile_rank'
        end as normalisation,
        'none' as imputation,
        case
            when sensitivity_numbers.aggregation_number * 2 < 1 then 'arithmetic'
            else 'geometric'
        end as root_aggregation,
        sensitivity_numbers.project_points_number * 2 < 1 as has_project_points
    from analysed
    cross join sensitivity_numbers
),

described as (
    select
        all_runs.*,
        editions.methodology_id,
        case when all_runs.simulation_type = 'leave_one_out' then all_runs.simulation_group end
            as left_out_indicator_id,
        analysed.is_additive and all_runs.root_aggregation <> 'geometric' as is_additive
    from all_runs
    inner join analysed using (edition_key)
    inner join {{ ref('int_editions') }} as editions using (edition_key)
)

select
    cast(
        row_number() over (
            order by edition_key, simulation_type, simulation_group, draw
        ) as integer
    ) as simulation_number,
    cast(
        dense_rank() over (
            order by
                methodology_id asc,
                distribution asc,
                weight_variation asc nulls last,
                weight_draw asc nulls last,
                left_out_indicator_id asc nulls last,
                has_project_points asc
        ) as integer
    ) as weight_set_number,
    edition_key,
    methodology_id,
    simulation_type,
    simulation_group,
    cast(draw as integer) as draw,
    weight_draw,
    distribution,
    cast(weight_variation as decimal(9, 6)) as weight_variation,
    left_out_indicator_id,
    normalisation,
    imputation,
    root_aggregation,
    has_project_points,
    is_additive
from described
