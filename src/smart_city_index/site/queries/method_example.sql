-- The worked example of the formula: the scores of a category with project points and equal
-- weights, and the index that follows from them, in the newest edition that has one.
with complete as (
    select
        scores.ranking_id,
        scores.edition,
        scores.city_id,
        scores.category_id
    from fct_indicator_scores as scores
    inner join dim_indicators as indicators on scores.indicator_key = indicators.indicator_key
    inner join fct_index_results as results
        on
            scores.category_key = results.category_key
            and scores.city_id = results.city_id
            and results.index_source = 'computed'
    group by scores.ranking_id, scores.edition, scores.city_id, scores.category_id
    having
        count(*) = count(scores.score_displayed)
        and count(distinct indicators.weight) filter (where indicators.role = 'regular') = 1
        and count(*) filter (where indicators.role = 'project') > 0
),

chosen as (
    select
        complete.*,
        categories.category_name_de,
        categories.category_name_en,
        categories.project_cap_share
    from complete
    inner join dim_categories as categories
        on
            complete.ranking_id = categories.ranking_id
            and complete.edition = categories.edition
            and complete.category_id = categories.category_id
            and categories.project_cap_share > 0
            and categories.aggregation = 'arithmetic'
    order by
        categories.is_simulated_ranking asc,
        complete.edition desc,
        complete.ranking_id asc,
        complete.city_id asc,
        categories.sort_path asc
    limit 1
)

select
    chosen.edition,
    cities.city_name,
    chosen.category_name_de,
    chosen.category_name_en,
    chosen.project_cap_share,
    indicators.role,
    scores.score_displayed,
    results.index_displayed
from chosen
inner join dim_cities as cities on chosen.city_id = cities.city_id
inner join fct_indicator_scores as scores
    on
        chosen.ranking_id = scores.ranking_id
        and chosen.edition = scores.edition
        and chosen.city_id = scores.city_id
        and chosen.category_id = scores.category_id
inner join dim_indicators as indicators on scores.indicator_key = indicators.indicator_key
inner join fct_index_results as results
    on
        chosen.ranking_id = results.ranking_id
        and chosen.edition = results.edition
        and chosen.city_id = results.city_id
        and chosen.category_id = results.category_id
order by indicators.sort_path
