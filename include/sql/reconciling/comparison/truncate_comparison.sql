-- Every workspace's comparison: only for who has the table alone, and is the only one with documents in it.
TRUNCATE qbo_sync.comparison
