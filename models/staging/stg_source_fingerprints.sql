with

source_rows as (
    select * from {{ ref('source_fingerprints') }}
),

renamed as (
    select
        ---------- ids
        seed_name,
        source,
        ---------- figures
        row_count,
        fingerprint,
        ---------- texts
        compared_with,
        recorded_on
    from source_rows
)

select * from renamed
