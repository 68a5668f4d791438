{% macro spark__persist_constraints(relation, model) -%}
    {#-
      Checks the constraints of a contract once its table is there, and fails the model as an engine
      would that enforces them; Parquet tables take none. Overrides dbt's macro of this name.

      Arguments:
        relation: the table
        model: the model's entry in the graph
    -#}
    {%- set rules = constraint_rules(model) if config.get('contract').enforced else {} -%}
    {%- if rules -%}
        {%- set counts -%}
            select {{ rules.values() | join(', ') }} from {{ relation }}
        {%- endset -%}
        {%- set broken = [] -%}
        {%- for rule, count in zip(rules, run_query(counts).rows[0]) if count > 0 -%}
            {%- do broken.append(rule ~ ' (' ~ count ~ ' rows)') -%}
        {%- endfor -%}
        {%- if broken -%}
            {{ exceptions.raise_compiler_error(model.name ~ ' breaks its contract: ' ~ broken | join('; ')) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro constraint_rules(model) -%}
    {#- For every constraint of a model's contract the Spark aggregate that counts rows against it. -#}
    {%- set rules = {} -%}
    {%- for name, column in model.columns.items() -%}
        {%- for constraint in column.constraints -%}
            {%- if constraint.type == 'not_null' -%}
                {%- do rules.update({name ~ ' is not null': 'count_if(' ~ name ~ ' is null)'}) -%}
            {%- else -%}
                {{ exceptions.raise_compiler_error('no rule for a ' ~ constraint.type ~ ' of ' ~ name) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for constraint in model.constraints -%}
        {%- if constraint.type == 'check' -%}
            {%- do rules.update({constraint.expression: 'count_if(not (' ~ constraint.expression ~ '))'}) -%}
        {%- elif constraint.type == 'primary_key' -%}
            {%- set key = constraint.columns | join(', ') -%}
            {%- do rules.update({
                key ~ ' is unique': 'count(*) - count(distinct struct(' ~ key ~ '))'
            }) -%}
            {%- for name in constraint.columns -%}
                {%- do rules.update({name ~ ' is not null': 'count_if(' ~ name ~ ' is null)'}) -%}
            {%- endfor -%}
        {%- else -%}
            {{ exceptions.raise_compiler_error('no rule for a ' ~ constraint.type ~ ' of ' ~ model.name) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}
