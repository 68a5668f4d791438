-- The categories of every edition in the page's order, the overall index first.
select
    ranking_id,
    edition,
    category_id,
    category_name_de,
    category_name_en,
    is_overall,
    depth,
    sort_path
from dim_categories
order by ranking_id, edition, sort_path
