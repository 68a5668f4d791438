{% macro source_fingerprints(condition='true') -%}
    {%- set transcribed = {
        'cities': [
            'city_id', 'city_name', 'state_code', 'state_name', 'population', 'latitude',
            'longitude'
        ],
        'official_keys': [
            'city_id', 'official_key'
        ],
        'city_facts': [
            'city_id', 'edition', 'population', 'area_km2'
        ],
        'best_practices': [
            'ranking_id', 'edition', 'city_id', 'sort_order', 'title_de', 'title_en', 'summary_de',
            'summary_en', 'link'
        ],
        'editions': [
            'ranking_id', 'edition', 'previous_edition', 'methodology_id', 'published_city_count',
            'published_indicator_count', 'published_parameter_count', 'published_data_point_count',
            'survey_period', 'note'
        ],
        'ranking_members': [
            'ranking_id', 'city_id', 'first_edition', 'last_edition'
        ],
        'framework': [
            'methodology_id', 'node_id', 'parent_node_id', 'node_type', 'role', 'sort_order',
            'name_de', 'name_en', 'name_is_inferred', 'unit', 'direction', 'normalisation',
            'lower_goalpost', 'upper_goalpost', 'is_capped', 'is_logarithmic', 'weight',
            'aggregation', 'project_cap_share'
        ],
        'indicator_scores': [
            'ranking_id', 'edition', 'city_id', 'indicator_id', 'raw_value', 'is_not_applicable',
            'reference_period', 'geographic_level'
        ],
        'open_data_values': [
            'ranking_id', 'edition', 'city_id', 'indicator_id', 'raw_value', 'is_not_applicable',
            'reference_period', 'geographic_level'
        ],
        'published_results': [
            'ranking_id', 'edition', 'city_id', 'category_id', 'published_rank',
            'published_tendency', 'published_index', 'index_digits'
        ],
        'published_index_changes': [
            'ranking_id', 'edition', 'city_id', 'category_id', 'published_index_change',
            'change_digits'
        ],
        'published_edition_statistics': [
            'ranking_id', 'edition', 'category_id', 'statistic', 'rank', 'published_value',
            'value_digits'
        ],
        'known_contradictions': [
            'ranking_id', 'edition', 'city_id', 'category_id', 'figure', 'published_value',
            'contradicting_value', 'contradicted_by', 'note'
        ]
    } -%}
    {%- for seed_name, columns in transcribed.items() %}
    select
        '{{ seed_name }}' as seed_name,
        source,
        count(*) as row_count,
        {{ sha256(ordered_list(row_text(columns))) }} as fingerprint
    from {{ ref(seed_name) }}
    where {{ condition }}
    group by source
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
{%- endmacro %}


{% macro row_text(columns) -%}
    {%- for column in columns -%}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), '') || chr(31)
        {%- if not loop.last %} || {% endif -%}
    {%- endfor -%}
{%- endmacro %}
