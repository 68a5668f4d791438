with

cities as (
    select * from {{ ref('stg_cities') }}
),

size_classes as (
    select * from {{ ref('stg_size_classes') }}
),

final as (
    select
        cities.city_id,
        cities.city_name,
        cities.state_code,
        cities.state_name,
        cities.population,
        size_classes.size_class_id,
        size_classes.size_class_name_de,
        size_classes.size_class_name_en,
        cities.latitude,
        cities.longitude,
        cities.is_simulated,
        cities.source
    from cities
    left join size_classes
        on
            cities.population >= size_classes.minimum_population
            and cities.population
            < coalesce(size_classes.next_minimum_population, cities.population + 1)
)

select * from final
