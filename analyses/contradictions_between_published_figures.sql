-- Every published figure that other published figures contradict, with what is known about it.
select
    edition,
    city_id,
    category_id,
    figure,
    published_value,
    computed_value,
    difference,
    checked_against,
    contradiction_note,
    source
from {{ ref('published_reconciliation') }}
where verdict = 'contradiction' and ranking_id = 'smart_city_index'
order by edition, city_id, category_id, figure
