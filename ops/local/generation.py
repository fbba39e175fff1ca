"""Keeping databases and sandbox together.

The sync's tables hold QuickBooks ids of the sandbox's documents. If one of the two is lost (someone deleted
a file in `var/`, the machine lost power before the sandbox wrote its state), the other must not be used: the
next reconciliation would rightly report documents as missing. Then both start afresh.
"""

from __future__ import annotations

import json
import secrets
import shutil
from pathlib import Path

from psycopg import sql

from ops.local.postgres import PostgresServer, has_table

PRACTICE_DATABASES = ("caspen", "caspen_qbo")
MARK = "caspen_qbo_generation"


def require_same_generation(server: PostgresServer, snapshot: Path) -> bool:
    """Recreate Caspen's and our database and the sandbox together, unless they belong together.

    :return: Whether something that existed was deleted.

    Only the local databases and snapshot of this clone are touched. Safe to repeat.
    """
    note = snapshot.with_name("generation")
    in_file = note.read_text().strip() if note.exists() and snapshot.exists() else None
    in_database = _mark_of(server)
    if in_file is not None and in_file == in_database and not _sandbox_is_behind(server, snapshot):
        return False
    existed = snapshot.exists() or in_database is not None
    for name in PRACTICE_DATABASES:
        server.drop_database(name)
    shutil.rmtree(snapshot.parent, ignore_errors=True)
    mark = f"{MARK} {secrets.token_hex(8)}"
    snapshot.parent.mkdir(parents=True)
    note.write_text(mark)
    with server.admin() as connection:
        connection.execute("CREATE DATABASE caspen")
        connection.execute(sql.SQL("COMMENT ON DATABASE caspen IS {}").format(sql.Literal(mark)))
    return existed


def _mark_of(server: PostgresServer) -> str | None:
    with server.admin() as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'caspen'"
        ).fetchone()
    return row[0] if row else None


def _sandbox_is_behind(server: PostgresServer, snapshot: Path) -> bool:
    """Whether our tables know of documents that the sandbox has not handed out ids for.

    A document that a person deleted in the sandbox is no such case: its id stays used.
    """
    state = json.loads(snapshot.read_text())
    handed_out = {c["realm"]: c["sequences"].get("transactions", 0) for c in state["companies"]}
    with server.admin() as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = 'caspen_qbo'"
        if connection.execute(query).fetchone() is None:
            return False
    with server.database("caspen_qbo").connect() as connection:
        if not has_table(connection, "qbo_sync.document_link"):
            return False
        known = connection.execute(
            "SELECT realm_id, max(quickbooks_id::bigint) FROM qbo_sync.document_link "
            "WHERE realm_id = ANY(%s) GROUP BY realm_id",
            [list(handed_out)],
        )
        return any(largest > handed_out[realm] for realm, largest in known)
