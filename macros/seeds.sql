{% macro duckdb__load_csv_rows(model, agate_table) -%}
    {#-
      Fills the table of a seed in the one dialect of the project: commas, and double quotes that are
      doubled inside a text. Without these options DuckDB guesses them from the first rows, and a text
      that begins with an apostrophe can make a row vanish. Overrides dbt-duckdb's macro of this name.

      Arguments:
        model: the seed
        agate_table: not used: DuckDB reads the file
    -#}
    {%- set sql -%}
        copy {{ this.render() }} from '{{ adapter.get_seed_file_path(model) | replace("'", "''") }}' (
            format csv, header true, delimiter ',', quote '"', escape '"', nullstr '', comment '',
            auto_detect false
        )
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}


{% macro spark__load_csv_rows(model, agate_table) -%}
    {#-
      Fills the table of a seed. dbt-spark would pass numbers as floating point, an empty field as the
      text None and a quote as the end of a text; here every field is passed as text and cast to the
      declared type. Overrides dbt's macro of this name.

      Arguments:
        model: the seed
        agate_table: the rows of the file, every field a text or none
    -#}
    {%- set columns = agate_table.column_names -%}
    {%- for rows in agate_table.rows | batch(5000) -%}
        {%- set sql -%}
            insert into {{ this }}
            select
                {% for column in columns -%}
                cast({{ column }} as {{ model.config.column_types[column] }}){{ ',' if not loop.last }}
                {% endfor %}
            from values
                {% for row in rows -%}
                ({% for value in row %}{{ spark_text(value) }}{{ ', ' if not loop.last }}{% endfor %})
                {{- ',' if not loop.last }}
                {% endfor %}
            as seed_rows({{ columns | join(', ') }})
        {%- endset -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {%- endfor -%}
    {{ return('-- rows are inserted as text, see macro spark__load_csv_rows') }}
{%- endmacro %}


{% macro spark_text(value) -%}
    {#- A text as a Spark literal; none is NULL. -#}
    {%- if value is none -%}
        null
    {%- else -%}
        '{{ value | replace("\\", "\\\\") | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}
