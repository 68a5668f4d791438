{#- The published profile of every city, line by line in the page's order. -#}
with

cities as (
    select * from {{ ref('int_edition_cities') }}
),

results as (
    select * from {{ ref('fct_index_results') }}
),

header_labels as (
    select
        header.line_order,
        header.line_id,
        labels.label_de,
        labels.label_en
    from (
        {% for line_id in ['state', 'area', 'population', 'rank'] %}
        select {{ loop.index }} as line_order, '{{ line_id }}' as line_id
        {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ) as header
    left join {{ ref('stg_profile_labels') }} as labels using (line_id)
),

header_lines as (
    select
        cities.edition_key,
        cities.city_id,
        'header' as section,
        '1.' || cast(labels.line_order as {{ dbt.type_string() }}) as sort_key,
        labels.line_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        labels.label_de,
        labels.label_en,
        {% for separator in ['.', ','] %}
        case labels.line_id
            when 'state' then cities.state_name
            when 'area' then {{ displayed_area('cities.area_km2') }} || ' km²'
            when 'population' then {{ displayed_thousands('cities.population', separator) }}
            else cast(results.rank as {{ dbt.type_string() }})
        end as text_{{ 'de' if separator == '.' else 'en' }},
        {% endfor %}
        cast(
            case labels.line_id when 'area' then cities.area_km2 when 'population' then cities.population end
            as decimal(24, 12)
        ) as line_value,
        case labels.line_id
            when 'area' then {{ displayed_area('cities.area_km2') }}
            when 'population' then cast(cities.population as {{ dbt.type_string() }})
        end as value_displayed,
        cast(null as {{ dbt.type_string() }}) as value_source,
        false as name_is_inferred,
        case when labels.line_id = 'rank' then results.is_simulated else cities.is_simulated_city end
            as is_simulated,
        case labels.line_id
            when 'state' then cities.city_source
            when 'area' then cities.facts_source
            when 'population' then cities.population_source
            else results.published_source
        end as source
    from cities
    inner join results using (edition_key, city_id)
    cross join header_labels as labels
    where results.category_id = 'overall'
),

result_lines as (
    select
        results.edition_key,
        results.city_id,
        'result' as section,
        '2.' || categories.sort_path as sort_key,
        results.category_id as line_id,
        results.category_id,
        categories.category_name_de as label_de,
        categories.category_name_en as label_en,
        cast(null as {{ dbt.type_string() }}) as text_de,
        cast(null as {{ dbt.type_string() }}) as text_en,
        cast(results.index_value as decimal(24, 12)) as line_value,
        results.index_displayed as value_displayed,
        results.index_source as value_source,
        false as name_is_inferred,
        results.is_simulated,
        results.published_source as source
    from results
    inner join {{ ref('dim_categories') }} as categories using (edition_key, category_id)
),

indicator_lines as (
    select
        scores.edition_key,
        scores.city_id,
        'indicator' as section,
        '3.' || indicators.sort_path as sort_key,
        scores.indicator_id as line_id,
        scores.category_id,
        indicators.indicator_name_de as label_de,
        indicators.indicator_name_en as label_en,
        case scores.status
            when 'not_applicable' then 'nicht anwendbar'
            when 'coarser_level' then 'nur für den Landkreis bekannt'
        end as text_de,
        case scores.status
            when 'not_applicable' then 'not applicable'
            when 'coarser_level' then 'known for the district only'
        end as text_en,
        cast(scores.score as decimal(24, 12)) as line_value,
        scores.score_displayed as value_displayed,
        case
            when scores.score is null then null
            when indicators.normalisation = 'none' then 'published'
            else 'computed'
        end as value_source,
        indicators.name_is_inferred,
        scores.is_simulated,
        scores.source
    from {{ ref('fct_indicator_scores') }} as scores
    inner join {{ ref('dim_indicators') }} as indicators using (edition_key, indicator_id)
),

best_practice_lines as (
    select
        cities.edition_key,
        cities.city_id,
        'best_practice' as section,
        '4.' || lpad(cast(practices.sort_order as {{ dbt.type_string() }}), 3, '0') as sort_key,
        'best_practice_' || cast(practices.sort_order as {{ dbt.type_string() }}) as line_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        practices.title_de as label_de,
        practices.title_en as label_en,
        practices.summary_de as text_de,
        practices.summary_en as text_en,
        cast(null as decimal(24, 12)) as line_value,
        cast(null as {{ dbt.type_string() }}) as value_displayed,
        cast(null as {{ dbt.type_string() }}) as value_source,
        false as name_is_inferred,
        false as is_simulated,
        coalesce(practices.link, practices.source) as source
    from cities
    inner join {{ ref('stg_best_practices') }} as practices using (edition_key, city_id)
),

-- ranks stand in the lines of results and in the header's
lines as (
    select
        all_lines.*,
        results.rank,
        results.rank_source,
        case when all_lines.section = 'result' then results.tendency end as tendency,
        case when all_lines.section = 'result' then results.tendency_source end as tendency_source,
        case when all_lines.section = 'result' then results.is_method_changed end
            as is_method_changed
    from (
        select * from header_lines
        union all
        select * from result_lines
        union all
        select * from indicator_lines
        union all
        select * from best_practice_lines
    ) as all_lines
    left join results
        on
            all_lines.edition_key = results.edition_key
            and all_lines.city_id = results.city_id
            and case
                when all_lines.section = 'result' then all_lines.category_id
                when all_lines.section = 'header' and all_lines.line_id = 'rank' then 'overall'
            end = results.category_id
)

select
    ---------- ids
    lines.edition_key,
    cities.ranking_id,
    cities.edition,
    lines.city_id,
    cast(
        row_number() over (
            partition by lines.edition_key, lines.city_id
            order by lines.sort_key, lines.line_id
        ) as integer
    ) as line_number,
    lines.section,
    lines.line_id,
    lines.category_id,
    {{ node_key('lines.edition_key', 'lines.category_id') }} as category_key,

    ---------- texts
    lines.label_de,
    lines.label_en,
    lines.text_de,
    lines.text_en,
    lines.name_is_inferred,

    ---------- figures
    lines.rank,
    lines.tendency,
    lines.line_value,
    cast(lines.rank as {{ dbt.type_string() }}) as rank_displayed,
    case when lines.tendency > 0 then '+' else '' end
    || cast(lines.tendency as {{ dbt.type_string() }}) as tendency_displayed,
    lines.value_displayed,
    lines.rank_source,
    lines.tendency_source,
    lines.is_method_changed,
    lines.value_source,

    ---------- provenance
    lines.is_simulated,
    cities.is_simulated_ranking,
    lines.source
from lines
inner join cities using (edition_key, city_id)
