-- Close the rows of documents that no longer have to go: reverted, voided or deleted before they were posted, or left out
-- by a person, with what hangs on them. And those that a lost connection or an ended subscription listed of documents that
-- are equal by now, with nothing sent that is unanswered: no run would decide about them again.
UPDATE qbo_sync.unsynced_invoice u
SET resolved_at = now(),
    resolution = CASE WHEN d.wanted <> 'as_is' THEN 'nothing is left to send'
                      WHEN d.finalised THEN 'left out by a person' ELSE 'no longer finalised in Caspen' END
FROM qbo_sync.document d
WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND u.blocks
  AND d.workspace_id = u.workspace_id AND d.document_kind = u.document_kind AND d.document_id = u.document_id
  AND (d.wanted = 'as_is' AND (NOT d.finalised OR d.excluded_reason = 'left_out')
       OR d.wanted <> 'as_is' AND d.version = d.synced_version AND u.cause_ref IN ('connection', 'subscription')
          AND NOT EXISTS (SELECT FROM qbo_sync.request r
                          WHERE r.workspace_id = d.workspace_id AND r.state = 'prepared'
                            AND r.document_kind = d.document_kind AND r.document_id = d.document_id))
