{% macro require_strict_arithmetic() -%}
    {#- Stops a run on an engine that would turn numbers too large for their type into NULL. -#}
    {{ return(adapter.dispatch('require_strict_arithmetic')()) }}
{%- endmacro %}


{% macro default__require_strict_arithmetic() -%}
    {#- DuckDB raises an error by itself. -#}
{%- endmacro %}


{% macro spark__require_strict_arithmetic() -%}
    {#- Spark does so in ANSI mode only, which dbt-spark turns off; `sci spark` keeps it on. -#}
    {%- if execute and run_query('set spark.sql.ansi.enabled').rows[0][1] != 'true' -%}
        {{ exceptions.raise_compiler_error(
            'spark.sql.ansi.enabled is not true: run sci spark instead of dbt'
        ) }}
    {%- endif -%}
{%- endmacro %}
