with

source as (
    select * from {{ ref('improvement_goals') }}
),

renamed as (
    select
        places_to_gain,
        source
    from source
)

select * from renamed
