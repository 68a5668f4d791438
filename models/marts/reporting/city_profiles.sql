{#- The printed profile of every city, line by line in the page's order. -#}
with

edition_cities as (
    select * from {{ ref('int_edition_cities') }}
),

results as (
    select * from {{ ref('fct_index_results') }}
),

categories as (
    select * from {{ ref('dim_categories') }}
),

scores as (
    select * from {{ ref('fct_indicator_scores') }}
),

indicators as (
    select * from {{ ref('dim_indicators') }}
),

best_practices as (
    select * from {{ ref('stg_best_practices') }}
),

labels as (
    select * from {{ ref('stg_profile_labels') }}
),

overall_results as (
    select *
    from results
    where category_id = 'overall'
),

header_lines as (
    select
        edition_cities.ranking_id,
        edition_cities.edition,
        edition_cities.city_id,
        'header' as section,
        '1.1' as sort_key,
        'state' as line_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        cast(null as {{ dbt.type_string() }}) as label_de,
        cast(null as {{ dbt.type_string() }}) as label_en,
        edition_cities.state_name as text_de,
        edition_cities.state_name as text_en,
        cast(null as decimal(24, 12)) as line_value,
        cast(null as {{ dbt.type_string() }}) as value_printed,
        cast(null as {{ dbt.type_string() }}) as value_basis,
        cast(null as integer) as rank,
        cast(null as {{ dbt.type_string() }}) as rank_basis,
        cast(null as integer) as tendency,
        cast(null as {{ dbt.type_string() }}) as tendency_basis,
        false as name_is_inferred,
        edition_cities.is_simulated_city as is_simulated,
        edition_cities.city_source as source
    from edition_cities

    union all

    select
        edition_cities.ranking_id,
        edition_cities.edition,
        edition_cities.city_id,
        'header' as section,
        '1.2' as sort_key,
        'area' as line_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        cast(null as {{ dbt.type_string() }}) as label_de,
        cast(null as {{ dbt.type_string() }}) as label_en,
        {{ printed_area('edition_cities.area_km2') }} || ' km²' as text_de,
        {{ printed_area('edition_cities.area_km2') }} || ' km²' as text_en,
        cast(edition_cities.area_km2 as decimal(24, 12)) as line_value,
        {{ printed_area('edition_cities.area_km2') }} as value_printed,
        cast(null as {{ dbt.type_string() }}) as value_basis,
        cast(null as integer) as rank,
        cast(null as {{ dbt.type_string() }}) as rank_basis,
        cast(null as integer) as tendency,
        cast(null as {{ dbt.type_string() }}) as tendency_basis,
        false as name_is_inferred,
        edition_cities.is_simulated_city as is_simulated,
        edition_cities.facts_source as source
    from edition_cities

    union all

    select
        edition_cities.ranking_id,
        edition_cities.edition,
        edition_cities.city_id,
        'header' as section,
        '1.3' as sort_key,
        'population' as line_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        cast(null as {{ dbt.type_string() }}) as label_de,
        cast(null as {{ dbt.type_string() }}) as label_en,
        {{ printed_thousands('edition_cities.population', '.') }} as text_de,
        {{ printed_thousands('edition_cities.population', ',') }} as text_en,
        cast(edition_cities.population as decimal(24, 12)) as line_value,
        cast(edition_cities.population as {{ dbt.type_string() }}) as value_printed,
        cast(null as {{ dbt.type_string() }}) as value_basis,
        cast(null as integer) as rank,
        cast(null as {{ dbt.type_string() }}) as rank_basis,
        cast(null as integer) as tendency,
        cast(null as {{ dbt.type_string() }}) as tendency_basis,
        false as name_is_inferred,
        edition_cities.is_simulated_city as is_simulated,
        edition_cities.population_source as source
    from edition_cities

    union all

    select
        edition_cities.ranking_id,
        edition_cities.edition,
        edition_cities.city_id,
        'header' as section,
        '1.4' as sort_key,
        'place' as line_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        cast(null as {{ dbt.type_string() }}) as label_de,
        cast(null as {{ dbt.type_string() }}) as label_en,
        cast(overall_results.rank as {{ dbt.type_string() }}) as text_de,
        cast(overall_results.rank as {{ dbt.type_string() }}) as text_en,
        cast(null as decimal(24, 12)) as line_value,
        cast(null as {{ dbt.type_string() }}) as value_printed,
        cast(null as {{ dbt.type_string() }}) as value_basis,
        overall_results.rank as rank,
        overall_results.rank_basis as rank_basis,
        cast(null as integer) as tendency,
        cast(null as {{ dbt.type_string() }}) as tendency_basis,
        false as name_is_inferred,
        overall_results.is_simulated as is_simulated,
        overall_results.published_source as source
    from edition_cities
    inner join overall_results using (ranking_id, edition, city_id)
),

result_lines as (
    select
        results.ranking_id,
        results.edition,
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
        results.index_printed as value_printed,
        results.index_basis as value_basis,
        results.rank,
        results.rank_basis,
        results.tendency,
        results.tendency_basis,
        false as name_is_inferred,
        results.is_simulated,
        results.published_source as source
    from results
    inner join categories using (ranking_id, edition, category_id)
),

indicator_lines as (
    select
        scores.ranking_id,
        scores.edition,
        scores.city_id,
        'indicator' as section,
        '3.' || indicators.sort_path as sort_key,
        scores.indicator_id as line_id,
        scores.category_id,
        indicators.indicator_name_de as label_de,
        indicators.indicator_name_en as label_en,
        case when scores.status = 'not_applicable' then 'nicht anwendbar' end as text_de,
        case when scores.status = 'not_applicable' then 'not applicable' end as text_en,
        cast(scores.score as decimal(24, 12)) as line_value,
        scores.score_printed as value_printed,
        case
            when scores.score is null then null
            when indicators.scoring_rule = 'as_scored' then 'published'
            else 'computed'
        end as value_basis,
        cast(null as integer) as rank,
        cast(null as {{ dbt.type_string() }}) as rank_basis,
        cast(null as integer) as tendency,
        cast(null as {{ dbt.type_string() }}) as tendency_basis,
        indicators.name_is_inferred,
        scores.is_simulated,
        scores.source
    from scores
    inner join indicators using (ranking_id, edition, indicator_id)
),

best_practice_lines as (
    select
        edition_cities.ranking_id,
        edition_cities.edition,
        edition_cities.city_id,
        'best_practice' as section,
        '4.' || lpad(cast(best_practices.sort_order as {{ dbt.type_string() }}), 3, '0') as sort_key,
        'best_practice_' || cast(best_practices.sort_order as {{ dbt.type_string() }}) as line_id,
        cast(null as {{ dbt.type_string() }}) as category_id,
        best_practices.title_de as label_de,
        best_practices.title_en as label_en,
        best_practices.summary_de as text_de,
        best_practices.summary_en as text_en,
        cast(null as decimal(24, 12)) as line_value,
        cast(null as {{ dbt.type_string() }}) as value_printed,
        cast(null as {{ dbt.type_string() }}) as value_basis,
        cast(null as integer) as rank,
        cast(null as {{ dbt.type_string() }}) as rank_basis,
        cast(null as integer) as tendency,
        cast(null as {{ dbt.type_string() }}) as tendency_basis,
        false as name_is_inferred,
        false as is_simulated,
        coalesce(best_practices.link, best_practices.source) as source
    from edition_cities
    inner join best_practices
        on
            best_practices.ranking_id in (
                edition_cities.ranking_id, edition_cities.reference_ranking_id
            )
            and edition_cities.edition = best_practices.edition
            and edition_cities.city_id = best_practices.city_id
),

lines as (
    select * from header_lines
    union all
    select * from result_lines
    union all
    select * from indicator_lines
    union all
    select * from best_practice_lines
),

final as (
    select
        ---------- ids
        lines.ranking_id,
        lines.edition,
        lines.city_id,
        cast(
            row_number() over (
                partition by lines.ranking_id, lines.edition, lines.city_id
                order by lines.sort_key, lines.line_id
            ) as integer
        ) as line_number,
        lines.section,
        lines.line_id,
        lines.category_id,

        ---------- texts
        coalesce(lines.label_de, labels.label_de) as label_de,
        coalesce(lines.label_en, labels.label_en) as label_en,
        lines.text_de,
        lines.text_en,
        lines.name_is_inferred,

        ---------- figures
        lines.rank,
        lines.tendency,
        lines.line_value,
        cast(lines.rank as {{ dbt.type_string() }}) as rank_printed,
        {{ printed_change('lines.tendency') }} as tendency_printed,
        lines.value_printed,
        lines.rank_basis,
        lines.tendency_basis,
        lines.value_basis,

        ---------- provenance
        lines.is_simulated,
        edition_cities.is_simulated_field,
        lines.source
    from lines
    inner join edition_cities using (ranking_id, edition, city_id)
    left join labels using (line_id)
)

select * from final
