"""What decides when a practice's import asks QuickBooks next; read for all practices at once."""

from datetime import datetime

from caspen_qbo.hooks.store.subject import Subject


class RhythmStore(Subject):
    folder = "importing/rhythm"

    def record_asked(self, realm_id: str, asked_at: datetime, *, found: bool) -> None:
        """:param asked_at: Our database's time, from before it was read."""
        self._execute("upsert_asked", realm_id=realm_id, asked_at=asked_at, found=found)

    def record_written(self, realm_id: str, since: datetime) -> None:
        """:param since: When the run began that has posted payments."""
        self._execute("upsert_written", realm_id=realm_id, wrote_at=since)

    def record_reported(self, realm_id: str) -> None:
        """Something is there that the import should look at."""
        self._execute("upsert_reported", realm_id=realm_id)
