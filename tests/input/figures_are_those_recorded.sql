{#-
  The rows transcribed from a source are those that were compared with it: their fingerprint is the
  recorded one. An index that records no fingerprints asks for none.
-#}
with

recorded as (
    select * from {{ ref('stg_source_fingerprints') }}
),

found as (
    {{ source_fingerprints('exists (select 1 from recorded)') }}
),

compared as (
    select
        coalesce(recorded.seed_name, found.seed_name) as seed_name,
        coalesce(recorded.source, found.source) as source,
        found.row_count,
        found.fingerprint,
        recorded.row_count as recorded_row_count,
        recorded.fingerprint as recorded_fingerprint,
        recorded.recorded_on
    from found
    full outer join recorded
        on found.seed_name = recorded.seed_name and found.source = recorded.source
)

select
    'source_fingerprints' as table_name,
    {{ row_key(['seed_name', 'source']) }} as row_key,
    'fingerprint' as column_name,
    coalesce(fingerprint, recorded_fingerprint) as found,
    case
        when row_count is null
            then 'has no effect: no row of ' || seed_name || '.csv has the source ' || source
        when recorded_row_count is null
            then 'must be recorded: nobody has compared the rows of this source'
        else
            'is not that of the rows: ' || cast(row_count as {{ dbt.type_string() }})
            || ' rows of ' || seed_name || '.csv from ' || source || ' have ' || fingerprint
            || '; on ' || recorded_on || ' another was recorded for '
            || cast(recorded_row_count as {{ dbt.type_string() }})
    end as rule
from compared
where
    row_count is distinct from recorded_row_count
    or fingerprint is distinct from recorded_fingerprint
