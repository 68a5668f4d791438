-- The ten best of the open data index, 2026, with their ranks in the categories.
select
    overall_rank,
    overall_tendency,
    city_name,
    overall_index_displayed,
    energy_environment_rank,
    it_communication_rank,
    mobility_rank,
    society_education_rank
from {{ ref('league_table') }}
where ranking_id = 'open_data_index' and edition = 2026 and overall_rank <= 10
order by overall_rank, city_id
