{#-
  Share of the variance of the overall index that each summand stands for: its covariance with the
  index over the index's variance. The shares of an edition add up to one; one can be negative.
-#}
with

overall as (
    select
        edition_key,
        city_id,
        cast(index_value as {{ type_observation() }}) as index_value
    from {{ ref('int_ranked_cities') }}
),

-- a summand that a city does not have counts as 0, so that all cities enter every covariance
index_sums as (
    select
        overall.edition_key,
        count(*) as city_count,
        sum(overall.index_value) as index_total,
        sum(overall.index_value * overall.index_value) as index_square_total
    from overall
    group by overall.edition_key
),

part_sums as (
    select
        contributions.edition_key,
        contributions.part,
        contributions.node_id,
        max(contributions.category_id) as category_id,
        sum(cast(contributions.contribution as {{ type_observation() }})) as part_total,
        sum(cast(contributions.contribution as {{ type_observation() }}) * overall.index_value)
            as product_total
    from {{ ref('int_index_contributions') }} as contributions
    inner join overall using (edition_key, city_id)
    group by
        contributions.edition_key,
        contributions.part,
        contributions.node_id
),

scaled as (
    select
        part_sums.edition_key,
        part_sums.part,
        part_sums.node_id,
        part_sums.category_id,
        {{ scaled_covariance(
            'index_sums.city_count',
            'part_sums.part_total',
            'index_sums.index_total',
            'part_sums.product_total'
        ) }} as covariance,
        {{ scaled_covariance(
            'index_sums.city_count',
            'index_sums.index_total',
            'index_sums.index_total',
            'index_sums.index_square_total'
        ) }} as index_variance
    from part_sums
    inner join index_sums using (edition_key)
)

select
    edition_key,
    part,
    node_id,
    category_id,
    {{ rounded_decimal('covariance / nullif(index_variance, 0)', 8) }} as share_of_index_variance
from scaled
