-- The sign-offs of a company, newest first, with how many documents differ since.
SELECT o.through, o.signed_at, o.signed_by, o.documents,
       (SELECT count(*) FROM qbo_sync.signed_change c
        WHERE c.workspace_id = o.workspace_id AND c.realm_id = o.realm_id AND c.sign_off_id = o.id) AS changes
FROM qbo_sync.sign_off o WHERE o.workspace_id = %(workspace_id)s AND o.realm_id = %(realm_id)s
ORDER BY o.id DESC LIMIT %(most)s
