{% macro displayed_number(value, digits) -%}
    case {{ digits }}
        {% for n in range(5) -%}
        when {{ n }}
            then cast(cast({{ value }} as decimal(18, {{ n }})) as {{ dbt.type_string() }})
        {% endfor -%}
    end
{%- endmacro %}


{% macro ordered_list(value) -%}
    {{ return(adapter.dispatch('ordered_list')(value)) }}
{%- endmacro %}


{% macro displayed_area(value) -%}
    case
        when {{ value }} = round({{ value }}, 0)
            then cast(cast({{ value }} as decimal(18, 0)) as {{ dbt.type_string() }})
        else cast(cast({{ value }} as decimal(18, 2)) as {{ dbt.type_string() }})
    end
{%- endmacro %}


{% macro displayed_thousands(value, separator) -%}
    {%- set text = 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- set last_three = "'" ~ separator ~ "' || substr(" ~ text ~ ', length(' ~ text ~ ') - 2, 3)' -%}
    case
        when {{ value }} < 1000 then {{ text }}
        when {{ value }} < 1000000
            then substr({{ text }}, 1, length({{ text }}) - 3) || {{ last_three }}
        else
            substr({{ text }}, 1, length({{ text }}) - 6)
            || '{{ separator }}' || substr({{ text }}, length({{ text }}) - 5, 3) || {{ last_three }}
    end
{%- endmacro %}
