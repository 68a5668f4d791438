{#-
  Every profile has four header lines, one line per category and indicator of its edition, and its
  line numbers run from 1 without a gap.
-#}
with

profile_lines as (
    select
        ranking_id,
        edition,
        city_id,
        count(*) as line_count,
        max(line_number) as last_line_number,
        sum(case when section = 'header' then 1 else 0 end) as header_count,
        sum(case when section = 'result' then 1 else 0 end) as result_count,
        sum(case when section = 'indicator' then 1 else 0 end) as indicator_count
    from {{ ref('city_profiles') }}
    group by ranking_id, edition, city_id
),

node_counts as (
    select
        ranking_id,
        edition,
        sum(case when node_type = 'indicator' then 1 else 0 end) as indicator_count,
        sum(case when node_type = 'indicator' then 0 else 1 end) as category_count
    from {{ ref('int_edition_nodes') }}
    group by ranking_id, edition
),

expected as (
    select
        edition_cities.ranking_id,
        edition_cities.edition,
        edition_cities.city_id,
        node_counts.indicator_count,
        node_counts.category_count
    from {{ ref('int_edition_cities') }} as edition_cities
    inner join node_counts using (ranking_id, edition)
)

select
    'city_profiles' as table_name,
    {{ row_key(['ranking_id', 'edition', 'city_id'], relation_alias='expected') }} as row_key,
    'line_number' as column_name,
    cast(profile_lines.line_count as {{ dbt.type_string() }}) as found,
    'must have 4 header lines, a line per category and indicator, numbered without a gap' as rule
from expected
left join profile_lines
    on
        expected.ranking_id = profile_lines.ranking_id
        and expected.edition = profile_lines.edition
        and expected.city_id = profile_lines.city_id
where
    profile_lines.line_count is null
    or profile_lines.line_count <> profile_lines.last_line_number
    or profile_lines.header_count <> 4
    or profile_lines.result_count <> expected.category_count
    or profile_lines.indicator_count <> expected.indicator_count
