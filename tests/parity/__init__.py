"""DuckDB and Spark give the same (`make parity`)."""
