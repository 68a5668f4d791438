{% macro external_rows(relation) -%}
    {#-
      The rows of an external source. Its identifier is a location: a CSV or Parquet file, or a glob.

      Arguments:
        relation: what source('external', ...) returns
    -#}
    {{ return(adapter.dispatch('external_rows')(relation)) }}
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


{% macro spark__external_rows(relation) -%}
    {#-
      Parquet files are read by path; for CSV files Spark's SQL knows no header, so that they have to
      be made a table first.
    -#}
    {%- if relation.identifier.endswith('.parquet') -%}
        parquet.`{{ relation.identifier | replace("`", "``") }}`
    {%- elif relation.identifier.endswith('.csv') -%}
        {{ exceptions.raise_compiler_error(
            relation.identifier ~ ': Spark reads external inputs from Parquet files or tables, not from CSV'
        ) }}
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}


{% macro external_directories() -%}
    {#- The directories of the external inputs, as they are written before the first wildcard. -#}
    {%- set directories = [] -%}
    {%- for name in ['cities_location', 'field_members_location', 'scores_location'] -%}
        {%- set location = var(name, none) -%}
        {%- if location -%}
            {%- set fixed_part = modules.re.split('[*?\\[]', location)[0] -%}
            {%- do directories.append(fixed_part.rpartition('/')[0] or '.') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(directories) }}
{%- endmacro %}
