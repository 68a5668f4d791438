{#-
  Every figure of the seeds belongs to a city of its edition's field and a node of its edition's
  tree: otherwise it would silently drop out of the marts.
-#}
with

edition_cities as (
    select * from {{ ref('int_edition_cities') }}
),

nodes as (
    select * from {{ ref('int_edition_nodes') }}
),

figures as (
    select
        case when is_simulated then 'simulated_indicator_scores' else 'indicator_scores' end
            as table_name,
        ranking_id,
        edition,
        city_id,
        indicator_id as node_id,
        'indicator' as expected_type
    from {{ ref('stg_indicator_scores') }}
    union all
    select
        'published_results' as table_name,
        ranking_id,
        edition,
        city_id,
        category_id as node_id,
        'category' as expected_type
    from {{ ref('stg_published_results') }}
    union all
    select
        'published_index_changes' as table_name,
        ranking_id,
        edition,
        city_id,
        category_id as node_id,
        'category' as expected_type
    from {{ ref('stg_published_index_changes') }}
    union all
    select
        'best_practices' as table_name,
        ranking_id,
        edition,
        city_id,
        'overall' as node_id,
        'category' as expected_type
    from {{ ref('stg_best_practices') }}
),

checked as (
    select
        figures.*,
        edition_cities.city_id as field_city_id,
        case when nodes.node_type = 'indicator' then 'indicator' else 'category' end as found_type,
        nodes.node_id as tree_node_id
    from figures
    left join edition_cities
        on
            figures.ranking_id = edition_cities.ranking_id
            and figures.edition = edition_cities.edition
            and figures.city_id = edition_cities.city_id
    left join nodes
        on
            figures.ranking_id = nodes.ranking_id
            and figures.edition = nodes.edition
            and figures.node_id = nodes.node_id
)

select
    table_name,
    {{ row_key(['ranking_id', 'edition', 'city_id', 'node_id']) }} as row_key,
    case when field_city_id is null then 'city_id' else expected_type || '_id' end as column_name,
    case when field_city_id is null then city_id else node_id end as found,
    case
        when field_city_id is null then 'must be a city of the edition''s field (field_members)'
        else 'must be one of the edition''s tree (hierarchy)'
    end as rule
from checked
where field_city_id is null or tree_node_id is null or found_type <> expected_type
