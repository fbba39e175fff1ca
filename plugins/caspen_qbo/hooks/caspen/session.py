"""The session to Caspen's billing database that every read and write goes through."""

from caspen_qbo.hooks.database import Database
from caspen_qbo.settings import CASPEN_CONN_ID


class CaspenSession:
    """Connects on first use."""

    def __init__(self, database: Database | None = None) -> None:
        self._database = database or Database(CASPEN_CONN_ID)

    def close(self) -> None:
        """End the session. Safe to repeat."""
        self._database.close()
