{#-
  Every figure of the seeds belongs to a city of its edition and a node of its edition's
  tree: otherwise it would silently drop out of the marts.
-#}
with

members as (
    select
        editions.ranking_id,
        editions.edition,
        members.city_id
    from {{ ref('stg_editions') }} as editions
    inner join {{ ref('stg_ranking_members') }} as members
        on
            editions.ranking_id = members.ranking_id
            and editions.edition >= members.first_edition
            and editions.edition <= coalesce(members.last_edition, editions.edition)
),

nodes as (
    select
        editions.ranking_id,
        editions.edition,
        framework.node_id,
        case when framework.node_type = 'indicator' then 'indicator' else 'category' end as node_kind
    from {{ ref('stg_editions') }} as editions
    inner join {{ ref('stg_framework') }} as framework using (methodology_id)
),

figures as (
    select
        'indicator_scores' as table_name,
        ranking_id,
        edition,
        city_id,
        indicator_id as node_id,
        'indicator' as node_kind
    from {{ ref('stg_indicator_scores') }}
    {% for name in ['published_results', 'published_index_changes', 'known_contradictions'] %}
    union all
    select
        '{{ name }}' as table_name,
        ranking_id,
        edition,
        city_id,
        category_id as node_id,
        'category' as node_kind
    from {{ ref('stg_' ~ name) }}
    {% endfor %}
    union all
    select
        'published_edition_statistics' as table_name,
        ranking_id,
        edition,
        cast(null as {{ dbt.type_string() }}) as city_id,
        category_id as node_id,
        'category' as node_kind
    from {{ ref('stg_published_edition_statistics') }}
    union all
    select
        'best_practices' as table_name,
        ranking_id,
        edition,
        city_id,
        cast(null as {{ dbt.type_string() }}) as node_id,
        cast(null as {{ dbt.type_string() }}) as node_kind
    from {{ ref('stg_best_practices') }}
),

strangers as (
    select
        figures.*,
        figures.city_id is not null and members.city_id is null as is_outside_edition
    from figures
    left join members using (ranking_id, edition, city_id)
    left join nodes using (ranking_id, edition, node_id, node_kind)
    where
        (figures.city_id is not null and members.city_id is null)
        or (figures.node_id is not null and nodes.node_id is null)
)

select
    table_name,
    {{ row_key(['ranking_id', 'edition']) }}
    || coalesce(', city_id=' || city_id, '')
    || coalesce(', ' || node_kind || '_id=' || node_id, '') as row_key,
    case when is_outside_edition then 'city_id' else node_kind || '_id' end as column_name,
    case when is_outside_edition then city_id else node_id end as found,
    case
        when is_outside_edition then 'must be a city of the edition (ranking_members)'
        when node_kind = 'indicator'
            then 'must be an indicator of the edition''s tree (framework)'
        else 'must be a category of the edition''s tree (framework)'
    end as rule
from strangers
