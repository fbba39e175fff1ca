-- Every workspace's comparison: only for the session that has locked the table and whose documents alone are in it.
TRUNCATE qbo_sync.comparison
