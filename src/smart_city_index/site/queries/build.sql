-- When and by what the published file was built.
select
    cast(max(built_at) as date) as built_on,
    max(code_version) as code_version,
    max(dbt_version) as dbt_version,
    max(engine_version) as engine_version
from meta_build
