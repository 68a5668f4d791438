{% macro group_counts(group_column, group_name) -%}
    {#- Cities, placed cities and the rank among the placed cities of one group of the field. -#}
    {%- set partition -%}
        partition by ranking_id, edition, node_id, {{ group_column }}
    {%- endset -%}
    count(*) over ({{ partition }}) as {{ group_name }}_city_count,
    count(place) over ({{ partition }}) as {{ group_name }}_placed_count,
    rank() over ({{ partition }} order by place asc nulls last) as {{ group_name }}_rank
{%- endmacro %}


{% macro complete_group_rank(group_column, group_name) -%}
    {#- The rank within a group where every city of the group has a place, and the group's size. -#}
    cast(
        case
            when
                {{ group_column }} is not null
                and {{ group_name }}_city_count = {{ group_name }}_placed_count
                then {{ group_name }}_rank
        end as integer
    ) as rank_in_{{ group_name }},
    cast(case when {{ group_column }} is not null then {{ group_name }}_city_count end as integer)
        as cities_in_{{ group_name }}
{%- endmacro %}
