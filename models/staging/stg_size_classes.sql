with

source as (
    select * from {{ ref('size_classes') }}
),

renamed as (
    select
        ---------- ids
        size_class_id,

        ---------- texts
        name_de as size_class_name_de,
        name_en as size_class_name_en,
        source,

        ---------- figures
        minimum_population,
        lead(minimum_population) over (order by minimum_population) as next_minimum_population
    from source
)

select * from renamed
