-- Spearman's rank correlation of the open data index with the published ranks of the Smart City
-- Index, among the cities whose rank is recorded: mostly the better ones, so it says little about
-- the others.
with

shared as (
    select
        ours.edition,
        theirs.edition as smart_city_index_edition,
        ours.category_id,
        rank() over (
            partition by ours.edition, theirs.edition, ours.category_id
            order by ours.rank
        ) as rank_ours,
        rank() over (
            partition by ours.edition, theirs.edition, ours.category_id
            order by theirs.rank
        ) as rank_theirs
    from {{ ref('fct_index_results') }} as ours
    inner join {{ ref('fct_index_results') }} as theirs using (city_id, category_id)
    where
        ours.ranking_id = 'open_data_index'
        and theirs.ranking_id = 'smart_city_index'
        and (ours.edition, theirs.edition) in ((2024, 2024), (2026, 2025))
        and theirs.rank is not null
)

select
    edition,
    smart_city_index_edition,
    category_id,
    count(*) as city_count,
    round(corr(rank_ours, rank_theirs), 2) as rank_correlation
from shared
group by edition, smart_city_index_edition, category_id
order by edition, smart_city_index_edition, category_id
