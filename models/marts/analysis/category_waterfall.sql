with

ranked_cities as (
    select * from {{ ref('int_ranked_cities') }}
),

results as (
    select * from {{ ref('int_ranked_cities') }}
),

-- what each category makes of the overall index
category_parts as (
    select
        edition_key,
        city_id,
        category_id,
        sum(contribution) as contribution
    from {{ ref('int_index_contributions') }}
    group by edition_key, city_id, category_id
),

field_sums as (
    select
        category_parts.edition_key,
        category_parts.category_id,
        sum(category_parts.contribution) as contribution_total
    from category_parts
    group by category_parts.edition_key, category_parts.category_id
),

field_sizes as (
    select
        edition_key,
        count(*) as city_count
    from ranked_cities
    group by edition_key
),

-- every city against the mean of all cities and against the city one rank above
compared as (
    select
        ranked_cities.edition_key,
        ranked_cities.city_id,
        'edition_mean' as comparison,
        cast(null as {{ dbt.type_string() }}) as compared_city_id,
        field_sums.category_id,
        {{ divide('field_sums.contribution_total', 'field_sizes.city_count') }}
            as compared_contribution
    from ranked_cities
    inner join field_sums using (edition_key)
    inner join field_sizes using (edition_key)
    union all
    select
        ranked_cities.edition_key,
        ranked_cities.city_id,
        'next_better_city' as comparison,
        ranked_cities.next_better_city_id as compared_city_id,
        field_sums.category_id,
        coalesce(category_parts.contribution, 0) as compared_contribution
    from ranked_cities
    inner join field_sums using (edition_key)
    left join category_parts
        on
            ranked_cities.edition_key = category_parts.edition_key
            and ranked_cities.next_better_city_id = category_parts.city_id
            and field_sums.category_id = category_parts.category_id
    where ranked_cities.next_better_city_id is not null
),

final as (
    select
        compared.edition_key,
        results.ranking_id,
        results.edition,
        compared.city_id,
        compared.comparison,
        compared.compared_city_id,
        compared.category_id,
        cast(coalesce(category_parts.contribution, 0) as {{ type_index() }}) as contribution,
        cast(compared.compared_contribution as {{ type_index() }}) as compared_contribution,
        cast(
            coalesce(category_parts.contribution, 0) - compared.compared_contribution
            as {{ type_index() }}
        ) as index_points_ahead,
        results.scored_indicator_count,
        results.indicator_count,
        results.analysed_city_count,
        results.edition_city_count,
        results.is_simulated_ranking as is_simulated,
        results.is_simulated_ranking
    from compared
    inner join results using (edition_key, city_id)
    left join category_parts
        on
            compared.edition_key = category_parts.edition_key
            and compared.city_id = category_parts.city_id
            and compared.category_id = category_parts.category_id
)

select * from final
