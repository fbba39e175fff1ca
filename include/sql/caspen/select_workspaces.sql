-- The practices, all or some.
-- Grain:   one row per workspace
-- Params:  ids   bigint[], null for all
-- Columns: as caspen_qbo.core.records.Workspace
SELECT id, name, country_code, currency, time_zone, tax_mode
FROM caspen.workspace WHERE %(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s::bigint[])
ORDER BY id
