INSERT INTO qbo_sync.month_close
  (workspace_id, realm_id, month, run_id, sign_off_id, closed_at, closed_by, note, pack)
VALUES
  (%(workspace_id)s, %(realm_id)s, %(month)s, %(run_id)s, %(sign_off_id)s, %(closed_at)s, %(who)s, %(note)s, %(pack)s)
