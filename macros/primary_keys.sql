{% macro duckdb__get_table_columns_and_constraints() -%}
    {#-
      Columns and constraints of a table with a contract, as dbt writes them, but without the primary
      key where var enforce_primary_keys is false: DuckDB keeps the whole index of a key in memory,
      and a large field does not need one. The data test primary_keys_are_unique then takes over.
      Overrides dbt's macro of this name.
    -#}
    {%- if not var('enforce_primary_keys') -%}
        {%- set kept = model['constraints'] | rejectattr('type', 'equalto', 'primary_key') | list -%}
        {%- do model.update({'constraints': kept}) -%}
    {%- endif -%}
    {{ return(table_columns_and_constraints()) }}
{%- endmacro %}
