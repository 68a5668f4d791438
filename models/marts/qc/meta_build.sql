{#- How this file was built: one row per public mart, so that a copy of a mart keeps its origin. -#}
{%- set counted_marts = [
    'dim_rankings', 'dim_editions', 'dim_cities', 'dim_categories', 'dim_indicators',
    'fct_indicator_scores', 'fct_index_results', 'city_profiles', 'league_table',
    'published_reconciliation', 'edition_reconciliation', 'qc_findings', 'analysis_coverage',
    'city_coverage',
    'rank_distribution', 'rank_robustness', 'tendency_probability', 'leave_one_indicator_out',
    'sensitivity', 'rank_bounds', 'tendency_drivers', 'what_if_scores', 'target_scores',
    'peer_cities', 'strengths_and_weaknesses', 'category_waterfall', 'indicator_statistics',
    'category_statistics', 'category_correlations', 'edition_summaries', 'edition_comparisons',
    'result_ranges', 'what_if_ranges', 'pairwise_probability', 'what_if_curves'
] -%}
{%- set code_version = env_var('SMART_CITY_INDEX_CODE_VERSION', 'unknown') -%}
with

row_counts as (
    {% for mart in counted_marts %}
    select
        '{{ mart }}' as mart_name,
        count(*) as row_count
    from {{ ref(mart) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    mart_name,
    row_count,
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp) as built_at,
    '{{ code_version | replace("'", "''") }}' as code_version,
    '{{ dbt_version }}' as dbt_version,
    {{ engine_version() }} as engine_version
from row_counts
