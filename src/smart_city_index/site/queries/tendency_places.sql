-- Who moved the city? The tendency taken apart into places, plus is better.
select
    ranking_id,
    edition,
    previous_edition,
    city_id,
    driver,
    contribution,
    is_simulated
from tendency_drivers
where figure = 'rank'
order by
    ranking_id,
    city_id,
    edition,
    case driver
        when 'own_change' then 1
        when 'others_change' then 2
        when 'cities_left' then 3
        else 4
    end
