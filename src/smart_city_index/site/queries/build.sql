-- When and by what the published file was built.
select
    max(built_at) as built_at,
    max(code_version) as code_version
from meta_build
