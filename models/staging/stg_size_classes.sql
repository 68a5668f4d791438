select
    size_class_id,
    name_de as size_class_name_de,
    name_en as size_class_name_en,
    source,
    minimum_population,
    lead(minimum_population) over (order by minimum_population) as next_minimum_population
from {{ ref('size_classes') }}
