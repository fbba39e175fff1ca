-- Two workspaces cannot share a company: their document numbers would clash.
CREATE UNIQUE INDEX connection_realm ON qbo_sync.connection (realm_id) WHERE status <> 'disconnected'
