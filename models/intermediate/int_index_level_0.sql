{{ config(materialized='view') }}
{#- Level 0 of the tree: indicators, in the columns that every level shares. -#}
with

indicator_scores as (
    select * from {{ ref('int_indicator_scores') }}
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

final as (
    select
        indicator_scores.ranking_id,
        indicator_scores.edition,
        indicator_scores.city_id,
        indicator_scores.indicator_id as node_id,
        indicator_scores.status <> 'not_applicable' as is_applicable,
        case
            when nodes.role = 'regular' and indicator_scores.status <> 'not_applicable' then 1
            else 0
        end as indicator_count,
        case
            when nodes.role = 'regular' and indicator_scores.status = 'scored' then 1
            else 0
        end as scored_indicator_count,
        0 as carried_count,
        indicator_scores.score as computed_index,
        cast(null as decimal(9, 4)) as published_index,
        indicator_scores.score as index_value,
        indicator_scores.score as index_without_projects,
        case when indicator_scores.score is not null then 'computed' end as index_basis,
        indicator_scores.is_simulated,
        indicator_scores.score as index_before_projects
    from indicator_scores
    inner join nodes
        on
            indicator_scores.ranking_id = nodes.ranking_id
            and indicator_scores.edition = nodes.edition
            and indicator_scores.indicator_id = nodes.node_id
)

select * from final
