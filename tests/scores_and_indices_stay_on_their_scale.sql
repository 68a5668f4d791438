{#-
  Every score and index, computed or published, lies between 0 and the scale_maximum of its edition;
  project points have a cap of their own. A thousand millionth is left to the rounding of geometric
  means.
-#}
with

scales as (
    select
        edition_key,
        scale_maximum
    from {{ ref('dim_editions') }}
),

scores as (
    select
        'fct_indicator_scores' as table_name,
        {{ row_key(
            ['ranking_id', 'edition', 'city_id', 'indicator_id'], relation_alias='scores'
        ) }} as row_key,
        'score' as column_name,
        scores.score as found_value,
        case when scores.role = 'regular' then scales.scale_maximum end as highest_value
    from {{ ref('fct_indicator_scores') }} as scores
    inner join scales using (edition_key)
),

indices as (
    {% for column in [
        'index_value', 'computed_index', 'published_index', 'index_without_project_points'
    ] %}
    select
        'fct_index_results' as table_name,
        {{ row_key(
            ['ranking_id', 'edition', 'city_id', 'category_id'], relation_alias='results'
        ) }} as row_key,
        '{{ column }}' as column_name,
        results.{{ column }} as found_value,
        scales.scale_maximum as highest_value
    from {{ ref('fct_index_results') }} as results
    inner join scales using (edition_key)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

published_statistics as (
    select
        'published_edition_statistics' as table_name,
        {{ row_key(
            ['ranking_id', 'edition', 'category_id', 'statistic', 'rank'],
            relation_alias='statistics'
        ) }} as row_key,
        'published_value' as column_name,
        statistics.published_value as found_value,
        scales.scale_maximum as highest_value
    from {{ ref('stg_published_edition_statistics') }} as statistics
    inner join scales using (edition_key)
),

found_values as (
    select * from scores
    union all
    select * from indices
    union all
    select * from published_statistics
)

select
    table_name,
    row_key,
    column_name,
    cast(found_value as {{ dbt.type_string() }}) as found,
    'must be between 0 and ' || coalesce(
        cast(highest_value as {{ dbt.type_string() }}), 'the cap of project points'
    ) as rule
from found_values
where found_value < 0 or found_value > highest_value + 0.000000001
