{% macro file_header(path) -%}
    {#-
      SQL expression: the first line of a text file of the project without quotes, read when the
      query runs.
      DuckDB only; engines that cannot read local files answer with the check in scripts/ instead.
    -#}
    (
        select replace(rtrim(split_part(content, chr(10), 1), chr(13)), '"', '')
        from read_text('{{ path }}')
    )
{%- endmacro %}
