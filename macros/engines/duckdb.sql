{% macro default__to_double(value) -%}
    {#- DuckDB: beyond 2^53 units the whole part and the fraction are converted one by one. -#}
    cast({{ value }} as double)
{%- endmacro %}


{% macro default__rounded_decimal(value, digits, type) -%}
    {#- DuckDB rounds to whole units in floating point, once in round() and once in the cast. -#}
    cast(round({{ value }}, {{ digits }}) as {{ type }})
{%- endmacro %}


{% macro default__engine_version() -%}
    {#- DuckDB: version() gives v1.5.6. -#}
    'DuckDB ' || version()
{%- endmacro %}


{% macro default__external_rows(relation) -%}
    {#- An engine that reads no files by path: the identifier is the name of a table. -#}
    {{ relation }}
{%- endmacro %}


{% macro duckdb__external_rows(relation) -%}
    {#- Columns are matched by name, and CSV fields come as text: the model casts both kinds alike. -#}
    {%- set location = "'" ~ relation.identifier | replace("'", "''") ~ "'" -%}
    {%- if relation.identifier.endswith('.parquet') -%}
        read_parquet({{ location }}, union_by_name = true, hive_partitioning = false)
    {%- else -%}
        read_csv(
            {{ location }}, all_varchar = true, union_by_name = true, hive_partitioning = false,
            header = true, delim = ',', quote = '"', escape = '"', comment = ''
        )
    {%- endif -%}
{%- endmacro %}


{% macro default__ordered_list(value) -%}
    {#- DuckDB and PostgreSQL. -#}
    string_agg({{ value }}, ', ' order by {{ value }})
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


{% macro duckdb__get_table_columns_and_constraints() -%}
    {#-
      Columns and constraints of a table with a contract, as dbt writes them, but without the primary
      key where var enforce_primary_keys is false: DuckDB keeps the whole index of a key in memory,
      and a large table does not need one. The data test primary_keys_are_unique then takes over.
      Overrides dbt's macro of this name.
    -#}
    {%- if not var('enforce_primary_keys') -%}
        {%- set kept = model['constraints'] | rejectattr('type', 'equalto', 'primary_key') | list -%}
        {%- do model.update({'constraints': kept}) -%}
    {%- endif -%}
    {{ return(table_columns_and_constraints()) }}
{%- endmacro %}


{% macro default__require_strict_arithmetic() -%}
    {#- DuckDB raises an error by itself. -#}
{%- endmacro %}


{% macro default__restrict_file_access() -%}
    {#- No such setting. -#}
{%- endmacro %}


{% macro duckdb__restrict_file_access() -%}
    {#- Both settings hold for the whole database; DuckDB refuses to take them back. -#}
    {%- if execute -%}
        set global allowed_directories = [
            '{{ project_file('seeds') | replace("'", "''") }}'
            {%- for directory in external_directories() -%}
            , '{{ directory | replace("'", "''") }}'
            {%- endfor -%}
        ];
        set global enable_external_access = false;
    {%- endif -%}
{%- endmacro %}


{% macro default__uniform_number(text) -%}
    {#- DuckDB. -#}
    (cast(cast('0x' || substr(md5({{ text }}), 1, 13) as bigint) as double) + 0.5)
    / 4503599627370496
{%- endmacro %}


{% macro default__numbers_up_to(count) -%}
    {#- DuckDB. -#}
    unnest(generate_series(1, cast({{ count }} as bigint)))
{%- endmacro %}


{% macro default__ordered_values(value, order_by, condition) -%}
    {#- DuckDB. -#}
    list({{ value }} order by {{ order_by }})
    {%- if condition != 'true' %} filter (where {{ condition }}){% endif %}
{%- endmacro %}


{% macro default__list_map(values, expression) -%}
    {#- DuckDB. -#}
    list_transform({{ values }}, lambda item: {{ expression }})
{%- endmacro %}


{% macro default__list_map_two(left_values, right_values, expression) -%}
    {#- DuckDB zips two lists into one of structs. -#}
    {%- set expression = expression | replace('left_item', 'pair[1]') | replace('right_item', 'pair[2]') -%}
    list_transform(list_zip({{ left_values }}, {{ right_values }}), lambda pair: {{ expression }})
{%- endmacro %}


{% macro default__list_item(values, position) -%}
    {#- DuckDB. -#}
    list_extract({{ values }}, {{ position }})
{%- endmacro %}


{% macro default__inner_product(left_list, right_list) -%}
    {#- DuckDB. -#}
    list_inner_product({{ left_list }}, {{ right_list }})
{%- endmacro %}


{% macro default__seed_header(node) -%}
    {#- DuckDB reads the first line of the file, without quotes and byte order mark, when the query runs. -#}
    (
        select replace(
            ltrim(rtrim(split_part(content, chr(10), 1), chr(13)), chr(65279)), '"', ''
        )
        from read_text('{{ project_file(node.original_file_path) | replace("'", "''") }}')
    )
{%- endmacro %}


{% macro duckdb__load_csv_rows(model, agate_table) -%}
    {#-
      Fills the table of a seed in the one dialect of the project: commas, and double quotes that are
      doubled inside a text. Without these options DuckDB guesses them from the first rows, and a text
      that begins with an apostrophe can make a row vanish. The model's own path may come from before
      the project was moved: dbt keeps what it has parsed.
      Overrides dbt-duckdb's macro of this name.

      Arguments:
        model: the seed
        agate_table: not used: DuckDB reads the file
    -#}
    {%- set sql -%}
        copy {{ this.render() }} from '{{ project_file(model.original_file_path) | replace("'", "''") }}' (
            format csv, header true, delimiter ',', quote '"', escape '"', nullstr '', comment '',
            auto_detect false
        )
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}


{% macro default__sha256(text) -%}
    {#- DuckDB. -#}
    sha256({{ text }})
{%- endmacro %}
