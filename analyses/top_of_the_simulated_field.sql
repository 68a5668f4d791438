-- The ten best of the simulated field, 2025, with their places in the categories.
select
    overall_rank,
    overall_tendency,
    city_name,
    overall_index_displayed,
    administration_rank,
    energy_environment_rank,
    it_communication_rank,
    mobility_rank,
    society_education_rank
from {{ ref('league_table') }}
where ranking_id = 'simulated_field' and edition = 2025 and overall_rank <= 10
order by overall_rank, city_id
