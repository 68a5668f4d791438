{% macro limit_memory() -%}
    {#-
      Statement that sets the engine's memory limit to environment variable SMART_CITY_INDEX_MEMORY
      (for example 6GB); what does not fit goes to disk. Empty without the variable, and for engines
      whose profile sets it.
    -#}
    {{ return(adapter.dispatch('limit_memory')()) }}
{%- endmacro %}


{% macro default__limit_memory() -%}
    {#- The profile sets it. -#}
{%- endmacro %}


{% macro duckdb__limit_memory() -%}
    {#- Holds for the whole database. -#}
    {%- set limit = env_var('SMART_CITY_INDEX_MEMORY', '') -%}
    {%- if limit -%}
        set global memory_limit = '{{ limit | replace("'", "''") }}';
    {%- endif -%}
{%- endmacro %}
