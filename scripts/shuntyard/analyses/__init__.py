"""The analyses: each reads the relations of shuntyard.columns through DuckDB and hands data to shuntyard.stats."""
