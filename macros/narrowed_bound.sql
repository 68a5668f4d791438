{% macro narrowed_bound(bound, candidates) -%}
    {%- set narrowest = 'greatest' if bound.endswith('_from') else 'least' -%}
    {%- set beyond = '>' if bound.endswith('_from') else '<' -%}
    {{ narrowest }}({{ bound }}, {{ candidates.values() | join(', ') }}) as {{ bound }},
    case
        {% for rule, candidate in candidates.items() -%}
        {%- set others = candidates.values() | reject('equalto', candidate) | list -%}
        when {{ candidate }} {{ beyond }} {{ bound }}
            {%- for other in others %} and not {{ other }} {{ beyond }} {{ candidate }}{% endfor %}
            then '{{ rule }}'
        {% endfor -%}
        else {{ bound }}_rule
    end as {{ bound }}_rule
{%- endmacro %}
