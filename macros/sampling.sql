{% macro uniform_number(text) -%}
    {#-
      A number between 0 and 1 (both excluded) drawn by hash: the first 52 bits of the MD5 sum of a
      text. The same text gives the same number on every engine and machine.
    -#}
    {{ return(adapter.dispatch('uniform_number')(text)) }}
{%- endmacro %}


{% macro default__uniform_number(text) -%}
    {#- DuckDB. -#}
    (cast(cast('0x' || substr(md5({{ text }}), 1, 13) as bigint) as double) + 0.5)
    / 4503599627370496
{%- endmacro %}


{% macro spark__uniform_number(text) -%}
    {#- conv() gives the number as text. -#}
    (cast(cast(conv(substr(md5({{ text }}), 1, 13), 16, 10) as bigint) as double) + 0.5D)
    / 4503599627370496
{%- endmacro %}


{% macro numbers_up_to(count) -%}
    {#- SQL expression of a select list: one row for each of the whole numbers 1 .. count. -#}
    {{ return(adapter.dispatch('numbers_up_to')(count)) }}
{%- endmacro %}


{% macro default__numbers_up_to(count) -%}
    {#- DuckDB. -#}
    unnest(generate_series(1, cast({{ count }} as bigint)))
{%- endmacro %}


{% macro spark__numbers_up_to(count) -%}
    {#- sequence() would count down to a number below 1. -#}
    explode(
        case
            when {{ count }} < 1 then cast(array() as array<bigint>)
            else sequence(cast(1 as bigint), cast({{ count }} as bigint))
        end
    )
{%- endmacro %}


{% macro ordered_values(value, order_by, condition='true') -%}
    {#-
      Aggregate: the values of the rows of a group that meet a condition as a list, in the order of
      another column.
    -#}
    {{ return(adapter.dispatch('ordered_values')(value, order_by, condition)) }}
{%- endmacro %}


{% macro default__ordered_values(value, order_by, condition) -%}
    {#- DuckDB. -#}
    list({{ value }} order by {{ order_by }})
    {%- if condition != 'true' %} filter (where {{ condition }}){% endif %}
{%- endmacro %}


{% macro spark__ordered_values(value, order_by, condition) -%}
    {#- Pairs, sorted by their first part. -#}
    transform(
        array_sort(
            collect_list(named_struct('place', {{ order_by }}, 'value', {{ value }}))
            filter (where {{ condition }})
        ),
        pair -> pair.value
    )
{%- endmacro %}


{% macro list_map(values, expression) -%}
    {#- A list with an expression of each item of another one; the expression calls it `item`. -#}
    {{ return(adapter.dispatch('list_map')(values, expression)) }}
{%- endmacro %}


{% macro default__list_map(values, expression) -%}
    {#- DuckDB. -#}
    list_transform({{ values }}, lambda item: {{ expression }})
{%- endmacro %}


{% macro spark__list_map(values, expression) -%}
    {#- The same, as Spark writes a lambda. -#}
    transform({{ values }}, item -> {{ expression }})
{%- endmacro %}


{% macro list_map_two(left_values, right_values, expression) -%}
    {#-
      A list with an expression of each pair of items of two lists of the same length; the expression
      calls them `left_item` and `right_item`.
    -#}
    {{ return(adapter.dispatch('list_map_two')(left_values, right_values, expression)) }}
{%- endmacro %}


{% macro default__list_map_two(left_values, right_values, expression) -%}
    {#- DuckDB zips two lists into one of structs. -#}
    {%- set expression = expression | replace('left_item', 'pair[1]') | replace('right_item', 'pair[2]') -%}
    list_transform(list_zip({{ left_values }}, {{ right_values }}), lambda pair: {{ expression }})
{%- endmacro %}


{% macro spark__list_map_two(left_values, right_values, expression) -%}
    {#- zip_with takes both. -#}
    zip_with({{ left_values }}, {{ right_values }}, (left_item, right_item) -> {{ expression }})
{%- endmacro %}


{% macro list_item(values, position) -%}
    {#- The item of a list at a position, counted from 1. -#}
    {{ return(adapter.dispatch('list_item')(values, position)) }}
{%- endmacro %}


{% macro default__list_item(values, position) -%}
    {#- DuckDB. -#}
    list_extract({{ values }}, {{ position }})
{%- endmacro %}


{% macro spark__list_item(values, position) -%}
    {#- Brackets count from 0. -#}
    element_at({{ values }}, {{ position }})
{%- endmacro %}


{% macro inner_product(left_list, right_list) -%}
    {#- Sum of the products of two lists of doubles of the same length. -#}
    {{ return(adapter.dispatch('inner_product')(left_list, right_list)) }}
{%- endmacro %}


{% macro default__inner_product(left_list, right_list) -%}
    {#- DuckDB. -#}
    list_inner_product({{ left_list }}, {{ right_list }})
{%- endmacro %}


{% macro spark__inner_product(left_list, right_list) -%}
    {#- Summed from the first to the last, as DuckDB does. -#}
    aggregate(
        zip_with({{ left_list }}, {{ right_list }}, (left_value, right_value) -> left_value * right_value),
        0D,
        (total, product) -> total + product
    )
{%- endmacro %}


{% macro euclidean_distance(left_list, right_list) -%}
    {#- Root of the sum of squared differences of two lists of doubles of the same length. -#}
    {{ return(adapter.dispatch('euclidean_distance')(left_list, right_list)) }}
{%- endmacro %}


{% macro default__euclidean_distance(left_list, right_list) -%}
    {#- DuckDB. -#}
    list_distance({{ left_list }}, {{ right_list }})
{%- endmacro %}


{% macro spark__euclidean_distance(left_list, right_list) -%}
    {#- Summed from the first to the last, as DuckDB does. -#}
    sqrt(
        aggregate(
            zip_with(
                {{ left_list }},
                {{ right_list }},
                (left_value, right_value) -> (left_value - right_value) * (left_value - right_value)
            ),
            0D,
            (total, square) -> total + square
        )
    )
{%- endmacro %}


{% macro setting(setting_id) -%}
    {#- SQL expression: the value of one row of analysis_settings. -#}
    (
        select max(setting_value)
        from {{ ref('stg_analysis_settings') }}
        where setting_id = '{{ setting_id }}'
    )
{%- endmacro %}
