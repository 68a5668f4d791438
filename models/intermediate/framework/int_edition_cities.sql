{#- The cities of every edition, with state and size class at that time. -#}
with

members as (
    select
        editions.edition_key,
        editions.ranking_id,
        editions.edition,
        editions.previous_edition_key,
        editions.is_simulated_ranking,
        members.city_id
    from {{ ref('int_editions') }} as editions
    inner join {{ ref('stg_ranking_members') }} as members
        on
            editions.ranking_id = members.ranking_id
            and editions.edition >= members.first_edition
            and editions.edition <= coalesce(members.last_edition, editions.edition)
),

described as (
    select
        members.*,
        cities.city_name,
        cities.state_code,
        cities.state_name,
        coalesce(facts.population, cities.population) as population,
        case when facts.population is null then cities.source else facts.source end
            as population_source,
        facts.area_km2,
        facts.source as facts_source,
        cities.source as city_source,
        cities.is_simulated as is_simulated_city,
        members.previous_edition_key is not null and previous_members.city_id is null
            as is_new_in_edition
    from members
    inner join {{ ref('stg_cities') }} as cities using (city_id)
    left join {{ ref('stg_city_facts') }} as facts using (city_id, edition)
    left join members as previous_members
        on
            members.previous_edition_key = previous_members.edition_key
            and members.city_id = previous_members.city_id
)

select
    described.*,
    size_classes.size_class_id,
    size_classes.size_class_name_de,
    size_classes.size_class_name_en
from described
left join {{ ref('stg_size_classes') }} as size_classes
    on
        described.population >= size_classes.minimum_population
        and described.population
        < coalesce(size_classes.next_minimum_population, described.population + 1)
