"""
Keeping databases and sandbox together.

The sync's tables hold QuickBooks ids of the sandbox's documents. If one of the two is lost (somebody deleted
a file in `var/`), the other must not be used: posting would then rightly report every document as missing.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from psycopg import sql

from ops.postgres import PostgresServer

PRACTICE_DATABASES = ("caspen", "caspen_qbo")
MARK = "caspen_qbo_generation"


def require_same_generation(server: PostgresServer, snapshot: Path) -> bool:
    """
    Recreate Caspen's and our database and the sandbox together, unless they were made together.

    :return: Whether something that existed was thrown away.

    Only the local databases and snapshot of this clone are touched. Safe to repeat.
    """
    note = snapshot.with_name("generation")
    in_file = note.read_text().strip() if note.exists() and snapshot.exists() else None
    with server.admin() as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'caspen'"
        ).fetchone()
    in_database = row[0] if row else None
    if in_file is not None and in_file == in_database:
        return False
    existed = snapshot.exists() or row is not None
    for name in PRACTICE_DATABASES:
        server.drop_database(name)
    for left in snapshot.parent.glob("*"):
        left.unlink()
    mark = f"{MARK} {secrets.token_hex(8)}"
    snapshot.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(mark)
    with server.admin() as connection:
        connection.execute("CREATE DATABASE caspen")
        connection.execute(sql.SQL("COMMENT ON DATABASE caspen IS {}").format(sql.Literal(mark)))
    return existed
