{% macro edition_key() -%}
    {#- The key of an edition among the editions of all rankings, from ranking_id and edition. -#}
    ranking_id || '_' || cast(edition as {{ dbt.type_string() }}) as edition_key
{%- endmacro %}
