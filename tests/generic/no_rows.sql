{% test no_rows(model) %}
{#- Fails (or warns) with every row of a model that lists findings. -#}
select * from {{ model }}
{% endtest %}
