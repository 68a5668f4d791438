-- The size classes, small cities first.
select
    size_class_id,
    size_class_name_de,
    size_class_name_en,
    min(population) as smallest_population
from dim_cities
where size_class_id is not null
group by size_class_id, size_class_name_de, size_class_name_en
order by smallest_population
