-- The tables of the published file, with what they hold and their number of rows.
select
    tables.table_name,
    tables.comment as description,
    coalesce(builds.row_count, tables.estimated_size) as row_count
from duckdb_tables() as tables
left join meta_build as builds on tables.table_name = builds.mart_name
order by tables.table_name
