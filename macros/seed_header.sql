{% macro seed_header(node) -%}
    {#-
      SQL expression: the header of a seed file as its columns joined by commas.

      Arguments:
        node: the seed's entry in the graph
    -#}
    {{ return(adapter.dispatch('seed_header')(node)) }}
{%- endmacro %}


{% macro default__seed_header(node) -%}
    {#- DuckDB reads the first line of the file, without quotes and byte order mark, when the query runs. -#}
    (
        select replace(
            ltrim(rtrim(split_part(content, chr(10), 1), chr(13)), chr(65279)), '"', ''
        )
        from read_text('{{ node.original_file_path }}')
    )
{%- endmacro %}


{% macro spark__seed_header(node) -%}
    {#- Spark may run where the file is not: the columns of the seed's table, created from the header. -#}
    {%- set relation = api.Relation.create(schema=node.schema, identifier=node.alias, type='table') -%}
    '{{ adapter.get_columns_in_relation(relation) | map(attribute="name") | join(",") }}'
{%- endmacro %}
