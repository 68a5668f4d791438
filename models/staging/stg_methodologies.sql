with

source as (
    select * from {{ ref('methodologies') }}
),

renamed as (
    select
        ---------- ids
        methodology_id,
        ---------- texts
        name as methodology_name,
        description,
        source,
        ---------- settings
        scale_maximum,
        score_digits,
        index_digits,
        rank_taken_on,
        missing_value_rule,
        minimum_coverage,
        minimum_field_coverage
    from source
)

select * from renamed
