with

source as (
    select * from {{ ref('editions') }}
),

renamed as (
    select
        ---------- ids
        ranking_id,
        edition,
        previous_edition,
        methodology_id,
        ---------- published figures
        published_city_count,
        published_indicator_count,
        published_parameter_count,
        published_data_point_count,
        ---------- texts
        survey_period,
        note,
        source
    from source
)

select * from renamed
