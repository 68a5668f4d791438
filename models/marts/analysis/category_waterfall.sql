with

ranked_cities as (
    select * from {{ ref('int_ranked_cities') }}
),

-- what each category makes of the overall index
category_parts as (
    select
        edition_key,
        city_id,
        category_id,
        sum(contribution) as contribution
    from {{ ref('int_index_contributions') }}
    group by edition_key, city_id, category_id
),

field_sums as (
    select
        category_parts.edition_key,
        category_parts.category_id,
        sum(category_parts.contribution) as contribution_total
    from category_parts
    group by category_parts.edition_key, category_parts.category_id
),

-- every city against the mean of all of them and against the city one rank above
compared as (
    select
        ranked_cities.edition_key,
        ranked_cities.city_id,
        'edition_mean' as comparison,
        cast(null as {{ dbt.type_string() }}) as compared_city_id,
        field_sums.category_id,
        {{ divide('field_sums.contribution_total', 'ranked_cities.analysed_city_count') }}
            as compared_contribution
    from ranked_cities
    inner join field_sums using (edition_key)
    union all
    select
        ranked_cities.edition_key,
        ranked_cities.city_id,
        'next_better_city' as comparison,
        ranked_cities.next_better_city_id as compared_city_id,
        field_sums.category_id,
        coalesce(category_parts.contribution, 0) as compared_contribution
    from ranked_cities
    inner join field_sums using (edition_key)
    left join category_parts
        on
            ranked_cities.edition_key = category_parts.edition_key
            and ranked_cities.next_better_city_id = category_parts.city_id
            and field_sums.category_id = category_parts.category_id
    where ranked_cities.next_better_city_id is not null
)

select
    compared.edition_key,
    ranked_cities.ranking_id,
    ranked_cities.edition,
    compared.city_id,
    compared.comparison,
    compared.compared_city_id,
    compared.category_id,
    -- a child of the root may be an indicator
    case
        when nodes.node_type <> 'indicator'
            then {{ node_key('compared.edition_key', 'compared.category_id') }}
    end as category_key,
    nodes.node_name_de as category_name_de,
    nodes.node_name_en as category_name_en,
    cast(coalesce(category_parts.contribution, 0) as {{ type_index() }}) as contribution,
    cast(compared.compared_contribution as {{ type_index() }}) as compared_contribution,
    cast(
        coalesce(category_parts.contribution, 0) - compared.compared_contribution
        as {{ type_index() }}
    ) as index_points_ahead,
    ranked_cities.scored_indicator_count,
    ranked_cities.indicator_count,
    ranked_cities.analysed_city_count,
    ranked_cities.edition_city_count,
    ranked_cities.is_simulated_ranking as is_simulated,
    ranked_cities.is_simulated_ranking
from compared
inner join ranked_cities
    on
        compared.edition_key = ranked_cities.edition_key
        and compared.city_id = ranked_cities.city_id
inner join {{ ref('int_edition_nodes') }} as nodes
    on compared.edition_key = nodes.edition_key and compared.category_id = nodes.node_id
left join category_parts
    on
        compared.edition_key = category_parts.edition_key
        and compared.city_id = category_parts.city_id
        and compared.category_id = category_parts.category_id
