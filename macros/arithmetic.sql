{% macro type_index() -%}
    {#- Type of every score and index: exact, 12 digits after the point. -#}
    decimal(18, 12)
{%- endmacro %}


{% macro type_observation() -%}
    {#-
      Type of a value that enters a variance or a correlation: 8 digits, and wide enough that DuckDB
      multiplies two of them exactly (it keeps 18 digits for factors of up to 18).
    -#}
    decimal(19, 8)
{%- endmacro %}


{% macro to_double(value) -%}
    {#-
      An exact number (decimal or integer) as DOUBLE. Beyond 2^53 units of its last digit it has no
      exact DOUBLE, and which of the two neighbours it becomes must not depend on the engine.
    -#}
    {{ return(adapter.dispatch('to_double')(value)) }}
{%- endmacro %}


{% macro default__to_double(value) -%}
    {#- DuckDB: beyond 2^53 units the whole part and the fraction are converted one by one. -#}
    cast({{ value }} as double)
{%- endmacro %}


{% macro spark__to_double(value) -%}
    {#-
      Spark's cast gives the nearest DOUBLE. Beyond 2^53 units of the last digit DuckDB converts the
      whole part and the fraction one by one, the fraction's digits as two halves of 64 bits; so does
      this. typeof() tells the number of digits, the lambdas name what they need more than once.
    -#}
    {%- set two_64 = '18446744073709551616' -%}
    {%- set unit_count -%}
        pow(10D, cast(concat('0', regexp_extract(typeof(exact), ',([0-9]+)', 1)) as int))
    {%- endset -%}
    {%- set fraction_digits -%}
        cast(sign(exact) as int) * cast(split_part(cast(exact as string), '.', 2) as decimal(38, 0))
    {%- endset -%}
    transform(
        array({{ value }}),
        exact -> case
            when {{ unit_count }} = 1 or abs(cast(exact as double)) * {{ unit_count }} <= 9007199254740992
                then cast(exact as double)
            else cast(exact - exact % 1 as double) + transform(
                array({{ fraction_digits }}),
                digits -> case
                    when digits < 0 and digits >= -{{ two_64 }} then -cast(-1 - digits as double) - 1
                    else
                        cast(pmod(digits, {{ two_64 }}) as double)
                        + cast((digits - pmod(digits, {{ two_64 }})) div {{ two_64 }} as double) * {{ two_64 }}D
                end
            )[0] / {{ unit_count }}
        end
    )[0]
{%- endmacro %}


{% macro rounded_decimal(value, digits, type=none) -%}
    {#-
      A DOUBLE rounded half away from zero to a number of digits, as an exact decimal.

      Arguments:
        value: SQL expression
        digits: digits after the point
        type: type of the result; that of an index if none is given
    -#}
    {{ return(adapter.dispatch('rounded_decimal')(value, digits, type or type_index())) }}
{%- endmacro %}


{% macro default__rounded_decimal(value, digits, type) -%}
    {#- DuckDB rounds to whole units in floating point, once in round() and once in the cast. -#}
    cast(round({{ value }}, {{ digits }}) as {{ type }})
{%- endmacro %}


{% macro spark__rounded_decimal(value, digits, type) -%}
    {#-
      Spark's round() and cast of a DOUBLE look at its shortest decimal notation instead. Counted in
      units as DuckDB does: first of the digits asked for, then of the type's last digit.
    -#}
    {%- set scale = modules.re.search(', *([0-9]+)', type)[1] | int -%}
    cast(
        cast(round(round(({{ value }}) * 1e{{ digits }}D, 0) / 1e{{ digits }}D * 1e{{ scale }}D, 0) as bigint)
        * 0.{{ '0' * (scale - 1) }}1 as {{ type }}
    )
{%- endmacro %}


{% macro divide(numerator, denominator) -%}
    {#-
      Quotient as an exact decimal: NULL where the denominator is 0 or NULL. Numerator and
      denominator must be exact (decimal or integer), so that the one rounding below is the only
      one and neither row order nor threads can change the result.
    -#}
    {%- set quotient = to_double(numerator) ~ ' / nullif(' ~ to_double(denominator) ~ ', 0)' -%}
    {{ rounded_decimal(quotient, 12) }}
{%- endmacro %}


{% macro multiply(left_factor, right_factor) -%}
    {#- Product as an exact decimal: rounded once, to 12 digits. -#}
    {%- set product = to_double(left_factor) ~ ' * ' ~ to_double(right_factor) -%}
    {{ rounded_decimal(product, 12) }}
{%- endmacro %}


{% macro round_to_digits(value, digits) -%}
    {#-
      A decimal rounded half away from zero to the number of digits (0..4) held in a column: counted
      in units of the last digit, which is exact.
    -#}
    cast(
        round({{ value }} * cast(power(10, {{ digits }}) as decimal(5, 0)), 0)
        * {{ last_digit_unit(digits) }} as {{ type_index() }}
    )
{%- endmacro %}


{% macro rank_value(index_value, rank_taken_on, index_digits) -%}
    {#-
      What ranks are taken on: the index rounded to its printed digits where rank_taken_on is
      'rounded', otherwise to 8 digits, so that equal indices reached on different ways tie.
    -#}
    case
        when {{ rank_taken_on }} = 'rounded' then {{ round_to_digits(index_value, index_digits) }}
        else cast(round({{ index_value }}, 8) as {{ type_index() }})
    end
{%- endmacro %}


{% macro rank_value_unit(rank_taken_on, index_digits) -%}
    {#- The smallest step between two different values of rank_value. -#}
    case
        when {{ rank_taken_on }} = 'rounded' then {{ last_digit_unit(index_digits) }}
        else 0.00000001
    end
{%- endmacro %}


{% macro value_reaching(target, rank_taken_on, index_digits) -%}
    {#-
      The index whose rank_value is the target: half a unit below it, and a little more, so that
      quotients rounded to 12 digits do not fall short.
    -#}
    {{ target }} - {{ rank_value_unit(rank_taken_on, index_digits) }} / 2 + 0.0000000001
{%- endmacro %}


{% macro discrete_quantile(value, cumulated, total, percent) -%}
    {#-
      Aggregate: the smallest value that the stated percentage of the rows does not exceed
      (numpy: inverted_cdf). `cumulated` counts the rows up to the value, `total` all rows.
    -#}
    min(case when 100 * {{ cumulated }} >= {{ percent }} * {{ total }} then {{ value }} end)
{%- endmacro %}


{% macro scaled_covariance(count, sum_x, sum_y, sum_xy) -%}
    {#-
      n sum(xy) - sum(x) sum(y), which is n (n - 1) times the covariance of a sample; with y = x the
      variance. Exact for sums of decimals with 8 digits (16 for sum_xy), so that a constant has 0.
    -#}
    {%- set difference -%}
        cast({{ count }} as decimal(10, 0)) * cast({{ sum_xy }} as decimal(28, 16))
        - cast({{ sum_x }} as {{ type_observation() }}) * cast({{ sum_y }} as {{ type_observation() }})
    {%- endset -%}
    {{ to_double(difference) }}
{%- endmacro %}


{% macro correlation(count, sum_x, sum_y, sum_xx, sum_yy, sum_xy) -%}
    {#- Pearson correlation, -1..1, rounded to 8 digits; NULL where a figure is constant. -#}
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
    {#- Variance of a sample (divisor n - 1), not rounded; NULL for a single value. -#}
    {{ scaled_covariance(count, sum_x, sum_x, sum_xx) }}
    / nullif(cast({{ count }} as double) * (cast({{ count }} as double) - 1), 0)
{%- endmacro %}


{% macro verdict(computed_value, published_value, digits) -%}
    {#-
      How a computed value compares with a published one printed with `digits` digits:
      match (equal once rounded), last_digit (one unit of the last printed digit apart: the inputs
      are themselves printed rounded), contradiction, or not_checkable if either is NULL.
    -#}
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
    {#- One unit of the last of `digits` printed digits (0..4): 1, 0.1, 0.01 ... -#}
    cast(power(10, -{{ digits }}) as decimal(5, 4))
{%- endmacro %}


{% macro natural_logarithm_if(condition, value) -%}
    {#-
      The value itself, or its natural logarithm rounded to 15 digits where the condition holds;
      NULL for the logarithm of a value that is not positive.
    -#}
    case
        when not {{ condition }} then cast({{ value }} as decimal(27, 15))
        when {{ value }} > 0
            then {{ rounded_decimal('ln(' ~ to_double(value) ~ ')', 15, 'decimal(27, 15)') }}
    end
{%- endmacro %}


{% macro rank_percent_score(value_rank, tie_size, value_count, scale_maximum) -%}
    {#-
      Score by rank: the share of the other cities that are worse, times the scale; tied cities
      share their mean rank. A single city has the full score.
    -#}
    case
        when {{ value_count }} = 1 then {{ scale_maximum }}
        else {{ divide(
            scale_maximum ~ ' * (2 * ' ~ value_count ~ ' - 2 * ' ~ value_rank ~ ' - ' ~ tie_size ~ ' + 1)',
            '2 * (' ~ value_count ~ ' - 1)'
        ) }}
    end
{%- endmacro %}


{% macro min_max_score(oriented_value, worst_value, best_value, scale_maximum) -%}
    {#- Score by the way from the worst to the best city; half the scale where all are equal. -#}
    case
        when {{ worst_value }} = {{ best_value }} then {{ divide(scale_maximum, '2') }}
        else {{ divide(
            scale_maximum ~ ' * (' ~ oriented_value ~ ' - ' ~ worst_value ~ ')',
            best_value ~ ' - ' ~ worst_value
        ) }}
    end
{%- endmacro %}


{% macro oriented(value, direction) -%}
    {#- A raw value turned so that more is better. -#}
    case when {{ direction }} = 'lower_is_better' then -1 else 1 end * {{ value }}
{%- endmacro %}


{% macro share_of_best_score(value, lowest_value, highest_value, direction, scale_maximum) -%}
    {#-
      Score by the share of the best city's value; where lower is better, the best city's divided by
      the value. The best city has the full score, and where the highest is 0 all have none.
    -#}
    case
        when {{ direction }} = 'lower_is_better' and {{ value }} = {{ lowest_value }}
            then {{ scale_maximum }}
        when {{ direction }} = 'lower_is_better'
            then {{ divide(scale_maximum ~ ' * ' ~ lowest_value, value) }}
        when {{ highest_value }} = 0 then 0
        else {{ divide(scale_maximum ~ ' * ' ~ value, highest_value) }}
    end
{%- endmacro %}


{% macro goalpost_score(compared_value, compared_lower, compared_upper, direction, scale_maximum) -%}
    {#- Score by the way from the lower to the upper goalpost, not capped. -#}
    case
        when {{ direction }} = 'lower_is_better'
            then {{ divide(
                scale_maximum ~ ' * (' ~ compared_upper ~ ' - ' ~ compared_value ~ ')',
                compared_upper ~ ' - ' ~ compared_lower
            ) }}
        else {{ divide(
            scale_maximum ~ ' * (' ~ compared_value ~ ' - ' ~ compared_lower ~ ')',
            compared_upper ~ ' - ' ~ compared_lower
        ) }}
    end
{%- endmacro %}
