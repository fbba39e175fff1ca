"""Sign-ins at Intuit that were started and not finished yet; each can be taken once."""

from caspen_qbo.core.connection.connect import STATE_LIFETIME_SECONDS, Consent
from caspen_qbo.hooks.database import Database

_FOLDER = "connection/consents"


class ConsentStore:
    def __init__(self, database: Database) -> None:
        self._db = database

    def record(self, state_hash: str, workspace_id: int, username: str) -> None:
        """Those nobody finished in time are deleted on the way."""
        consent = {"state_hash": state_hash, "workspace_id": workspace_id, "username": username}
        self._db.execute(f"{_FOLDER}/insert_consent", {**consent, "lifetime_seconds": STATE_LIFETIME_SECONDS})

    def take(self, state_hash: str) -> Consent | None:
        """Use a state up: the second caller gets None."""
        return self._db.fetch_value(Consent, f"{_FOLDER}/take_consent", {"state_hash": state_hash})
