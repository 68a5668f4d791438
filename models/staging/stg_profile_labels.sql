select
    line_id,
    label_de,
    label_en,
    source
from {{ ref('profile_labels') }}
