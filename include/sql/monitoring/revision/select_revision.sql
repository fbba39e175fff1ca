-- At which revision the schema is. One row, or none.
SELECT version_num AS revision FROM qbo_sync.migration
