"""The warehouse: tables as Parquet files in a folder, written and read by DuckDB; `sync` rooms say which tables."""
