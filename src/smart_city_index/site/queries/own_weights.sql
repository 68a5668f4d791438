-- The ranking under weights of your own: list weights, and choose a ranking and an edition, at the
-- top. Weights are 0 or more, in tenths; a category that is not listed has weight 1. The index is
-- the weighted arithmetic mean of the category indices, rounded to 12 digits; places are taken on
-- the digits that the edition takes them on, and equal values share a place. Everything is counted
-- in whole units, so that it is exact. There is no place in an edition where a city lacks a
-- category index, and none where every weight is 0.
with weights (category_id, weight) as (
    -- Such as ('one_category', 2.0), ('another_one', 0.5).
    values ('', 1.0)
),

-- The newest edition of which every category index is known; or: values ('my_ranking', 2026).
chosen as (
    select
        results.ranking_id,
        results.edition
    from fct_index_results as results
    inner join dim_categories as categories
        on results.category_key = categories.category_key and categories.depth = 1
    group by results.ranking_id, results.edition, results.is_simulated_ranking
    having count(results.index_value) = count(*)
    order by results.is_simulated_ranking asc, results.edition desc, results.ranking_id asc
    limit 1
),

-- One unit is the twelfth digit of an index and the first digit of a weight.
category_indices as (
    select
        results.ranking_id,
        results.edition,
        results.city_id,
        cast(results.index_value * 1000000000000 as hugeint) as index_units,
        cast(coalesce(weights.weight, 1) * 10 as hugeint) as weight_units
    from fct_index_results as results
    inner join chosen using (ranking_id, edition)
    inner join dim_categories as categories
        on results.category_key = categories.category_key and categories.depth = 1
    left join weights on results.category_id = weights.category_id
),

sums as (
    select
        ranking_id,
        edition,
        city_id,
        sum(weight_units * index_units) as weighted_sum,
        sum(weight_units) as weight_sum,
        sum(index_units) as plain_sum,
        count(*) as category_count,
        bool_and(count(index_units) = count(*)) over (partition by ranking_id, edition)
            as is_complete
    from category_indices
    group by ranking_id, edition, city_id
),

-- Halves away from zero: no index is negative.
means as (
    select
        ranking_id,
        edition,
        city_id,
        (2 * weighted_sum + weight_sum) // (2 * weight_sum) as index_units,
        (2 * plain_sum + category_count) // (2 * category_count) as equal_units
    from sums
    where weight_sum > 0 and is_complete
),

-- What places are taken on, in units of the twelfth digit.
units as (
    select
        ranking_id,
        edition,
        case
            when rank_taken_on = 'rounded' then cast(power(10, 12 - index_digits) as hugeint)
            else 10000
        end as unit
    from dim_editions
),

rank_values as (
    select
        means.*,
        (2 * means.index_units + units.unit) // (2 * units.unit) as rank_value,
        (2 * means.equal_units + units.unit) // (2 * units.unit) as equal_rank_value
    from means
    inner join units using (ranking_id, edition)
),

ranks as (
    select
        ranking_id,
        edition,
        city_id,
        cast(cast(index_units as decimal(26, 0)) * 0.000000000001 as decimal(18, 12))
            as index_value,
        rank() over (partition by ranking_id, edition order by rank_value desc) as place,
        rank() over (partition by ranking_id, edition order by equal_rank_value desc)
            as place_with_equal_weights
    from rank_values
)

select
    ranks.ranking_id,
    ranks.edition,
    ranks.place,
    ranks.place_with_equal_weights - ranks.place as places_gained,
    cities.city_id,
    cities.city_name,
    ranks.index_value,
    cities.is_simulated as is_simulated_city
from ranks
inner join dim_cities as cities on ranks.city_id = cities.city_id
order by ranks.ranking_id, ranks.edition, ranks.place, cities.city_name
