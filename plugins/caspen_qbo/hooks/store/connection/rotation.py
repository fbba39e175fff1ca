"""Rewriting the stored tokens under a new Fernet key."""

import logging
from contextlib import closing
from dataclasses import dataclass

from caspen_qbo import settings
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.store.connection.cipher import encrypt, rotate
from caspen_qbo.hooks.store.connection.connections import ConnectionStore

log = logging.getLogger(__name__)

COLUMNS = ("access_token", "refresh_token", "previous_refresh_token")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What became of each connection that has tokens; workspace ids."""

    done: tuple[int, ...]
    unreadable: tuple[int, ...]
    """None of Airflow's keys opens them: left as they are."""


def rewrite_tokens(conn_id: str = settings.SYNC_CONN_ID) -> Rewritten:
    """Encrypt every stored token with the first of Airflow's Fernet keys; any of them may have encrypted it.
    Safe to repeat, to interrupt, and during runs: each connection has its own transaction, under the lock
    that a refresh takes.

    :raises ConfigurationError: Airflow has no Fernet key, or what it has is none.
    :raises RetryError: our database cannot be reached.
    """
    encrypt("")  # without a key nothing is touched
    with closing(Database(conn_id)) as database:
        rows = database.fetch_all("connection/rotation/select_with_tokens")
        done = {row["workspace_id"]: _rewrite(database, row["workspace_id"]) for row in rows}
    readable = tuple(id_ for id_, rewritten in done.items() if rewritten)
    return Rewritten(readable, tuple(id_ for id_ in done if id_ not in readable))


def _rewrite(database: Database, workspace_id: int) -> bool:
    connections = ConnectionStore(database, workspace_id)
    with database.transaction():
        stored = connections.lock_tokens()
        if stored is None:
            return True  # gone since it was listed
        try:
            tokens = {name: (token := getattr(stored, name)) and rotate(token) for name in COLUMNS}
        except ConfigurationError:
            log.warning("quickbooks tokens not readable workspace=%d; left as they are", workspace_id)
            return False
        connections.record_encryption(tokens)
    return True
