{% macro engine_version() -%}
    {{ return(adapter.dispatch('engine_version')()) }}
{%- endmacro %}


{% macro external_rows(relation) -%}
    {{ return(adapter.dispatch('external_rows')(relation)) }}
{%- endmacro %}


{% macro external_directories() -%}
    {%- set directories = [] -%}
    {%- for name in ['cities_location', 'ranking_members_location', 'scores_location'] -%}
        {%- set location = var(name, none) -%}
        {%- if location -%}
            {%- set fixed_part = modules.re.split('[*?\\[]', location)[0] -%}
            {%- do directories.append(fixed_part.rpartition('/')[0] or '.') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(directories) }}
{%- endmacro %}


{% macro project_file(path) -%}
    {{ return(invocation_args_dict.project_dir ~ '/' ~ path) }}
{%- endmacro %}


{% macro limit_memory() -%}
    {{ return(adapter.dispatch('limit_memory')()) }}
{%- endmacro %}


{% macro require_strict_arithmetic() -%}
    {{ return(adapter.dispatch('require_strict_arithmetic')()) }}
{%- endmacro %}


{% macro restrict_file_access() -%}
    {{ return(adapter.dispatch('restrict_file_access')()) }}
{%- endmacro %}


{% macro seed_header(node) -%}
    {{ return(adapter.dispatch('seed_header')(node)) }}
{%- endmacro %}


{% macro sha256(text) -%}
    {{ return(adapter.dispatch('sha256')(text)) }}
{%- endmacro %}
