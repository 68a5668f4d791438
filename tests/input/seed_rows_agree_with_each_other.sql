{#-
  Rules between the columns of one row: a score that applies has a value, a published figure is
  published with its digits, a published row states at least one figure, an edition's predecessor is
  earlier, a member's last edition is not before its first, a scenario does what its name says.
-#}
{#- dbt build --empty has the columns of the seeds and none of their rows. -#}
{%- set rows_are_loaded = 'false' if flags.EMPTY else 'true' -%}
with

broken_rules as (
    select
        'indicator_scores' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id', 'indicator_id']) }} as row_key,
        'raw_value' as column_name,
        cast(raw_value as {{ dbt.type_string() }}) as found,
        'must be empty if, and only if, the indicator is not applicable' as rule
    from {{ ref('stg_indicator_scores') }}
    where (raw_value is null) <> is_not_applicable

    union all

    select
        'published_results' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id', 'category_id']) }} as row_key,
        'index_digits' as column_name,
        cast(published_index_digits as {{ dbt.type_string() }}) as found,
        'must be the number of digits of published_index, empty without one' as rule
    from {{ ref('stg_published_results') }}
    where
        (published_index is null) <> (published_index_digits is null)
        or published_index <> {{ round_to_digits('published_index', 'published_index_digits') }}

    union all

    select
        'published_index_changes' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id', 'category_id']) }} as row_key,
        'change_digits' as column_name,
        cast(change_digits as {{ dbt.type_string() }}) as found,
        'must be the number of digits of published_index_change' as rule
    from {{ ref('stg_published_index_changes') }}
    where
        published_index_change
        <> {{ round_to_digits('published_index_change', 'change_digits') }}

    union all

    select
        'published_edition_statistics' as table_name,
        {{ row_key(['ranking_id', 'edition', 'category_id', 'statistic', 'rank']) }} as row_key,
        'value_digits' as column_name,
        cast(value_digits as {{ dbt.type_string() }}) as found,
        'must be the number of digits of published_value' as rule
    from {{ ref('stg_published_edition_statistics') }}
    where published_value <> {{ round_to_digits('published_value', 'value_digits') }}

    union all

    select
        'published_results' as table_name,
        {{ row_key(['ranking_id', 'edition', 'city_id', 'category_id']) }} as row_key,
        'published_rank, published_tendency, published_index' as column_name,
        cast(null as {{ dbt.type_string() }}) as found,
        'at least one of them must be stated' as rule
    from {{ ref('stg_published_results') }}
    where
        published_rank is null and published_tendency is null and published_index is null

    union all

    select
        'editions' as table_name,
        {{ row_key(['ranking_id', 'edition']) }} as row_key,
        'previous_edition' as column_name,
        cast(previous_edition as {{ dbt.type_string() }}) as found,
        'must be before the edition' as rule
    from {{ ref('stg_editions') }}
    where previous_edition >= edition

    union all

    select
        'ranking_members' as table_name,
        {{ row_key(['ranking_id', 'city_id', 'first_edition']) }} as row_key,
        'last_edition' as column_name,
        cast(last_edition as {{ dbt.type_string() }}) as found,
        case
            when last_edition < first_edition then 'must not be before first_edition'
            else 'must be before the first edition of the city''s next row, which is '
                || cast(next_first_edition as {{ dbt.type_string() }})
        end as rule
    from (
        select
            *,
            lead(first_edition) over (partition by ranking_id, city_id order by first_edition)
                as next_first_edition
        from {{ ref('stg_ranking_members') }}
    ) as spans
    where
        last_edition < first_edition
        or coalesce(last_edition, next_first_edition) >= next_first_edition

    union all

    select
        'weight_scenarios' as table_name,
        {{ row_key(['scenario_id']) }} as row_key,
        'weight_variation' as column_name,
        cast(weight_variation as {{ dbt.type_string() }}) as found,
        'must be stated where weights are varied, and only there' as rule
    from {{ ref('stg_weight_scenarios') }}
    where (distribution = 'varied') <> (weight_variation is not null)

    {% for column, pattern in [
        ('scenario_id', '([0-9]+)_percent'),
        ('description', 'plus or minus ([0-9]+) percent')
    ] %}
    union all

    select
        'weight_scenarios' as table_name,
        {{ row_key(['scenario_id']) }} as row_key,
        'weight_variation' as column_name,
        cast(weight_variation as {{ dbt.type_string() }}) as found,
        'must be what {{ column }} states, which is ' || stated_percent || ' percent' as rule
    from (
        select
            scenario_id,
            weight_variation,
            nullif(regexp_extract({{ column }}, '{{ pattern }}', 1), '') as stated_percent
        from {{ ref('stg_weight_scenarios') }}
    ) as named
    where
        stated_percent is not null
        and cast(stated_percent as integer) is distinct from 100 * weight_variation
    {% endfor %}

    union all

    select
        'published_edition_statistics' as table_name,
        {{ row_key(['ranking_id', 'edition', 'category_id', 'statistic', 'rank']) }} as row_key,
        'rank' as column_name,
        cast(rank as {{ dbt.type_string() }}) as found,
        'must be stated for index_at_rank, and only there' as rule
    from {{ ref('stg_published_edition_statistics') }}
    where (statistic = 'index_at_rank') <> (rank is not null)

    union all

    select
        'analysis_settings' as table_name,
        {{ row_key(['setting_id']) }} as row_key,
        'setting_value' as column_name,
        cast(setting_value as {{ dbt.type_string() }}) as found,
        case
            when setting_id = 'sensitivity_weight_variation' then 'must be below 1'
            else 'must be a whole number'
        end as rule
    from {{ ref('stg_analysis_settings') }}
    where
        (setting_id = 'sensitivity_weight_variation' and setting_value >= 1)
        or (
            setting_id in ('sensitivity_sample_count', 'peer_count')
            and setting_value <> round(setting_value, 0)
        )

    union all

    select
        'source_fingerprints' as table_name,
        {{ row_key(['seed_name', 'source']) }} as row_key,
        'recorded_on' as column_name,
        recorded_on as found,
        'must be a day, written 2026-11-26' as rule
    from {{ ref('stg_source_fingerprints') }}
    where recorded_on not like '____-__-__' or try_cast(recorded_on as date) is null

    union all

    select
        'analysis_settings' as table_name,
        'setting_id=' || expected.setting_id as row_key,
        'setting_value' as column_name,
        cast(null as {{ dbt.type_string() }}) as found,
        'the setting must be there' as rule
    from (
        {% for setting_id in [
            'sensitivity_sample_count', 'sensitivity_weight_variation', 'peer_count', 'strength_share',
            'low_spread', 'floor_or_ceiling_share', 'low_correlation', 'high_correlation', 'low_alpha'
        ] %}
        select '{{ setting_id }}' as setting_id
        {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ) as expected
    left join {{ ref('stg_analysis_settings') }} as settings using (setting_id)
    where settings.setting_id is null and {{ rows_are_loaded }}

    union all

    select
        'profile_labels' as table_name,
        'line_id=' || expected.line_id as row_key,
        'label_de' as column_name,
        cast(null as {{ dbt.type_string() }}) as found,
        'the line must have its labels' as rule
    from (
        {% for line_id in ['state', 'area', 'population', 'rank'] %}
        select '{{ line_id }}' as line_id
        {% if not loop.last %}union all{% endif %}
        {% endfor %}
    ) as expected
    left join {{ ref('stg_profile_labels') }} as labels using (line_id)
    where labels.line_id is null and {{ rows_are_loaded }}
)

select * from broken_rules
