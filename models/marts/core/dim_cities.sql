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
from {{ ref('stg_cities') }} as cities
left join {{ ref('stg_size_classes') }} as size_classes
    on
        cities.population >= size_classes.minimum_population
        and cities.population
        < coalesce(size_classes.next_minimum_population, cities.population + 1)
