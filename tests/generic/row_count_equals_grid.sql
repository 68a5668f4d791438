{% test row_count_equals_grid(model) %}
{#-
  A fact over the expected grid has, for every ranking and edition, exactly cities times indicators
  rows. Returns one row per ranking and edition whose count differs.
-#}
with

city_counts as (
    select
        ranking_id,
        edition,
        count(*) as city_count
    from {{ ref('int_edition_cities') }}
    group by ranking_id, edition
),

indicator_counts as (
    select
        ranking_id,
        edition,
        count(*) as indicator_count
    from {{ ref('int_edition_nodes') }}
    where node_type = 'indicator'
    group by ranking_id, edition
),

expected as (
    select
        city_counts.ranking_id,
        city_counts.edition,
        city_counts.city_count * indicator_counts.indicator_count as expected_count
    from city_counts
    inner join indicator_counts using (ranking_id, edition)
),

actual as (
    select
        ranking_id,
        edition,
        count(*) as actual_count
    from {{ model }}
    group by ranking_id, edition
)

select
    '{{ model.identifier }}' as table_name,
    'ranking_id=' || coalesce(expected.ranking_id, actual.ranking_id)
    || ', edition=' || cast(coalesce(expected.edition, actual.edition) as {{ dbt.type_string() }})
        as row_key,
    'number of rows' as column_name,
    cast(coalesce(actual.actual_count, 0) as {{ dbt.type_string() }}) as found,
    'must be ' || cast(coalesce(expected.expected_count, 0) as {{ dbt.type_string() }})
    || ' (cities times indicators)' as rule
from expected
full outer join actual
    on expected.ranking_id = actual.ranking_id and expected.edition = actual.edition
where expected.expected_count is distinct from actual.actual_count
{% endtest %}
