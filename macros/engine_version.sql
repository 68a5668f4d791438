{% macro engine_version() -%}
    {#- SQL expression: name and version of the database engine that runs the build. -#}
    {{ return(adapter.dispatch('engine_version')()) }}
{%- endmacro %}


{% macro default__engine_version() -%}
    {#- DuckDB: version() gives v1.5.6. -#}
    'DuckDB ' || version()
{%- endmacro %}


{% macro spark__engine_version() -%}
    {#- version() gives the number and the commit it was built from. -#}
    'Spark ' || substring_index(version(), ' ', 1)
{%- endmacro %}
