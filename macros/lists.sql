{% macro uniform_number(text) -%}
    {{ return(adapter.dispatch('uniform_number')(text)) }}
{%- endmacro %}


{% macro numbers_up_to(count) -%}
    {{ return(adapter.dispatch('numbers_up_to')(count)) }}
{%- endmacro %}


{% macro ordered_values(value, order_by, condition='true') -%}
    {{ return(adapter.dispatch('ordered_values')(value, order_by, condition)) }}
{%- endmacro %}


{% macro list_map(values, expression) -%}
    {{ return(adapter.dispatch('list_map')(values, expression)) }}
{%- endmacro %}


{% macro list_map_two(left_values, right_values, expression) -%}
    {{ return(adapter.dispatch('list_map_two')(left_values, right_values, expression)) }}
{%- endmacro %}


{% macro list_item(values, position) -%}
    {{ return(adapter.dispatch('list_item')(values, position)) }}
{%- endmacro %}


{% macro inner_product(left_list, right_list) -%}
    {{ return(adapter.dispatch('inner_product')(left_list, right_list)) }}
{%- endmacro %}
