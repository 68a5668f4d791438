-- The tree of every methodology with its weights: categories and their indicators in printed order.
with nodes as (
    select
        ranking_id,
        edition,
        category_id as node_id,
        parent_category_id as parent_id,
        category_name_de as name_de,
        category_name_en as name_en,
        cast(null as varchar) as role,
        false as name_is_inferred,
        weight,
        aggregation,
        project_cap_share,
        sort_path
    from dim_categories

    union all

    select
        ranking_id,
        edition,
        indicator_id as node_id,
        category_id as parent_id,
        indicator_name_de as name_de,
        indicator_name_en as name_en,
        role,
        name_is_inferred,
        weight,
        cast(null as varchar) as aggregation,
        cast(null as decimal(9, 6)) as project_cap_share,
        sort_path
    from dim_indicators
)

select distinct
    editions.methodology_id,
    nodes.node_id,
    nodes.parent_id,
    nodes.name_de,
    nodes.name_en,
    nodes.role,
    nodes.name_is_inferred,
    nodes.weight,
    nodes.aggregation,
    nodes.project_cap_share,
    nodes.sort_path
from nodes
inner join dim_editions as editions
    on nodes.ranking_id = editions.ranking_id and nodes.edition = editions.edition
order by editions.methodology_id desc, nodes.sort_path asc
