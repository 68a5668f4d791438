{% macro spark__to_double(value) -%}
    {#-
      Spark's cast gives the nearest DOUBLE. Beyond 2^53 units of the last digit DuckDB converts the
      whole part and the fraction one by one, the fraction's digits as two halves of 64 bits; so does
      this. typeof() tells the number of digits, the lambdas name what they need more than once.
    -#}
    {%- set two_64 = '18446744073709551616' -%}
    {%- set unit_count -%}
        pow(10D, cast(concat('0', regexp_extract(typeof(exact), ',([0-9]+)', 1)) as int))
    {%- endset -%}
    {%- set fraction_digits -%}
        cast(sign(exact) as int) * cast(split_part(cast(exact as string), '.', 2) as decimal(38, 0))
    {%- endset -%}
    transform(
        array({{ value }}),
        exact -> case
            when {{ unit_count }} = 1 or abs(cast(exact as double)) * {{ unit_count }} <= 9007199254740992
                then cast(exact as double)
            else cast(exact - exact % 1 as double) + transform(
                array({{ fraction_digits }}),
                digits -> case
                    when digits < 0 and digits >= -{{ two_64 }} then -cast(-1 - digits as double) - 1
                    else
                        cast(pmod(digits, {{ two_64 }}) as double)
                        + cast((digits - pmod(digits, {{ two_64 }})) div {{ two_64 }} as double) * {{ two_64 }}D
                end
            )[0] / {{ unit_count }}
        end
    )[0]
{%- endmacro %}


{% macro spark__rounded_decimal(value, digits, type) -%}
    {#-
      Spark's round() and cast of a DOUBLE look at its shortest decimal notation instead. Counted in
      units as DuckDB does: first of the digits asked for, then of the type's last digit.
    -#}
    {%- set scale = modules.re.search(', *([0-9]+)', type)[1] | int -%}
    cast(
        cast(round(round(({{ value }}) * 1e{{ digits }}D, 0) / 1e{{ digits }}D * 1e{{ scale }}D, 0) as bigint)
        * 0.{{ '0' * (scale - 1) }}1 as {{ type }}
    )
{%- endmacro %}


{% macro spark__engine_version() -%}
    {#- version() gives the number and the commit it was built from. -#}
    'Spark ' || substring_index(version(), ' ', 1)
{%- endmacro %}


{% macro spark__external_rows(relation) -%}
    {#-
      Parquet files are read by path; for CSV files Spark's SQL knows no header, so that they have to
      be made a table first.
    -#}
    {%- if relation.identifier.endswith('.parquet') -%}
        parquet.`{{ relation.identifier | replace("`", "``") }}`
    {%- elif relation.identifier.endswith('.csv') -%}
        {{ exceptions.raise_compiler_error(
            relation.identifier ~ ': Spark reads external inputs from Parquet files or tables, not from CSV'
        ) }}
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}


{% macro spark__ordered_list(value) -%}
    {#- Spark's own aggregate takes no order before version 4.1. -#}
    array_join(array_sort(collect_list({{ value }})), ', ')
{%- endmacro %}


{% macro spark__require_strict_arithmetic() -%}
    {#- Spark does so in ANSI mode only, which dbt-spark turns off; `sci spark` keeps it on. -#}
    {%- if execute and run_query('set spark.sql.ansi.enabled').rows[0][1] != 'true' -%}
        {{ exceptions.raise_compiler_error(
            'spark.sql.ansi.enabled is not true: run sci spark instead of dbt'
        ) }}
    {%- endif -%}
{%- endmacro %}


{% macro spark__uniform_number(text) -%}
    {#- conv() gives the number as text. -#}
    (cast(cast(conv(substr(md5({{ text }}), 1, 13), 16, 10) as bigint) as double) + 0.5D)
    / 4503599627370496
{%- endmacro %}


{% macro spark__numbers_up_to(count) -%}
    {#- sequence() would count down to a number below 1. -#}
    explode(
        case
            when {{ count }} < 1 then cast(array() as array<bigint>)
            else sequence(cast(1 as bigint), cast({{ count }} as bigint))
        end
    )
{%- endmacro %}


{% macro spark__ordered_values(value, order_by, condition) -%}
    {#- Pairs, sorted by their first part. -#}
    transform(
        array_sort(
            collect_list(named_struct('place', {{ order_by }}, 'value', {{ value }}))
            filter (where {{ condition }})
        ),
        pair -> pair.value
    )
{%- endmacro %}


{% macro spark__list_map(values, expression) -%}
    {#- The same, as Spark writes a lambda. -#}
    transform({{ values }}, item -> {{ expression }})
{%- endmacro %}


{% macro spark__list_map_two(left_values, right_values, expression) -%}
    {#- zip_with takes both. -#}
    zip_with({{ left_values }}, {{ right_values }}, (left_item, right_item) -> {{ expression }})
{%- endmacro %}


{% macro spark__list_item(values, position) -%}
    {#- Brackets count from 0. -#}
    element_at({{ values }}, {{ position }})
{%- endmacro %}


{% macro spark__inner_product(left_list, right_list) -%}
    {#- Summed from the first to the last, as DuckDB does. -#}
    aggregate(
        zip_with({{ left_list }}, {{ right_list }}, (left_value, right_value) -> left_value * right_value),
        0D,
        (total, product) -> total + product
    )
{%- endmacro %}


{% macro spark__seed_header(node) -%}
    {#- Spark may run where the file is not: the columns of the seed's table, created from the header. -#}
    {%- set relation = api.Relation.create(schema=node.schema, identifier=node.alias, type='table') -%}
    '{{ adapter.get_columns_in_relation(relation) | map(attribute="name") | join(",") }}'
{%- endmacro %}


{% macro spark__load_csv_rows(model, agate_table) -%}
    {#-
      Fills the table of a seed. dbt-spark would pass numbers as floating point, an empty field as the
      text None and a quote as the end of a text; here every field is passed as text and cast to the
      declared type. Overrides dbt's macro of this name.

      Arguments:
        model: the seed
        agate_table: the rows of the file, every field a text or none
    -#}
    {%- set columns = agate_table.column_names -%}
    {%- for rows in agate_table.rows | batch(5000) -%}
        {%- set sql -%}
            insert into {{ this }}
            select
                {% for column in columns -%}
                cast({{ column }} as {{ model.config.column_types[column] }}){{ ',' if not loop.last }}
                {% endfor %}
            from values
                {% for row in rows -%}
                ({% for value in row %}{{ spark_text(value) }}{{ ', ' if not loop.last }}{% endfor %})
                {{- ',' if not loop.last }}
                {% endfor %}
            as seed_rows({{ columns | join(', ') }})
        {%- endset -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {%- endfor -%}
    {{ return('-- rows are inserted as text, see macro spark__load_csv_rows') }}
{%- endmacro %}


{% macro spark_text(value) -%}
    {%- if value is none -%}
        null
    {%- else -%}
        '{{ value | replace("\\", "\\\\") | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}


{% macro spark__sha256(text) -%}
    {#- The same, under the name of the family. -#}
    sha2({{ text }}, 256)
{%- endmacro %}


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
