{% macro type_index() -%}
    decimal(18, 12)
{%- endmacro %}


{% macro type_raw_value() -%}
    decimal(22, 10)
{%- endmacro %}


{% macro type_observation() -%}
    decimal(19, 8)
{%- endmacro %}


{% macro to_double(value) -%}
    {{ return(adapter.dispatch('to_double')(value)) }}
{%- endmacro %}


{% macro rounded_decimal(value, digits, type=none) -%}
    {{ return(adapter.dispatch('rounded_decimal')(value, digits, type or type_index())) }}
{%- endmacro %}


{% macro divide(numerator, denominator) -%}
    {%- set quotient = to_double(numerator) ~ ' / nullif(' ~ to_double(denominator) ~ ', 0)' -%}
    {{ rounded_decimal(quotient, 12) }}
{%- endmacro %}


{% macro multiply(left_factor, right_factor) -%}
    {%- set product = to_double(left_factor) ~ ' * ' ~ to_double(right_factor) -%}
    {{ rounded_decimal(product, 12) }}
{%- endmacro %}


{% macro round_to_digits(value, digits) -%}
    case {{ digits }}
        {% for n in range(5) -%}
        when {{ n }} then cast(cast({{ value }} as decimal(18, {{ n }})) as {{ type_index() }})
        {% endfor -%}
    end
{%- endmacro %}


{% macro on_this_scale(value, factor) -%}
    cast(round({{ value }} * {{ factor }}, 12) as {{ type_index() }})
{%- endmacro %}


{% macro rank_value(index_value, rank_taken_on, index_digits) -%}
    case
        when {{ rank_taken_on }} = 'rounded' then {{ round_to_digits(index_value, index_digits) }}
        else cast(round({{ index_value }}, 8) as {{ type_index() }})
    end
{%- endmacro %}


{% macro rank_value_unit(rank_taken_on, index_digits) -%}
    case
        when {{ rank_taken_on }} = 'rounded' then {{ last_digit_unit(index_digits) }}
        else 0.00000001
    end
{%- endmacro %}


{% macro discrete_quantile(value, cumulated, total, percent) -%}
    min(case when 100 * {{ cumulated }} >= {{ percent }} * {{ total }} then {{ value }} end)
{%- endmacro %}


{% macro scaled_covariance(count, sum_x, sum_y, sum_xy) -%}
    {%- set difference -%}
        cast({{ count }} as decimal(10, 0)) * cast({{ sum_xy }} as decimal(28, 16))
        - cast({{ sum_x }} as {{ type_observation() }}) * cast({{ sum_y }} as {{ type_observation() }})
    {%- endset -%}
    {{ to_double(difference) }}
{%- endmacro %}


{% macro correlation(count, sum_x, sum_y, sum_xx, sum_yy, sum_xy) -%}
    {%- set quotient -%}
        {{ scaled_covariance(count, sum_x, sum_y, sum_xy) }}
        / nullif(
            sqrt({{ scaled_covariance(count, sum_x, sum_x, sum_xx) }})
            * sqrt({{ scaled_covariance(count, sum_y, sum_y, sum_yy) }}),
            0
        )
    {%- endset -%}
    {{ rounded_decimal(quotient, 8) }}
{%- endmacro %}


{% macro sample_variance(count, sum_x, sum_xx) -%}
    {{ scaled_covariance(count, sum_x, sum_x, sum_xx) }}
    / nullif(cast({{ count }} as double) * (cast({{ count }} as double) - 1), 0)
{%- endmacro %}


{% macro verdict(computed_value, published_value, digits) -%}
    case
        when {{ computed_value }} is null or {{ published_value }} is null then 'not_checkable'
        when abs({{ round_to_digits(computed_value, digits) }} - {{ published_value }}) = 0
            then 'match'
        when
            abs({{ round_to_digits(computed_value, digits) }} - {{ published_value }})
            <= {{ last_digit_unit(digits) }}
            then 'last_digit'
        else 'contradiction'
    end
{%- endmacro %}


{% macro last_digit_unit(digits) -%}
    cast(power(10, -{{ digits }}) as decimal(5, 4))
{%- endmacro %}


{% macro natural_logarithm_if(condition, value) -%}
    case
        when not {{ condition }} then cast({{ value }} as decimal(27, 15))
        when {{ value }} > 0
            then {{ rounded_decimal('ln(' ~ to_double(value) ~ ')', 15, 'decimal(27, 15)') }}
    end
{%- endmacro %}


{% macro logarithmic_mean(left_value, right_value) -%}
    {%- set middle = '((' ~ left_value ~ ' + ' ~ right_value ~ ') / 2)' -%}
    {%- set distance = '(' ~ left_value ~ ' - ' ~ right_value ~ ')' -%}
    case
        when not ({{ left_value }} > 0 and {{ right_value }} > 0) then null
        -- two nearly equal logarithms: the beginning of the series keeps the digits
        when abs({{ distance }}) < 0.0001 * {{ middle }}
            then {{ middle }} - {{ distance }} * {{ distance }} / (12 * {{ middle }})
        else {{ distance }} / (ln({{ left_value }}) - ln({{ right_value }}))
    end
{%- endmacro %}


{% macro percentile_rank_score(value_rank, tie_size, value_count, scale_maximum) -%}
    case
        when {{ value_count }} = 1 then {{ scale_maximum }}
        else {{ divide(
            scale_maximum ~ ' * (2 * ' ~ value_count ~ ' - 2 * ' ~ value_rank ~ ' - ' ~ tie_size ~ ' + 1)',
            '2 * (' ~ value_count ~ ' - 1)'
        ) }}
    end
{%- endmacro %}


{% macro min_max_score(oriented_value, worst_value, best_value, scale_maximum) -%}
    case
        when {{ worst_value }} = {{ best_value }} then {{ divide(scale_maximum, '2') }}
        else {{ divide(
            scale_maximum ~ ' * (' ~ oriented_value ~ ' - ' ~ worst_value ~ ')',
            best_value ~ ' - ' ~ worst_value
        ) }}
    end
{%- endmacro %}


{% macro oriented(value, direction) -%}
    cast(
        case when {{ direction }} = 'lower_is_better' then -({{ value }}) else {{ value }} end
        as {{ type_raw_value() }}
    )
{%- endmacro %}


{% macro setting(setting_id) -%}
    (
        select max(setting_value)
        from {{ ref('stg_analysis_settings') }}
        where setting_id = '{{ setting_id }}'
    )
{%- endmacro %}
