"""DuckDB 2.0 gives what the pinned DuckDB gives (`make test-duckdb-2`)."""
