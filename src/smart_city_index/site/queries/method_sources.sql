-- Every page that states figures of the real rankings, with the editions it is used for. One source
-- can name several pages, parted by semicolons.
with sources as (
    select
        edition,
        source
    from published_reconciliation
    where not is_simulated_ranking

    union all

    select
        edition,
        source
    from edition_reconciliation
    where not is_simulated_ranking

    union all

    select
        edition,
        source
    from fct_indicator_scores
    where not is_simulated_ranking

    union all

    select
        edition,
        source
    from dim_indicators
    where not is_simulated_ranking

    union all

    select
        edition,
        source
    from dim_editions
    where not is_simulated_ranking
)

select distinct
    edition,
    source
from sources
where source is not null
order by edition desc, source asc
