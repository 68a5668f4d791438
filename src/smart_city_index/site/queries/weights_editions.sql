-- The editions whose overall index is an arithmetic mean, and of how many cities every category
-- index is known: only where that is every city, weights of one's own give a ranking.
with cities as (
    select
        results.ranking_id,
        results.edition,
        results.city_id,
        count(results.index_value) = count(*) as is_complete
    from fct_index_results as results
    inner join dim_categories as categories
        on results.category_key = categories.category_key and categories.depth = 1
    group by results.ranking_id, results.edition, results.city_id
)

select
    editions.ranking_id,
    rankings.ranking_name_de,
    rankings.ranking_name_en,
    editions.edition,
    editions.scale_maximum,
    editions.index_digits,
    case when editions.rank_taken_on = 'rounded' then editions.index_digits else 8 end
        as rank_digits,
    editions.is_simulated_ranking,
    count(*) as city_count,
    count(*) filter (where cities.is_complete) as complete_city_count,
    bool_and(cities.is_complete) as is_complete
from dim_editions as editions
inner join dim_rankings as rankings on editions.ranking_id = rankings.ranking_id
inner join dim_categories as overall
    on
        editions.edition_key = overall.edition_key
        and overall.is_overall
        and overall.aggregation = 'arithmetic'
inner join cities
    on editions.ranking_id = cities.ranking_id and editions.edition = cities.edition
group by all
order by editions.is_simulated_ranking asc, editions.ranking_id asc, editions.edition desc
