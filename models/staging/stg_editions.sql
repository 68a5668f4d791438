select
    {{ edition_key() }},
    ranking_id,
    edition,
    previous_edition,
    methodology_id,
    published_city_count,
    published_indicator_count,
    published_parameter_count,
    published_data_point_count,
    survey_period,
    note,
    source
from {{ ref('editions') }}
