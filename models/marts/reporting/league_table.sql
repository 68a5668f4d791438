{#- The names of categories become part of the SQL. -#}
{{- require_identifiers(var('league_table_categories')) -}}
with

results as (
    select * from {{ ref('fct_index_results') }}
),

overall_results as (
    select results.*
    from results
    inner join {{ ref('dim_categories') }} as categories using (edition_key, category_id)
    where categories.is_overall
),

category_columns as (
    select
        {% for category in var('league_table_categories') %}
        max(case when category_id = '{{ category }}' then index_value end) as {{ category }}_index,
        max(case when category_id = '{{ category }}' then rank end) as {{ category }}_rank,
        max(case when category_id = '{{ category }}' then tendency end) as {{ category }}_tendency,
        {% endfor %}
        edition_key,
        city_id
    from results
    group by edition_key, city_id
)

select
    ---------- ids and texts
    edition_cities.edition_key,
    edition_cities.ranking_id,
    edition_cities.edition,
    edition_cities.city_id,
    edition_cities.city_name,
    edition_cities.state_code,
    edition_cities.state_name,
    edition_cities.size_class_id,
    edition_cities.population,

    ---------- overall
    overall_results.index_value as overall_index,
    overall_results.index_source as overall_index_source,
    overall_results.index_displayed as overall_index_displayed,
    overall_results.rank as overall_rank,
    overall_results.rank_source as overall_rank_source,
    overall_results.tendency as overall_tendency,
    overall_results.is_method_changed,
    overall_results.rank_in_state,
    overall_results.cities_in_state,
    overall_results.rank_in_size_class,
    overall_results.cities_in_size_class,

    ---------- categories
    {% for category in var('league_table_categories') %}
    category_columns.{{ category }}_index,
    category_columns.{{ category }}_rank,
    category_columns.{{ category }}_tendency,
    {% endfor %}

    ---------- provenance
    edition_cities.is_new_in_edition,
    edition_cities.is_simulated_city,
    overall_results.is_simulated,
    edition_cities.is_simulated_ranking
from {{ ref('int_edition_cities') }} as edition_cities
inner join overall_results using (edition_key, city_id)
inner join category_columns using (edition_key, city_id)
