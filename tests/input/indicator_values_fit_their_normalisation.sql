{#-
  Every raw value is one that its indicator's scoring rule can score: a score between 0 and
  scale_maximum, project points between 0 and the parent's cap, a share of best of a value that is
  not negative, a goalposts value within the goalposts unless capped, and positive on a logarithm.
-#}
with

raw_values as (
    select * from {{ ref('stg_indicator_scores') }}
    where raw_value is not null
),

framework as (
    select * from {{ ref('stg_framework') }}
),

-- what project points are a share of: the reachable total of the regular siblings
regular_weights as (
    select
        methodology_id,
        parent_node_id,
        sum(weight) as regular_weight
    from framework
    where role = 'regular'
    group by methodology_id, parent_node_id
),

indicators as (
    select
        editions.ranking_id,
        editions.edition,
        framework.node_id as indicator_id,
        framework.role,
        framework.normalisation,
        framework.is_capped,
        framework.is_logarithmic,
        framework.lower_goalpost,
        framework.upper_goalpost,
        case
            when framework.role = 'project'
                then coalesce(parents.project_cap_share * regular_weights.regular_weight, 0)
            else 1
        end * methodologies.scale_maximum as highest_score
    from {{ ref('stg_editions') }} as editions
    inner join {{ ref('stg_methodologies') }} as methodologies using (methodology_id)
    inner join framework using (methodology_id)
    left join framework as parents
        on
            framework.methodology_id = parents.methodology_id
            and framework.parent_node_id = parents.node_id
    left join regular_weights
        on
            framework.methodology_id = regular_weights.methodology_id
            and framework.parent_node_id = regular_weights.parent_node_id
    where framework.node_type = 'indicator'
),

broken_rules as (
    select
        raw_values.*,
        case
            when
                indicators.normalisation = 'none'
                and (raw_values.raw_value < 0 or raw_values.raw_value > indicators.highest_score)
                then case
                    when indicators.role = 'project' and indicators.highest_score = 0
                        then 'project points need a project_cap_share of their category: cap '
                    when indicators.role = 'project'
                        then 'project points must be between 0 and the cap '
                    else 'a score must be between 0 and '
                end
                || cast(
                    cast(indicators.highest_score as decimal(18, 1)) as {{ dbt.type_string() }}
                )
            when indicators.normalisation = 'distance_to_reference' and raw_values.raw_value < 0
                then 'a share of best needs a value that is not negative'
            when
                indicators.normalisation = 'goalposts'
                and indicators.is_logarithmic
                and raw_values.raw_value <= 0
                then 'a logarithm needs a positive value'
            when
                indicators.normalisation = 'goalposts'
                and not indicators.is_capped
                and raw_values.raw_value
                not between indicators.lower_goalpost and indicators.upper_goalpost
                then 'must be within the goalposts, which are not capped'
        end as rule
    from raw_values
    inner join indicators using (ranking_id, edition, indicator_id)
)

select
    'indicator_scores' as table_name,
    {{ row_key(['ranking_id', 'edition', 'city_id', 'indicator_id']) }} as row_key,
    'raw_value' as column_name,
    cast(raw_value as {{ dbt.type_string() }}) as found,
    rule
from broken_rules
where rule is not null
