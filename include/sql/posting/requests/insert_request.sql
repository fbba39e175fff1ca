-- Write ahead: what is about to be sent.
INSERT INTO qbo_sync.request
  (workspace_id, realm_id, run_id, batch_id, bid, document_kind, document_id, step, entity, operation, generation,
   version, payload, payload_hash)
VALUES
  (%(workspace_id)s, %(realm_id)s, %(run_id)s, %(batch_id)s, %(bid)s, %(document_kind)s, %(document_id)s, %(step)s,
   %(entity)s, %(operation)s, %(generation)s, %(version)s, %(payload)s, %(payload_hash)s)
