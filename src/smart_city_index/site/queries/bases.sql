-- What each place, tendency and index rests on, where it is not published and recomputed alike:
-- computed only, published only, implied by tendencies, or a contradiction.
with figures as (
    select
        ranking_id,
        edition,
        city_id,
        category_id,
        'rank' as figure,
        rank_source as source
    from fct_index_results

    union all

    select
        ranking_id,
        edition,
        city_id,
        category_id,
        'tendency' as figure,
        tendency_source as source
    from fct_index_results

    union all

    select
        ranking_id,
        edition,
        city_id,
        category_id,
        'index' as figure,
        index_source as source
    from fct_index_results
)

select
    figures.ranking_id,
    figures.edition,
    figures.city_id,
    figures.category_id,
    figures.figure,
    case when published.verdict = 'contradiction' then 'contradiction' else figures.source end
        as basis
from figures
left join published_reconciliation as published
    on
        figures.ranking_id = published.ranking_id
        and figures.edition = published.edition
        and figures.city_id = published.city_id
        and figures.category_id = published.category_id
        and figures.figure = published.figure
where
    published.verdict = 'contradiction'
    or figures.source in ('published', 'implied')
    or (figures.source = 'computed' and published.figure is null)
order by
    figures.ranking_id,
    figures.edition,
    figures.city_id,
    figures.category_id,
    figures.figure
