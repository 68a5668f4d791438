{#-
  Every methodology has one tree: a single root named overall, every other node reaches it and
  has a role, indicators have the settings of their scoring rule, all other nodes
  have an aggregation. No node has a setting that has no effect on it.
-#}
with recursive

nodes as (
    select * from {{ ref('stg_framework') }}
),

methodologies as (
    select * from {{ ref('stg_methodologies') }}
),

root_counts as (
    select
        methodologies.methodology_id,
        count(nodes.node_id) as root_count
    from methodologies
    left join nodes
        on
            methodologies.methodology_id = nodes.methodology_id
            and nodes.parent_node_id is null
    group by methodologies.methodology_id
),

-- the way up from every node; a node whose way does not end at the root is in a circle
ascents as (
    select
        methodology_id,
        node_id as start_node_id,
        node_id,
        parent_node_id,
        0 as step
    from nodes
    union all
    select
        parents.methodology_id,
        ascents.start_node_id,
        parents.node_id,
        parents.parent_node_id,
        ascents.step + 1 as step
    from ascents
    inner join nodes as parents
        on
            ascents.methodology_id = parents.methodology_id
            and ascents.parent_node_id = parents.node_id
    where ascents.step < 20
),

reached as (
    select
        methodology_id,
        start_node_id as node_id,
        max(case when node_id = 'overall' then 1 else 0 end) as root_count
    from ascents
    group by methodology_id, start_node_id
),

-- where indicators are known at all, a category without children has no index
childless as (
    select
        nodes.methodology_id,
        nodes.node_id
    from nodes
    left join nodes as children
        on
            nodes.methodology_id = children.methodology_id
            and nodes.node_id = children.parent_node_id
    where
        nodes.node_type <> 'indicator'
        and children.node_id is null
        and nodes.methodology_id in (
            select indicators.methodology_id
            from nodes as indicators
            where indicators.node_type = 'indicator'
        )
),

broken_rules as (
    select
        nodes.methodology_id,
        nodes.node_id,
        case
            when (nodes.parent_node_id is null) <> (nodes.node_type = 'overall')
                then 'the root, and only the root, must be of type overall'
            when (nodes.node_type = 'overall') <> (nodes.node_id = 'overall')
                then 'the root, and only the root, must be named overall'
            when reached.root_count = 0 then 'must reach the root within 20 levels'
            when parents.node_type = 'indicator' then 'must not stand under an indicator'
            when nodes.node_type <> 'overall' and nodes.role is null then 'must have a role'
            when nodes.node_type <> 'indicator' and nodes.aggregation is null
                then 'must have an aggregation'
            when nodes.node_type = 'category' and not substr(nodes.node_id, 1, 1) between 'a' and 'z'
                then 'a category''s identifier must begin with a letter'
            when nodes.node_type = 'category' and nodes.role = 'project'
                then 'only an indicator can hold project points'
            when
                nodes.node_type = 'indicator'
                and (nodes.normalisation is null or nodes.direction is null)
                then 'an indicator must have a scoring rule and a direction'
            when nodes.role = 'project' and nodes.normalisation <> 'none'
                then 'project points must be none'
            when nodes.normalisation = 'none' and nodes.direction <> 'higher_is_better'
                then 'a direction has no effect with none: write higher_is_better'
            when childless.node_id is not null
                then 'must have children, as others of the tree have'
            when
                nodes.normalisation = 'goalposts'
                and (
                    nodes.lower_goalpost is null or nodes.upper_goalpost is null
                    or nodes.is_capped is null or nodes.is_logarithmic is null
                )
                then 'goalposts need lower and upper goalpost, is_capped and is_logarithmic'
            when nodes.normalisation = 'goalposts' and nodes.lower_goalpost >= nodes.upper_goalpost
                then 'the lower goalpost must be below the upper one'
            when
                nodes.normalisation = 'goalposts' and nodes.is_logarithmic
                and nodes.lower_goalpost <= 0
                then 'goalposts on a logarithm must be positive'
            when
                coalesce(nodes.normalisation, '') <> 'goalposts'
                and (
                    nodes.lower_goalpost is not null or nodes.upper_goalpost is not null
                    or nodes.is_capped or nodes.is_logarithmic
                )
                then 'goalposts, is_capped and is_logarithmic have an effect with scoring rule '
                    || 'goalposts only: leave them empty'
            when
                nodes.node_type <> 'indicator'
                and (nodes.normalisation is not null or nodes.direction is not null)
                then 'normalisation and direction have an effect on indicators only: leave them empty'
            when
                nodes.node_type = 'indicator'
                and (nodes.aggregation is not null or nodes.project_cap_share is not null)
                then 'aggregation and project_cap_share have no effect on an indicator: '
                    || 'leave them empty'
            when nodes.node_type = 'overall' and nodes.role is not null
                then 'a role has no effect on the root: leave it empty'
            when
                (nodes.node_type = 'overall' or nodes.role = 'project') and nodes.weight <> 1
                then 'a weight has no effect on the root and on project points: write 1'
        end as rule
    from nodes
    inner join reached
        on nodes.methodology_id = reached.methodology_id and nodes.node_id = reached.node_id
    left join nodes as parents
        on
            nodes.methodology_id = parents.methodology_id
            and nodes.parent_node_id = parents.node_id
    left join childless
        on nodes.methodology_id = childless.methodology_id and nodes.node_id = childless.node_id

    union all

    select
        methodology_id,
        '(root)' as node_id,
        'a methodology must have exactly one root' as rule
    from root_counts
    where root_count <> 1
)

select
    'framework' as table_name,
    {{ row_key(['methodology_id', 'node_id']) }} as row_key,
    'node_id' as column_name,
    node_id as found,
    rule
from broken_rules
where rule is not null
