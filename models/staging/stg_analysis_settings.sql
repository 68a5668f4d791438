select
    setting_id,
    setting_value,
    description,
    source
from {{ ref('analysis_settings') }}
