{% macro restrict_file_access() -%}
    {#-
      Statements that keep the build inside the project: from here on no SQL may read or write a
      file outside seeds/ and the directories of external inputs (the built file and its temporary
      directory excepted), and the engine loads nothing over the network. Empty for engines without such a setting.
    -#}
    {{ return(adapter.dispatch('restrict_file_access')()) }}
{%- endmacro %}


{% macro default__restrict_file_access() -%}
    {#- No such setting. -#}
{%- endmacro %}


{% macro duckdb__restrict_file_access() -%}
    {#-
      Both settings hold for the whole database; DuckDB refuses to take them back. DuckDB 1.4 compares
      paths as they are written, so the directory is allowed under both its names.
    -#}
    {%- if execute -%}
        {%- set seeds = graph.nodes.values() | selectattr('resource_type', 'equalto', 'seed') -%}
        {%- set project_dir = (seeds | first).root_path | replace("'", "''") -%}
        set global allowed_directories = [
            'seeds', '{{ project_dir }}/seeds'
            {%- for directory in external_directories() -%}
            , '{{ directory | replace("'", "''") }}'
            {%- endfor -%}
        ];
        set global enable_external_access = false;
    {%- endif -%}
{%- endmacro %}
