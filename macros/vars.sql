{% macro require_declared_vars(given) -%}
    {%- set kinds = {
        'analysis_maximum_cells': 'a whole number',
        'cities_location': 'a text',
        'contradictions': 'fail or list',
        'enforce_primary_keys': 'true or false',
        'external_schema': 'a text',
        'framework_levels': 'a whole number',
        'league_table_categories': 'a list',
        'ranking_members_location': 'a text',
        'scores_location': 'a text'
    } -%}
    {%- for name in given if name not in kinds -%}
        {%- do exceptions.raise_compiler_error(
            "There is no var " ~ name ~ ". Known are: " ~ kinds | join(', ')
        ) -%}
    {%- endfor -%}
    {%- for name, kind in kinds.items() if var(name, none) is not none -%}
        {%- set value = var(name) -%}
        {%- set fits = {
            'a whole number': value is integer and value is not boolean,
            'a text': value is string,
            'fail or list': value in ['fail', 'list'],
            'true or false': value is boolean,
            'a list': value is iterable and value is not string and value is not mapping
        } -%}
        {%- if not fits[kind] -%}
            {%- do exceptions.raise_compiler_error(
                "var " ~ name ~ " must be " ~ kind ~ ", found: " ~ value
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
