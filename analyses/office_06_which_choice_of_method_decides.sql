-- Which choice of method decides the ranks? Sobol indices of the mean rank shift of the field.
select
    factor,
    mean_rank_shift,
    first_order_index,
    total_index
from {{ ref('sensitivity') }}
where ranking_id = 'simulated_field' and edition = 2025
order by total_index desc, factor asc
