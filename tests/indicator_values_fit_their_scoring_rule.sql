{#-
  Every raw value is one that its indicator's scoring rule can score: a score between 0 and
  scale_maximum, project points between 0 and the parent's cap, a share of best of a value that is
  not negative, a goalposts value within the goalposts unless capped, and positive on a logarithm.
-#}
with

raw_values as (
    select * from {{ ref('int_indicator_values') }}
    where raw_value is not null
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

-- project points: at most project_cap_share of the reachable total of the regular indicators
project_caps as (
    select
        parents.ranking_id,
        parents.edition,
        parents.node_id,
        coalesce(parents.project_cap_share, 0) * parents.scale_maximum * sum(children.weight)
            as project_cap
    from nodes as parents
    inner join nodes as children
        on
            parents.ranking_id = children.ranking_id
            and parents.edition = children.edition
            and parents.node_id = children.parent_node_id
    where children.role = 'regular'
    group by
        parents.ranking_id, parents.edition, parents.node_id,
        parents.project_cap_share, parents.scale_maximum
),

checked as (
    select
        raw_values.ranking_id,
        raw_values.edition,
        raw_values.city_id,
        raw_values.indicator_id,
        raw_values.raw_value,
        raw_values.is_simulated,
        nodes.role,
        nodes.scoring_rule,
        nodes.is_capped,
        nodes.is_logarithmic,
        nodes.lower_goalpost,
        nodes.upper_goalpost,
        case when nodes.role = 'project' then project_caps.project_cap else nodes.scale_maximum end
            as highest_score
    from raw_values
    inner join nodes
        on
            raw_values.ranking_id = nodes.ranking_id
            and raw_values.edition = nodes.edition
            and raw_values.indicator_id = nodes.node_id
    left join project_caps
        on
            nodes.ranking_id = project_caps.ranking_id
            and nodes.edition = project_caps.edition
            and nodes.parent_node_id = project_caps.node_id
),

broken_rules as (
    select
        *,
        case
            when
                scoring_rule = 'as_scored'
                and (raw_value < 0 or raw_value > coalesce(highest_score, 0))
                then case
                    when role = 'project' then 'project points must be between 0 and the cap '
                    else 'a score must be between 0 and '
                end || cast(cast(coalesce(highest_score, 0) as decimal(9, 1)) as {{ dbt.type_string() }})
            when scoring_rule = 'share_of_best' and raw_value < 0
                then 'a share of best needs a value that is not negative'
            when scoring_rule = 'goalposts' and is_logarithmic and raw_value <= 0
                then 'a logarithm needs a positive value'
            when
                scoring_rule = 'goalposts' and not is_capped
                and raw_value not between lower_goalpost and upper_goalpost
                then 'must be within the goalposts, which are not capped'
        end as rule
    from checked
)

select
    case when is_simulated then 'simulated_indicator_scores' else 'indicator_scores' end
        as table_name,
    {{ row_key(['ranking_id', 'edition', 'city_id', 'indicator_id']) }} as row_key,
    'raw_value' as column_name,
    cast(raw_value as {{ dbt.type_string() }}) as found,
    rule
from broken_rules
where rule is not null
