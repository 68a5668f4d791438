{% macro printed_number(value, digits) -%}
    {#-
      A decimal as printed, with the number of digits (0..4) held in a column: 85.8. The cast rounds,
      half away from zero.
    -#}
    case {{ digits }}
        {% for n in range(5) -%}
        when {{ n }}
            then cast(cast({{ value }} as decimal(18, {{ n }})) as {{ dbt.type_string() }})
        {% endfor -%}
    end
{%- endmacro %}


{% macro printed_change(value) -%}
    {#- A whole number of places as printed: +11, 0, -4. -#}
    case when {{ value }} > 0 then '+' else '' end || cast({{ value }} as {{ dbt.type_string() }})
{%- endmacro %}


{% macro ordered_list(value) -%}
    {#- Aggregate: the distinct values of a text column in alphabetical order, joined by ', '. -#}
    {{ return(adapter.dispatch('ordered_list')(value)) }}
{%- endmacro %}


{% macro default__ordered_list(value) -%}
    {#- DuckDB and PostgreSQL. -#}
    string_agg({{ value }}, ', ' order by {{ value }})
{%- endmacro %}


{% macro spark__ordered_list(value) -%}
    {#- Spark's own aggregate takes no order before version 4.1. -#}
    array_join(array_sort(collect_list({{ value }})), ', ')
{%- endmacro %}


{% macro printed_thousands(value, separator) -%}
    {#- A whole number below a thousand million with a thousands separator: 629.047. -#}
    case
        when {{ value }} < 1000 then cast({{ value }} as {{ dbt.type_string() }})
        when {{ value }} < 1000000
            then {{ thousands_group(value, 1000) }}
                || '{{ separator }}' || {{ padded_group(value, 1) }}
        else
            {{ thousands_group(value, 1000000) }}
            || '{{ separator }}' || {{ padded_group(value, 1000) }}
            || '{{ separator }}' || {{ padded_group(value, 1) }}
    end
{%- endmacro %}


{% macro thousands_group(value, divisor) -%}
    {#- The whole part of value / divisor as text. -#}
    cast(cast(floor(cast({{ value }} as decimal(18, 0)) / {{ divisor }}) as integer) as {{ dbt.type_string() }})
{%- endmacro %}


{% macro padded_group(value, divisor) -%}
    {#- Three digits of a whole number, counted from `divisor`: 047 of 629047 for divisor 1. -#}
    lpad(
        cast(
            mod(cast(floor(cast({{ value }} as decimal(18, 0)) / {{ divisor }}) as integer), 1000)
            as {{ dbt.type_string() }}
        ), 3, '0'
    )
{%- endmacro %}


{% macro printed_area(value) -%}
    {#- An area in square kilometres: without digits if whole, otherwise with two. -#}
    case
        when {{ value }} = round({{ value }}, 0)
            then cast(cast({{ value }} as decimal(18, 0)) as {{ dbt.type_string() }})
        else cast(cast({{ value }} as decimal(18, 2)) as {{ dbt.type_string() }})
    end
{%- endmacro %}
