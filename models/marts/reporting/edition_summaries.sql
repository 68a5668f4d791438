{#- Known ranks and indices of every group of cities: n of N, which says what a mean is worth. -#}
with

grouped_results as (
    {% for group_type, group_id, name_de, name_en in [
        ('all', "'all'", "'alle'", "'all'"),
        ('state', 'cities.state_code', 'cities.state_name', 'cities.state_name'),
        (
            'size_class', 'cities.size_class_id', 'cities.size_class_name_de',
            'cities.size_class_name_en'
        ),
    ] %}
    select
        results.edition_key,
        results.category_id,
        '{{ group_type }}' as group_type,
        {{ group_id }} as group_id,
        {{ name_de }} as group_name_de,
        {{ name_en }} as group_name_en,
        results.city_id,
        results.rank,
        results.rank_source,
        results.index_value
    from {{ ref('fct_index_results') }} as results
    inner join {{ ref('int_edition_cities') }} as cities using (edition_key, city_id)
    {% if group_type == 'size_class' %}
    where cities.size_class_id is not null
    {% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

summaries as (
    select
        edition_key,
        category_id,
        group_type,
        group_id,
        max(group_name_de) as group_name_de,
        max(group_name_en) as group_name_en,
        count(*) as city_count,
        count(rank) as rank_count,
        sum(case when rank_source = 'implied' then 1 else 0 end) as implied_rank_count,
        count(index_value) as index_count,
        min(rank) as best_rank,
        {{ divide('sum(index_value)', 'count(index_value)') }} as mean_index,
        min(index_value) as minimum_index,
        max(index_value) as maximum_index
    from grouped_results
    group by edition_key, category_id, group_type, group_id
),

published_means as (
    select
        edition_key,
        category_id,
        published_value,
        source
    from {{ ref('stg_published_edition_statistics') }}
    where statistic = 'mean'
)

select
    ---------- ids
    summaries.edition_key,
    editions.ranking_id,
    editions.edition,
    summaries.category_id,
    {{ node_key('summaries.edition_key', 'summaries.category_id') }} as category_key,
    summaries.category_id = 'overall' as is_overall,
    summaries.group_type,
    summaries.group_id,
    summaries.group_name_de,
    summaries.group_name_en,

    ---------- n of N
    cast(summaries.city_count as integer) as city_count,
    cast(summaries.rank_count as integer) as rank_count,
    cast(summaries.implied_rank_count as integer) as implied_rank_count,
    cast(summaries.index_count as integer) as index_count,

    ---------- of the known ones
    summaries.best_rank,
    summaries.mean_index,
    summaries.minimum_index,
    summaries.maximum_index,
    summaries.index_count = summaries.city_count as is_mean_of_all,
    cast(published_means.published_value as decimal(9, 4)) as published_mean,

    ---------- provenance
    editions.is_simulated_ranking,
    published_means.source as published_mean_source
from summaries
inner join {{ ref('int_editions') }} as editions using (edition_key)
left join published_means
    on
        summaries.edition_key = published_means.edition_key
        and summaries.category_id = published_means.category_id
        and summaries.group_type = 'all'
