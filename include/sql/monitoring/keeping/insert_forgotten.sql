-- Who had whose data taken out.
INSERT INTO qbo_sync.forgotten (workspace_id, client_id, who, counts)
VALUES (%(workspace_id)s, %(client_id)s, %(who)s, %(counts)s)
