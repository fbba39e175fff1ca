"""Rewriting the stored tokens under a new Fernet key."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from caspen_qbo import settings
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.database import Database, Row
from caspen_qbo.hooks.intuit import cipher as qbo_cipher

log = logging.getLogger(__name__)

COLUMNS = ("access_token", "refresh_token", "previous_refresh_token")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What became of each connection that has tokens; workspace ids."""

    done: tuple[int, ...]
    unreadable: tuple[int, ...]
    """None of Airflow's keys opens them: left as they are."""


def rewrite_tokens(conn_id: str = settings.SYNC_CONN_ID) -> Rewritten:
    """
    Encrypt every stored token with the first of Airflow's Fernet keys; any of them may have encrypted it.

    Safe to repeat, to interrupt, and while runs are under way: each connection is rewritten in a transaction
    of its own, under the lock that a refresh takes.

    :raises ConfigurationError: Airflow has no Fernet key, or what it has is none.
    :raises RetryError: our database cannot be reached.
    """
    qbo_cipher.encrypt("")  # without a key nothing is touched
    database = Database(conn_id)
    done, unreadable = [], []
    try:
        for found in database.fetch_all("connection/rotation/select_with_tokens"):
            (done if _rewrite(database, found["workspace_id"]) else unreadable).append(found["workspace_id"])
    finally:
        database.close()
    return Rewritten(tuple(done), tuple(unreadable))


def _rewrite(database: Database, workspace_id: int) -> bool:
    with database.transaction():
        row = database.fetch_one("connection/rotation/lock_connection", {"workspace_id": workspace_id})
        if row is None:
            return True  # gone since it was listed
        try:
            tokens = {name: _under_first_key(row, name) for name in COLUMNS}
        except ConfigurationError:
            log.warning("quickbooks tokens not readable workspace=%d; left as they are", workspace_id)
            return False
        database.execute("connection/rotation/update_encryption", {"workspace_id": workspace_id, **tokens})
    return True


def _under_first_key(row: Row, name: str) -> bytes | None:
    return None if row[name] is None else qbo_cipher.encrypt(qbo_cipher.decrypt(row[name]))
