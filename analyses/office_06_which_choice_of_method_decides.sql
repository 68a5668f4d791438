-- Which choice of method decides the ranks? Sobol indices of the mean rank shift of the field.
select
    factor,
    mean_rank_shift,
    first_order_index,
    total_index
from {{ ref('sensitivity') }}
where ranking_id = 'open_data_index' and edition = 2026
order by total_index desc, factor asc
