-- Rows of one workspace lie together, as they were frozen: a summary of each stretch is enough to find them.
CREATE INDEX comparison_workspace ON qbo_sync.comparison USING brin (workspace_id) WITH (pages_per_range = 128)
