-- Every mart of the published file with its number of rows, and when and by what it was built.
select
    mart_name,
    row_count,
    built_at,
    code_version,
    dbt_version,
    engine_version
from meta_build
order by mart_name
