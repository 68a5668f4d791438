{#- The field: which cities an edition covers, with state and size class at that time. -#}
with

editions as (
    select * from {{ ref('stg_editions') }}
),

rankings as (
    select * from {{ ref('stg_rankings') }}
),

members as (
    select * from {{ ref('stg_field_members') }}
),

cities as (
    select * from {{ ref('stg_cities') }}
),

facts as (
    select * from {{ ref('stg_city_facts') }}
),

size_classes as (
    select * from {{ ref('stg_size_classes') }}
),

field as (
    select
        editions.ranking_id,
        editions.edition,
        editions.previous_edition,
        members.city_id,
        members.first_edition,
        members.source
    from editions
    inner join members
        on
            editions.ranking_id = members.ranking_id
            and editions.edition >= members.first_edition
            and editions.edition <= coalesce(members.last_edition, editions.edition)
),

described as (
    select
        field.ranking_id,
        field.edition,
        field.previous_edition,
        field.city_id,
        rankings.reference_ranking_id,
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
        rankings.is_simulated_field,
        field.previous_edition is not null and field.first_edition > field.previous_edition
            as is_new_in_field
    from field
    inner join rankings using (ranking_id)
    inner join cities using (city_id)
    left join facts using (city_id, edition)
),

final as (
    select
        described.*,
        size_classes.size_class_id
    from described
    left join size_classes
        on
            described.population >= size_classes.minimum_population
            and described.population
            < coalesce(size_classes.next_minimum_population, described.population + 1)
)

select * from final
